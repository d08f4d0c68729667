// SPDX-License-Identifier: Apache-2.0
// The last report of every router's agent: liveness of sites as that ingress sees them, its path
// measurements, its flow samples. Ordered by boot id and sequence; what is older is refused and counted, the
// last one stays. A silent ingress keeps what it said last. Pure; owned by Decision.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "controller/decision/known_names.hpp"
#include "core/model/sample.hpp"
#include "core/support/clock.hpp"
#include "core/support/result.hpp"

namespace suanlu {

/// A new flow that a report told of.
struct SeenFlow {
    FlowSample flow;
    MonoTime received;
};

struct IngressRow {
    std::shared_ptr<const IngressReport> report;
    MonoTime received;
    /// The newest of those sampled, oldest first.
    std::deque<SeenFlow> samples;
    /// Of all its reports.
    LeftOut left_out;
};

class IngressTable {
public:
    explicit IngressTable(const std::vector<std::string>& nodes);

    /// New flows kept of one ingress.
    static constexpr std::size_t kMostSamples = 200;

    /// True when a site's liveness at this ingress changed. kNotFound: unknown node; kConflict: old.
    /// `left_out`: what the report lacks already (known_names.hpp).
    Result<bool> take(IngressReport report, MonoTime now, const LeftOut& left_out = {});
    /// Alive until the ingress says otherwise.
    /// The ingress has said something about the site itself; else it counts as alive.
    [[nodiscard]] bool knows(const std::string& ingress, const std::string& site) const;
    [[nodiscard]] SiteLiveness liveness(const std::string& ingress, const std::string& site) const;
    /// Null when this path was never measured.
    [[nodiscard]] const PathMeasurement* measured(const std::string& ingress, PathId path) const;
    [[nodiscard]] const std::map<std::string, IngressRow>& rows() const { return rows_; }
    [[nodiscard]] std::uint64_t refused() const { return refused_; }

private:
    std::map<std::string, IngressRow> rows_;
    std::uint64_t refused_ = 0;
};

} // namespace suanlu
