// SPDX-License-Identifier: Apache-2.0
// Baselines that place every flow by itself, as load balancers do: least-load and joint winner-takes-all,
// free-capacity weights, best of two, Prequal-like, round robin, static and uniform weights, nearest. They
// are there to be compared with. One chooser per ingress, by name.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "core/support/result.hpp"

namespace suanlu {

/// What a chooser knows of a site.
struct ChooserSite {
    double path_s = 0;    ///< forward + return delay + price
    double slots = 1;     ///< > 0
    double service_s = 1; ///< of a mean job, > 0
    double jobs = 0;      ///< as last reported
    bool is_open = true;  ///< takes new flows

    [[nodiscard]] double capacity() const { return slots / service_s; }
    /// Path, service and wait behind `there` jobs.
    [[nodiscard]] double response_s(double there) const;
};

/// Uniform in [0, 1).
using Draw = std::function<double()>;

class FlowChooser {
public:
    FlowChooser() = default;
    FlowChooser(const FlowChooser&) = delete;
    FlowChooser& operator=(const FlowChooser&) = delete;
    virtual ~FlowChooser() = default;

    /// A site that is open; sites.size() when none is.
    virtual std::size_t choose(const std::vector<ChooserSite>& sites, double now_s, const Draw& draw) = 0;
    /// Sites to ask for their number of jobs with this flow.
    virtual std::vector<std::size_t> probes(const std::vector<ChooserSite>&, const Draw&) { return {}; }
    virtual void probe_answered(std::size_t /*site*/, double /*jobs*/, double /*now_s*/) {}
};

/// kNotFound lists the known ones.
Result<std::unique_ptr<FlowChooser>> make_chooser(std::string_view name);
/// In the order of tables.
const std::vector<std::string_view>& known_choosers();

/// Draws by weight; weights.size() when they sum to nothing.
std::size_t draw_weighted(const std::vector<double>& weights, double at);
std::unique_ptr<FlowChooser> make_prequal();

} // namespace suanlu
