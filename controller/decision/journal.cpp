// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/journal.hpp"

#include <cstdio>

#include "controller/decision/journal_fields.hpp"

namespace suanlu {

namespace {

constexpr std::size_t kHead = 8; // length and checksum
constexpr std::size_t kMostBody = std::size_t{1} << 28;

/// FNV-1a: finds damage, not malice.
std::uint32_t checksum(std::string_view bytes) {
    std::uint32_t sum = 2166136261U;
    for (const char byte : bytes) {
        sum = (sum ^ static_cast<std::uint8_t>(byte)) * 16777619U;
    }
    return sum;
}

Error bad(std::uint64_t offset, const std::string& why) {
    return {Errc::kBadInput, "journal, offset " + std::to_string(offset) + ": " + why};
}

template <std::size_t kIndex = 0>
std::string read_content(journal::Reader& in, std::size_t kind, JournalRecord& out) {
    if constexpr (kIndex < std::variant_size_v<decltype(out.content)>) {
        if (kind == kIndex) {
            in(out.content.emplace<kIndex>());
            return in.why();
        }
        return read_content<kIndex + 1>(in, kind, out);
    } else {
        return "an unknown kind of record";
    }
}

Result<JournalRecord> read_body(std::string_view body, std::uint64_t offset) {
    JournalRecord out;
    out.offset = offset;
    journal::Reader in(body);
    std::uint8_t kind = 0;
    in(kind, out.at.since_boot);
    const std::string why = in.why().empty() ? read_content(in, kind, out) : in.why();
    if (!why.empty()) {
        return bad(offset, why);
    }
    if (in.left() > 0) {
        return bad(offset, std::to_string(in.left()) + " bytes behind the record's last field");
    }
    return out;
}

Status check_order(const JournalReading& so_far, const JournalRecord& next) {
    const bool is_start = std::holds_alternative<JournalStart>(next.content);
    if (is_start != so_far.records.empty()) {
        return bad(next.offset, is_start ? "a second start" : "the first record is no start");
    }
    if (!so_far.records.empty() && next.at < so_far.records.back().at) {
        return bad(next.offset, "earlier than the record before it");
    }
    return {};
}

} // namespace

std::string to_bytes(const JournalRecord& record) {
    std::string body;
    journal::Writer out(body);
    auto kind = static_cast<std::uint8_t>(record.content.index());
    Duration at = record.at.since_boot;
    out(kind, at);
    // One list of fields serves both ways, so it takes a reference; nothing is changed.
    std::visit([&out](const auto& content) { out(const_cast<std::decay_t<decltype(content)>&>(content)); },
               record.content);
    std::string bytes;
    journal::Writer head(bytes);
    auto length = static_cast<std::uint32_t>(body.size());
    std::uint32_t sum = checksum(body);
    head(length, sum);
    return bytes + body;
}

Result<JournalReading> read_journal(std::string_view bytes) {
    if (!bytes.starts_with(kJournalMagic)) {
        return bad(0, "does not begin with \"" +
                          std::string(kJournalMagic.substr(0, kJournalMagic.size() - 1)) + "\"");
    }
    JournalReading out;
    std::uint64_t offset = kJournalMagic.size();
    while (offset < bytes.size()) {
        const std::string_view rest = bytes.substr(offset);
        std::uint32_t length = 0;
        std::uint32_t sum = 0;
        journal::Reader head(rest);
        head(length, sum);
        if (length > kMostBody) {
            return bad(offset, "a record of " + std::to_string(length) + " bytes");
        }
        if (rest.size() < kHead + length) {
            out.torn = "the last record, at offset " + std::to_string(offset) + ", is torn: left out";
            break;
        }
        const std::string_view body = rest.substr(kHead, length);
        if (checksum(body) != sum) {
            return bad(offset, "the checksum does not fit");
        }
        SL_TRY(JournalRecord record, read_body(body, offset));
        SL_TRY_VOID(check_order(out, record));
        out.records.push_back(std::move(record));
        offset += kHead + length;
    }
    if (out.records.empty()) {
        return bad(offset, "no whole record");
    }
    return out;
}

std::string inventory_mark(std::string_view file) {
    char text[32];
    std::snprintf(text, sizeof text, "%08x-%zu", checksum(file), file.size());
    return text;
}

} // namespace suanlu
