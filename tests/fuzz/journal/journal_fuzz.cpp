// SPDX-License-Identifier: Apache-2.0
// Any bytes as a journal: no crash, a refusal names an offset, and what is accepted is written back as the
// same bytes. The first byte chooses whether checksums are made right first, so that the fields are reached.
#include <cstdlib>

#include "controller/decision/journal.hpp"

namespace {

using namespace suanlu;

std::string_view kHeadOfFile = kJournalMagic;

std::uint32_t at(const std::string& bytes, std::size_t k) {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        out |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[k + i])) << (8 * i);
    }
    return out;
}

/// The checksum of journal.cpp over every record that is whole.
void make_right(std::string& bytes) {
    std::size_t offset = kHeadOfFile.size();
    while (offset + 8 <= bytes.size()) {
        const std::uint32_t length = at(bytes, offset);
        if (length > bytes.size() - offset - 8) {
            return;
        }
        std::uint32_t sum = 2166136261U;
        for (std::size_t k = 0; k < length; ++k) {
            sum = (sum ^ static_cast<std::uint8_t>(bytes[offset + 8 + k])) * 16777619U;
        }
        for (std::size_t i = 0; i < 4; ++i) {
            bytes[offset + 4 + i] = static_cast<char>(sum >> (8 * i));
        }
        offset += 8 + length;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    if (data[0] != 0) {
        bytes.insert(0, kHeadOfFile);
        make_right(bytes);
    }
    const auto read = read_journal(bytes);
    if (!read) {
        if (read.error().detail.find("offset ") == std::string::npos) {
            std::abort();
        }
        return 0;
    }
    std::string again(kHeadOfFile);
    for (const JournalRecord& record : read->records) {
        again += to_bytes(record);
    }
    // Lists with a key that comes twice or out of order are read, and written once and in order.
    if (read->torn.empty() && again.size() > bytes.size()) {
        std::abort();
    }
    const auto twice = read_journal(again);
    if (!twice || twice->records.size() != read->records.size()) {
        std::abort();
    }
    return 0;
}
