// SPDX-License-Identifier: Apache-2.0
// Who places flows in a simulation: the ingresses together with the controller behind them. Told only what
// the real ones would be told, at the time they would be; the references may look at the truth. Owned by the
// world, one thread.
#pragma once

#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "policies/placement.hpp"
#include "simulator/job_source.hpp"
#include "simulator/simulate.hpp"

namespace suanlu::sim {

/// What really is, for references only (and for the world itself).
struct Truth {
    std::vector<std::uint32_t> jobs;    ///< per site
    std::vector<std::uint32_t> on_wire; ///< per site: sent and not there yet
    std::vector<bool> is_up;
    std::vector<double> capacity; ///< workers now / workers of the scenario
};

/// What every dispatcher may know.
struct Surroundings {
    const Scenario& scenario;
    const JobSource& source;
    /// Round trips now, as the links measure them, with the time that a job's data takes; negative = no path.
    const std::vector<std::vector<double>>& rtt_s;
    /// What a job at each site is worth now, in seconds: tariffs and carbon included.
    const std::vector<double>& price_s;
    const Truth& truth;
    /// Sends a probe; the answer comes to probe_answered().
    std::function<void(std::size_t ingress, std::size_t site)> probe;
};

struct NewFlow {
    std::size_t ingress = 0;
    double now_s = 0;
    double alone_s = 0; ///< of its first job at the fastest site; for references only
    std::size_t size_class = 0;
    /// The site of the flow's slot, where slots say it; kNoSite: the dispatcher draws one.
    std::size_t slot_site = kNoSite;
};

/// A site's report to the controller.
struct SiteReport {
    std::size_t site = 0;
    double jobs = 0;
    double capacity = 1;
    double made_at_s = 0;
};

class Dispatcher {
public:
    Dispatcher() = default;
    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;
    virtual ~Dispatcher() = default;

    virtual Choice place(const NewFlow& flow) = 0;
    virtual void site_report(const SiteReport&, double /*now_s*/) {}
    /// The same news straight to an ingress, or on a return packet.
    virtual void direct_report(std::size_t /*ingress*/, std::size_t /*site*/, JobsReport, double /*now_s*/) {}
    virtual void probe_answered(std::size_t /*ingress*/, std::size_t /*site*/, JobsReport, double /*now_s*/) {
    }
    /// Probes found a site dead or alive; a drained one counts as dead for new flows.
    virtual void set_alive(std::size_t /*site*/, bool /*is_alive*/, double /*now_s*/) {}
    /// One control period is over. `jobs_begun`: all jobs that sites have begun since the last one. Gives the
    /// share of all traffic that changed its site.
    virtual double control(double /*now_s*/, double /*jobs_begun*/) { return 0; }
    virtual void flow_ended(std::size_t /*ingress*/, bool /*was_exception*/) {}
    /// Shares by which an ingress fills its slots, per site; empty: this one has none.
    [[nodiscard]] virtual std::vector<double> slot_shares(std::size_t /*ingress*/) const { return {}; }
    [[nodiscard]] virtual bool wants_answers() const { return true; }
};

Result<std::unique_ptr<Dispatcher>> make_dispatcher(const Surroundings& around, const DispatcherSpec& spec);

} // namespace suanlu::sim
