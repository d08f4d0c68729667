// SPDX-License-Identifier: Apache-2.0
// Time from a report that changes the capacity of every service at one site to the Plans of all ingresses,
// for 1 000 services of one pool at each of 2 and 16 sites and 8 ingresses; beside it the policy alone, asked
// once per service. A line of JSON per case on standard output. One thread.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "controller/decision/decision.hpp"
#include "policies/policy_set.hpp"

namespace {

using namespace suanlu;

constexpr int kServices = 1000;
constexpr int kIngresses = 8;
constexpr int kRounds = 11;

std::string service_name(int k) {
    return "service-" + std::to_string(k);
}

Ip6 address(const std::string& text) {
    return *Ip6::parse(text);
}

Router router(const std::string& name, int number, bool is_ingress) {
    Router out;
    out.name = name;
    out.locator = {address("fc00:0:" + std::to_string(number) + "::"), 48};
    out.is_ingress = is_ingress;
    return out;
}

Site site(int j) {
    Site out;
    out.id = {static_cast<std::uint16_t>(j + 1)};
    out.name = "site-" + std::to_string(j);
    out.address = address("2001:db8:5::" + std::to_string(j + 1));
    Attachment attachment;
    attachment.egress = "E" + std::to_string(j);
    attachment.interface = "eth1";
    attachment.next_hop6 = address("2001:db8:6::" + std::to_string(j + 1));
    attachment.sid6 = address("fc00:0:" + std::to_string(100 + j) + ":f006::");
    out.attachments.push_back(attachment);
    for (int k = 0; k < kServices; ++k) {
        out.services.push_back({service_name(k), 8, {20}});
    }
    return out;
}

Inventory inventory(int sites) {
    Inventory out;
    out.sid_block = {address("fc00::"), 32};
    for (int i = 0; i < kIngresses; ++i) {
        out.routers.push_back(router("R" + std::to_string(i), i + 1, true));
    }
    for (int j = 0; j < sites; ++j) {
        out.routers.push_back(router("E" + std::to_string(j), 100 + j, false));
        out.sites.push_back(site(j));
    }
    for (int k = 0; k < kServices; ++k) {
        Service service;
        service.id = {static_cast<std::uint16_t>(k + 1)};
        service.name = service_name(k);
        service.addresses = {address("2001:db8:a::" + std::to_string(k + 1))};
        out.services.push_back(std::move(service));
    }
    return out;
}

LinkReport links(int sites) {
    LinkReport out;
    out.source = "R0";
    for (int i = 0; i < kIngresses; ++i) {
        for (int j = 0; j < sites; ++j) {
            LinkState there;
            there.from = "R" + std::to_string(i);
            there.to = "E" + std::to_string(j);
            there.delay = Microseconds{static_cast<std::uint32_t>(500 + 300 * j + 100 * i)};
            LinkState back = there;
            std::swap(back.from, back.to);
            out.links.push_back(there);
            out.links.push_back(back);
        }
    }
    return out;
}

SiteReport report(int j, double usable, std::uint64_t sequence) {
    SiteReport out;
    out.site = "site-" + std::to_string(j);
    out.boot_id = "boot";
    out.sequence = sequence;
    for (int k = 0; k < kServices; ++k) {
        InstanceReport instance;
        instance.service = service_name(k);
        instance.slots_total = 8;
        instance.slots_usable = usable;
        instance.rate_per_slot = {20};
        out.instances.push_back(std::move(instance));
    }
    return out;
}

double milliseconds(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                     values.end());
    return values[values.size() / 2];
}

void ask_policy(const Decision& decision, MonoTime now) {
    for (int k = 0; k < kServices; ++k) {
        PolicyMemory memory;
        (void)default_policy().decide(*decision.last_input(service_name(k)), memory, now);
    }
}

void run(int sites) {
    VirtualClock clock;
    Decision decision(inventory(sites), {}, {}, clock.now());
    std::vector<double> whole;
    std::vector<double> policy;
    bool is_good = decision.take(links(sites), clock.now()).has_value();
    for (int round = 0; round < kRounds; ++round) {
        for (int j = 0; j < sites; ++j) {
            clock.advance(std::chrono::milliseconds(100));
            SiteReport next =
                report(j, j == 0 && round % 2 == 1 ? 4 : 8, static_cast<std::uint64_t>(round + 1));
            std::size_t plans = 0;
            const double taken = milliseconds([&] {
                is_good = is_good && decision.take(std::move(next), clock.now(), 0).has_value();
                plans = decision.take_plans().size();
            });
            if (round > 0 && j == 0) {
                is_good = is_good && plans >= kIngresses;
                whole.push_back(taken);
                policy.push_back(milliseconds([&] { ask_policy(decision, clock.now()); }));
            }
        }
    }
    if (!is_good) {
        std::fprintf(stderr, "decision-bench: no Plans\n");
        std::exit(1);
    }
    const double ours = median(whole);
    const double peer = median(policy);
    std::printf(
        R"({"case": "decision-%dx%dx%d", "ours": %.1f, "peer": %.1f, "peer_name": "the policy alone", )"
        R"("unit": "ms", "ratio": %.2f})"
        "\n",
        kServices, kIngresses, sites, ours, peer, ours / peer);
}

} // namespace

int main() {
    run(2);
    run(16);
    return 0;
}
