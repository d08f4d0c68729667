// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/job_counts.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu {

namespace {

// Long enough that a job begun in one round mostly ends in it.
constexpr Duration kRound = std::chrono::seconds(5);
// Flows that weigh as much as the inventory's figure.
constexpr double kPriorFlows = 50;
// Mean life of a connection, as far as sharing out among ingresses is concerned.
constexpr double kConnectionS = 30;

// Two sites may count at the same moment.
constexpr double kLeastSeconds = 1e-9;

double seconds_between(MonoTime from, MonoTime to) {
    return std::max(kLeastSeconds, std::chrono::duration<double>(to - from).count());
}

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

void JobCounts::Figure::count(double flows, double jobs, MonoTime now) {
    counts.count(flows, jobs, seconds_between(counted, now));
    counted = now;
}

void JobCounts::note(const IngressReport& report) {
    std::map<std::pair<std::string, std::string>, std::uint64_t> totals; // over client classes
    for (const IngressServiceCount& count : report.services) {
        for (const auto& [site, flows] : count.new_flows_by_site) {
            totals[{site, count.service}] += flows;
        }
    }
    const auto [boot, is_new] = boots_.try_emplace(report.node);
    const bool goes_on = !is_new && boot->second == report.boot_id;
    boot->second = report.boot_id;
    for (const auto& [key, flows] : totals) {
        Counter& sent = sent_[{report.node, key}];
        if (goes_on && sent.boot_id != report.boot_id) {
            sent = {report.boot_id, 0}; // the reports before did not name it: nothing had gone there
        }
        Round& round = rounds_[key.first];
        if (is_new) {
            round.has_begun = false; // jobs of flows that nobody saw would count
        }
        round.flows[{key.second, report.node}] += sent.advance(report.boot_id, flows);
    }
}

void JobCounts::begin(Round& round, MonoTime now) {
    round = {};
    round.began = now;
    round.has_begun = true;
}

void JobCounts::note(const SiteReport& report, MonoTime now) {
    Round& round = rounds_[report.site];
    for (const InstanceReport& instance : report.instances) {
        round.jobs[instance.service] +=
            finished_[{report.site, instance.service}].advance(report.boot_id, instance.completed);
    }
    if (!round.has_begun) {
        begin(round, now);
    } else if (now - round.began >= kRound) {
        close(report, round, now);
        begin(round, now);
    }
}

void JobCounts::close(const SiteReport& report, const Round& round, MonoTime now) {
    std::set<std::string> done;
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
        count(report.site, together, round, round.jobs.at(instance.service), now);
    }
}

void JobCounts::count(const std::string& site, const std::set<std::string>& together, const Round& round,
                      std::uint64_t jobs, MonoTime now) {
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
        measured_[service].count(flows, finished, now);
        share_out(site, service, sent, finished, seconds_between(round.began, now), now);
        weigh(service);
    }
}

void JobCounts::share_out(const std::string& site, const std::string& service,
                          const std::map<std::string, double>& sent, double finished, double seconds,
                          MonoTime now) {
    const double whole = measured_[service].counts.value(1, kPriorFlows);
    auto& figures = measured_at_[service];
    auto& recent = recent_[{site, service}];
    for (const auto& [ingress, flows] : sent) {
        recent.try_emplace(ingress, 0);
    }
    const auto sent_from = [&sent](const std::string& ingress) {
        const auto found = sent.find(ingress);
        return found == sent.end() ? 0 : found->second;
    };
    // What is expected of an ingress: its connections there, which live on after the round.
    std::map<std::string, double> expected;
    double sum = 0;
    for (auto& [ingress, alive] : recent) {
        alive = alive * std::exp(-seconds / kConnectionS) + sent_from(ingress);
        expected[ingress] = alive * figures[ingress].counts.value(whole, kPriorFlows);
        sum += expected[ingress];
    }
    for (const auto& [ingress, jobs] : expected) {
        figures[ingress].count(sent_from(ingress), sum > 0 ? finished * jobs / sum : 0, now);
    }
}

// An ingress of few flows leans on the service's figure; what that moves is taken from all of them.
void JobCounts::weigh(const std::string& service) {
    const double whole = measured_[service].counts.value(1, kPriorFlows);
    double flows = 0;
    double jobs = 0;
    for (const auto& [ingress, figure] : measured_at_[service]) {
        flows += figure.counts.flows();
        jobs += figure.counts.flows() * figure.counts.value(whole, kPriorFlows);
    }
    for (const auto& [ingress, figure] : measured_at_[service]) {
        factors_[{service, ingress}] = jobs > 0 ? figure.counts.value(whole, kPriorFlows) * flows / jobs : 1;
    }
}

double JobCounts::per_flow(const Service& service) const {
    const auto found = measured_.find(service.name);
    return found == measured_.end() ? service.jobs_per_flow
                                    : found->second.counts.value(service.jobs_per_flow, kPriorFlows);
}

double JobCounts::per_flow(const Service& service, const std::string& ingress) const {
    const auto found = factors_.find({service.name, ingress});
    return per_flow(service) * (found == factors_.end() ? 1 : found->second);
}

} // namespace suanlu
