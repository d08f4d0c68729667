// SPDX-License-Identifier: Apache-2.0
#include "dns/server/zone_journals.hpp"

#include <algorithm>
#include <filesystem>

#include "core/support/log.hpp"
#include "core/support/whole_file.hpp"
#include "dns/xfr/history_codec.hpp"

namespace suanlu::dns {

namespace {

constexpr std::array<std::string_view, kJournalOutcomes> kWords{
#define SL_JOURNAL_OUTCOME(outcome, code, meaning) #outcome,
#include "dns/server/journal_outcomes.def"
#undef SL_JOURNAL_OUTCOME
};
/// A file may grow by so much, whatever is kept.
constexpr std::size_t kLeastGrowth = std::size_t{1} << 16U;

/// About what a file has that is written anew.
std::size_t bytes_of(const ZoneHistory& history) {
    std::size_t bytes = history.newest->bytes;
    for (const auto& step : history.differences) {
        bytes += step->bytes;
    }
    return bytes;
}

/// What is added to a file that leads to `serial`; nothing where the history does not go back so far.
std::optional<Bytes> steps_after(const ZoneHistory& history, std::uint32_t serial) {
    const auto begins = [&](const auto& step) { return serial_of(step->from.rdata) == serial; };
    auto step = std::find_if(history.differences.begin(), history.differences.end(), begins);
    if (step == history.differences.end()) {
        return std::nullopt;
    }
    Bytes out;
    for (; step != history.differences.end(); ++step) {
        put_bytes(out, write_step(**step));
    }
    return out;
}

/// How many octets were written.
Result<std::size_t> append(const std::string& path, const Bytes& bytes) {
    SL_TRY_VOID(append_to_file(path, text_of(bytes)));
    return bytes.size();
}

Result<std::size_t> write_anew(const std::string& path, const ZoneHistory& history) {
    const Bytes bytes = write_history(history);
    if (bytes.size() > kMostFileBytes / 4) { // it may grow, and is to be read again
        return Error{Errc::kOutOfRange, path + ": the zone is too large for a journal"};
    }
    SL_TRY_VOID(replace_file(path, {}, text_of(bytes)));
    return bytes.size();
}

} // namespace

std::string_view to_text(JournalOutcome outcome) {
    return kWords[static_cast<std::size_t>(outcome)];
}

Result<std::unique_ptr<ZoneJournals>> ZoneJournals::open(const std::string& folder) {
    std::error_code ec;
    std::filesystem::create_directories(folder, ec);
    if (ec) {
        return Error{Errc::kKernel, folder + ": " + ec.message()};
    }
    return std::unique_ptr<ZoneJournals>(new ZoneJournals(folder));
}

/// Octets of a name that a file's name does not take as they are stand as %XX.
std::string ZoneJournals::path_of(const DomainName& zone) const {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string name;
    for (const char c : zone.canonical().text()) {
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
            (c == '.' && !name.empty())) {
            name += c;
        } else {
            const auto octet = static_cast<std::uint8_t>(c);
            name += {'%', kDigits[octet >> 4U], kDigits[octet & 15U]};
        }
    }
    return folder_ + "/" + name + "journal";
}

void ZoneJournals::complain(JournalOutcome outcome, const DomainName& zone, const std::string& why) {
    count(outcome);
    log_warn("dns.journal-" + std::string(to_text(outcome)), {{"zone", zone.text()}, {"why", why}});
}

std::shared_ptr<const ZoneHistory> ZoneJournals::load(const DomainName& zone, std::size_t most_bytes) {
    const std::string path = path_of(zone);
    if (!std::filesystem::exists(path)) {
        return nullptr;
    }
    const auto read = read_whole_file(path).and_then(
        [&](const std::string& bytes) { return read_history(view_of(bytes), zone, most_bytes); });
    if (!read) {
        complain(JournalOutcome::kDamaged, zone, path + ": " + read.error().detail);
        return nullptr;
    }
    if (read->rest) {
        complain(JournalOutcome::kShortened, zone, path + ": " + read->rest->detail);
    }
    return read->history;
}

void ZoneJournals::save(const DomainName& zone, std::shared_ptr<const ZoneHistory> history) {
    const std::string path = path_of(zone);
    jobs_.put(path, [this, path, history = std::move(history)] { write(path, *history); });
}

void ZoneJournals::write(const std::string& path, const ZoneHistory& history) {
    Written& written = written_[path];
    const auto added = written.serial ? steps_after(history, *written.serial) : std::nullopt;
    const bool goes_on = added && written.bytes + added->size() <= 2 * bytes_of(history) + kLeastGrowth;
    const auto size = goes_on ? append(path, *added) : write_anew(path, history);
    if (size) {
        written = {history.newest->serial(), *size + (goes_on ? written.bytes : 0)};
        count(goes_on ? JournalOutcome::kAdded : JournalOutcome::kAnew);
    } else {
        written = {};
        count(JournalOutcome::kFailed);
        log_warn("dns.journal-failed", {{"why", size.error().text()}});
    }
}

} // namespace suanlu::dns
