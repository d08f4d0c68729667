// SPDX-License-Identifier: Apache-2.0
// The kinds of dispatchers; names are given in dispatch_set.cpp only.
#pragma once

#include <set>

#include "policies/baselines/flow_chooser.hpp"
#include "simulator/decision_loop.hpp"
#include "simulator/dispatch.hpp"

namespace suanlu::sim {

/// A steering policy's shares, with or without the two-choice at the ingress; `is_fixed`: the first shares
/// for good, while no site dies.
class SteeredDispatcher final : public Dispatcher {
public:
    SteeredDispatcher(const Surroundings& around, const DispatcherSpec& spec, const SteeringPolicy& policy,
                      bool has_second_choice, bool is_fixed);
    Choice place(const NewFlow& flow) override;
    void site_report(const SiteReport& report, double now_s) override;
    void direct_report(std::size_t ingress, std::size_t site, JobsReport news, double now_s) override;
    void set_alive(std::size_t site, bool is_alive, double now_s) override;
    double control(double now_s, double jobs_begun) override;
    void flow_ended(std::size_t ingress, bool was_exception) override;
    [[nodiscard]] std::vector<double> slot_shares(std::size_t ingress) const override {
        return loop_.ingress_shares(ingress);
    }

private:
    void publish();

    Surroundings around_;
    DecisionLoop loop_;
    std::vector<FlowPlacer> placers_;
    std::mt19937_64 random_;
    bool has_second_choice_;
    bool is_fixed_;
};

/// A baseline that looks at the last reports for every flow.
class ChoosingDispatcher final : public Dispatcher {
public:
    ChoosingDispatcher(const Surroundings& around, std::vector<std::unique_ptr<FlowChooser>> choosers);
    Choice place(const NewFlow& flow) override;
    void site_report(const SiteReport& report, double now_s) override;
    void probe_answered(std::size_t ingress, std::size_t site, JobsReport news, double now_s) override;
    void set_alive(std::size_t site, bool is_alive, double now_s) override;

private:
    Surroundings around_;
    std::vector<std::unique_ptr<FlowChooser>> choosers_; ///< per ingress
    std::vector<std::vector<ChooserSite>> sites_;        ///< per ingress
    std::mt19937_64 random_;
};

/// References: they see what nobody can see.
enum class Reference : std::uint8_t {
    kClairvoyantGreedy,      ///< exact free times and job sizes; best for the flow itself
    kClairvoyantExternality, ///< the same, and what the job costs all others
    kInstantJoint,           ///< exact numbers of jobs, sizes unknown; best for the flow itself
};

class ReferenceDispatcher final : public Dispatcher {
public:
    ReferenceDispatcher(const Surroundings& around, Reference kind);
    Choice place(const NewFlow& flow) override;
    void site_report(const SiteReport& report, double now_s) override;
    void set_alive(std::size_t site, bool is_alive, double now_s) override;
    double control(double now_s, double jobs_begun) override;

private:
    [[nodiscard]] double cost(const NewFlow& flow, std::size_t site, double there_s);
    [[nodiscard]] double start_s(std::size_t site, double there_s);
    [[nodiscard]] double service_s(const NewFlow& flow, std::size_t site) const;
    [[nodiscard]] double externality_s(const NewFlow& flow, std::size_t site) const;
    [[nodiscard]] bool is_open(std::size_t ingress, std::size_t site) const;
    void follow_truth(double now_s);

    Surroundings around_;
    Reference kind_;
    DecisionLoop loop_;
    std::vector<std::multiset<double>> free_s_; ///< per site with workers: when each is free
    std::vector<bool> was_up_;
    std::vector<bool> is_open_;
    std::vector<ServiceModel> models_; ///< at full capacity
};

} // namespace suanlu::sim
