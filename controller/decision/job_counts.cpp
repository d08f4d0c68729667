// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/job_counts.hpp"

#include <cmath>

namespace suanlu {

namespace {

// Long enough that a job begun in one round mostly ends in it.
constexpr Duration kRound = std::chrono::seconds(5);
// Flows that weigh as much as the inventory's figure.
constexpr double kPriorFlows = 50;
// Mean life of a connection, as far as sharing out among ingresses is concerned.
constexpr double kConnectionS = 30;

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
        rounds_[key.first].flows[{key.second, report.node}] +=
            sent_[{report.node, key}].advance(report.boot_id, flows);
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
    for (const auto& [key, recent] : recent_) {
        if (key.first == report.site) {
            round.flows.try_emplace(key.second, 0);
        }
    }
    for (const InstanceReport& instance : report.instances) {
        if (instance.completed == 0 || done.contains(instance.service)) {
            continue; // a page without that counter says zero for ever
        }
        std::set<std::string> together;
        for (const InstanceReport& other : report.instances) {
            if (same_counter(instance, other)) {
                together.insert(other.service);
            }
        }
        done.insert(together.begin(), together.end());
        count(report.site, together, round, round.jobs[instance.service], seconds);
    }
}

void JobCounts::count(const std::string& site, const std::set<std::string>& together, const Round& round,
                      std::uint64_t jobs, double seconds) {
    std::map<std::string, double> sent; // by ingress, all services together
    double flows = 0;
    for (const auto& [key, count] : round.flows) {
        if (together.contains(key.first)) {
            sent[key.second] += static_cast<double>(count);
            flows += static_cast<double>(count);
        }
    }
    const auto finished = static_cast<double>(jobs);
    for (const std::string& service : together) {
        if (flows <= 0 && !measured_.contains(service)) {
            continue; // nobody steers to it: its requests come from elsewhere
        }
        const double whole = measured_[service].value(1, kPriorFlows);
        measured_[service].count(flows, finished, seconds);
        // What is expected of an ingress: its connections there, which live on after the round.
        std::map<std::string, double> expected;
        double sum = 0;
        for (const auto& [ingress, count] : sent) {
            double& recent = recent_[{site, {service, ingress}}];
            recent = recent * std::exp(-seconds / kConnectionS) + count;
            expected[ingress] = recent * measured_at_[{service, ingress}].value(whole, kPriorFlows);
            sum += expected[ingress];
        }
        for (const auto& [ingress, count] : sent) {
            const double part = sum > 0 ? expected[ingress] / sum : 0;
            measured_at_[{service, ingress}].count(count, finished * part, seconds);
        }
    }
}

double JobCounts::per_flow(const Service& service) const {
    const auto found = measured_.find(service.name);
    return found == measured_.end() ? service.jobs_per_flow
                                    : found->second.value(service.jobs_per_flow, kPriorFlows);
}

double JobCounts::per_flow(const Service& service, const std::string& ingress) const {
    const double whole = per_flow(service);
    const auto found = measured_at_.find({service.name, ingress});
    return found == measured_at_.end() ? whole : found->second.value(whole, kPriorFlows);
}

} // namespace suanlu
