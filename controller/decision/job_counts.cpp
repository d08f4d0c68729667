// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/job_counts.hpp"

#include <set>

namespace suanlu {

namespace {

// Long enough that a job begun in one round mostly ends in it.
constexpr Duration kRound = std::chrono::seconds(5);
// Flows that weigh as much as the inventory's figure.
constexpr double kPriorFlows = 50;

bool same_counter(const InstanceReport& a, const InstanceReport& b) {
    return a.completed == b.completed && a.slots_total == b.slots_total && a.running == b.running;
}

} // namespace

std::uint64_t JobCounts::Counter::advance(const std::string& boot, std::uint64_t to) {
    const bool goes_on = !boot_id.empty() && boot == boot_id && to >= value;
    const std::uint64_t grown = goes_on ? to - value : 0;
    boot_id = boot;
    value = to;
    return grown;
}

void JobCounts::note(const IngressReport& report) {
    std::map<std::pair<std::string, std::string>, std::uint64_t> totals; // over client classes
    for (const IngressServiceCount& count : report.services) {
        for (const auto& [site, flows] : count.new_flows_by_site) {
            totals[{site, count.service}] += flows;
        }
    }
    for (const auto& [key, flows] : totals) {
        rounds_[key.first].flows[key.second] += sent_[{report.node, key}].advance(report.boot_id, flows);
    }
}

void JobCounts::note(const SiteReport& report, MonoTime now) {
    Round& round = rounds_[report.site];
    if (!round.has_begun) {
        round = {};
        round.began = now;
        round.has_begun = true;
    }
    for (const InstanceReport& instance : report.instances) {
        round.jobs[instance.service] +=
            finished_[{report.site, instance.service}].advance(report.boot_id, instance.completed);
    }
    if (now - round.began >= kRound) {
        close(report, round, now);
        round = {};
        round.began = now;
        round.has_begun = true;
    }
}

void JobCounts::close(const SiteReport& report, Round& round, MonoTime now) {
    const double seconds = std::chrono::duration<double>(now - round.began).count();
    std::set<std::string> done;
    for (const InstanceReport& instance : report.instances) {
        if (instance.completed == 0 || done.contains(instance.service)) {
            continue; // a page without that counter says zero for ever
        }
        std::uint64_t flows = 0;
        std::set<std::string> together;
        for (const InstanceReport& other : report.instances) {
            if (same_counter(instance, other)) {
                flows += round.flows[other.service];
                together.insert(other.service);
            }
        }
        for (const std::string& service : together) {
            done.insert(service);
            if (flows == 0 && !measured_.contains(service)) {
                continue; // nobody steers to it: its requests come from elsewhere
            }
            measured_[service].count(static_cast<double>(flows),
                                     static_cast<double>(round.jobs[instance.service]), seconds);
        }
    }
}

double JobCounts::per_flow(const Service& service) const {
    const auto found = measured_.find(service.name);
    return found == measured_.end() ? service.jobs_per_flow
                                    : found->second.value(service.jobs_per_flow, kPriorFlows);
}

} // namespace suanlu
