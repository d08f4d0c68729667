// SPDX-License-Identifier: Apache-2.0
// A journal fed to a fresh Decision: the same inputs at the same moments give the same Plans, bit for bit.
// Pure and deterministic; the caller reads the files.
#pragma once

#include <memory>
#include <optional>

#include "controller/decision/journal.hpp"

namespace suanlu {

struct ReplayPlan {
    Duration since_start{0};
    std::uint64_t offset = 0;
    std::string node;
    /// What was recorded and what came out now are the same bytes.
    bool is_equal = false;
    /// Shares that came out, "service: site 40 %, ...".
    std::string shares;
};

struct Replay {
    std::unique_ptr<Decision> decision;
    std::size_t inputs = 0;
    Duration length{0};
    bool is_continued = false;
    std::vector<ReplayPlan> plans;
    std::size_t differing = 0;
    /// What the run came to know last, by sender: where a what-if goes on from.
    std::map<std::string, JournalSite> sites;
    std::map<std::string, IngressReport> ingresses;
    std::map<std::string, LinkReport> links;
    MonoTime end;
};

/// `until`: since the start of the journal; nullopt = all of it. kBadInput: a report that the inventory does
/// not know at all, or a policy that is not known (with the offset).
Result<Replay> replay(const JournalReading& journal, const Inventory& inventory,
                      std::optional<Duration> until = std::nullopt);

} // namespace suanlu
