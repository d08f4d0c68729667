// SPDX-License-Identifier: Apache-2.0
// The journals of transferred zones on disk, a file each, so that after a restart secondaries get differences
// and not whole zones. Differences are added to the end of a file; it is written anew, and put in the place
// of the old one, when that grew to twice of what is kept or does not lead to where the next one begins. All
// writing is done behind the owner's back. What cannot be read or written costs secondaries a whole zone, is
// said in the log and counted, and nothing else.
#pragma once

#include <array>
#include <atomic>
#include <memory>

#include "core/support/background_jobs.hpp"
#include "dns/xfr/zone_version.hpp"

namespace suanlu::dns {

/// What became of journals.
enum class JournalOutcome : std::uint8_t {
#define SL_JOURNAL_OUTCOME(outcome, code, meaning) code,
#include "dns/server/journal_outcomes.def"
#undef SL_JOURNAL_OUTCOME
};
inline constexpr std::size_t kJournalOutcomes = 0
#define SL_JOURNAL_OUTCOME(outcome, code, meaning) +1
#include "dns/server/journal_outcomes.def"
#undef SL_JOURNAL_OUTCOME
    ;
std::string_view to_text(JournalOutcome outcome);

class ZoneJournals {
public:
    /// Makes `folder` if it is missing.
    static Result<std::unique_ptr<ZoneJournals>> open(const std::string& folder);

    /// What was saved; null when there is nothing that can be used. Before the zone's first `save`.
    [[nodiscard]] std::shared_ptr<const ZoneHistory> load(const DomainName& zone, std::size_t most_bytes);
    void save(const DomainName& zone, std::shared_ptr<const ZoneHistory> history);

    void count(JournalOutcome outcome) { ++counters_[static_cast<std::size_t>(outcome)]; }
    /// Of what was loaded and is of no use, or only in part.
    void complain(JournalOutcome outcome, const DomainName& zone, const std::string& why);
    /// From any thread.
    [[nodiscard]] std::uint64_t counted(JournalOutcome outcome) const {
        return counters_[static_cast<std::size_t>(outcome)];
    }

private:
    /// What stands in a file. Unknown after a failure, and before the first time.
    struct Written {
        std::optional<std::uint32_t> serial;
        std::size_t bytes = 0;
    };
    explicit ZoneJournals(std::string folder) : folder_(std::move(folder)) {}
    [[nodiscard]] std::string path_of(const DomainName& zone) const;
    void write(const std::string& path, const ZoneHistory& history);

    std::string folder_;
    std::array<std::atomic<std::uint64_t>, kJournalOutcomes> counters_{};
    /// By path; of the thread of jobs_.
    std::map<std::string, Written> written_;
    BackgroundJobs jobs_;
};

} // namespace suanlu::dns
