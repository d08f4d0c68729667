// SPDX-License-Identifier: Apache-2.0
// Time of one whole decision, memory and shares included: the default policy and policies of files, for 100
// ingresses and 64 sites whose figures change from decision to decision. A line of JSON per case on standard
// output. One thread.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>

#include "policies/policy_set.hpp"
#include "policies/strategy/builtin_policies.hpp"
#include "policies/strategy/flow_policy.hpp"
#include "policies/strategy/policy_file.hpp"

namespace {

using namespace suanlu;

constexpr int kIngresses = 100;
constexpr int kSites = 64;
constexpr int kDecisions = 41;

/// Terms, filters, a first key and unknowns: what people combine.
constexpr const char* kGreen = R"(
policy: green
filters: {residency: {in: [CN]}, pue: {at_most: 1.9}, delay: {at_most: 60ms}}
admission: {priority: {services: {chat: 1}}, shortage: [{above: 90%, least_priority: 2}]}
first: [{term: qos, within: 5ms}]
terms:
  load: {}
  energy: {energy: 1 s/kWh, carbon: 2 s/kg}
  price: {worth: [1000 s/CNY]}
  network: {jitter: 2, loss: 20ms/%}
  qos: {}
)";

class Network {
public:
    Network() {
        in_.service = "chat";
        Request& flow = facts_.flows["chat"];
        flow.service = "chat";
        flow.needs.latency_s = 0.1;
        in_.wall_s = 1772431200;
        for (int j = 0; j < kSites; ++j) {
            add_site(j);
        }
        for (int i = 0; i < kIngresses; ++i) {
            PolicyIngress ingress;
            ingress.name = "ingress-" + std::to_string(i);
            for (int j = 0; j < kSites; ++j) {
                ingress.delay_s.emplace_back(number(0.002, 0.050));
                ingress.is_alive.push_back(true);
            }
            in_.ingresses.push_back(std::move(ingress));
        }
        change();
    }

    void change() {
        double capacity = 0;
        for (PolicySite& site : in_.sites) {
            site.utilisation = number(0.1, 0.9);
            capacity += site.slots * site.rate_per_slot;
        }
        for (PolicyIngress& ingress : in_.ingresses) {
            ingress.jobs_per_s = 0.7 * capacity / kIngresses * number(0.8, 1.2);
        }
    }

    [[nodiscard]] const PolicyInput& input() const { return in_; }
    [[nodiscard]] const PlacementFacts& facts() const { return facts_; }

private:
    void add_site(int j) {
        PolicySite site;
        site.id = {static_cast<std::uint16_t>(j + 1)};
        site.name = "site-" + std::to_string(j);
        site.slots = j % 4 == 3 ? 64 : j % 4 == 2 ? 24 : 8; // the sites of the benchmark `steering`
        site.rate_per_slot = j % 4 == 3 ? 1.25 : j % 4 == 2 ? 1 : 0.7;
        site.cv2 = 1.718;
        SiteAttributes& facts = facts_.sites[site.name];
        facts.residency = j % 10 == 0 ? "HK" : "CN";
        facts.pue = number(1.1, 1.8);
        facts.watts_per_slot = 1400;
        facts.first_token_s = 0.015;
        if (j % 7 != 0) {
            facts.carbon_g_per_kwh = number(50, 700);
        }
        facts.tariff = Tariff{480, {{0, 1440, {number(0.2, 1), "CNY"}}}};
        facts.path = {std::nullopt, number(0.0001, 0.002), number(0, 0.001), 1e9};
        in_.sites.push_back(std::move(site));
    }
    double number(double least, double most) {
        return std::uniform_real_distribution<double>(least, most)(random_);
    }

    std::mt19937 random_{7};
    PolicyInput in_;
    PlacementFacts facts_;
};

double median_ms(const SteeringPolicy& policy, Network network) {
    std::vector<double> times;
    PolicyMemory memory;
    for (int round = 0; round < kDecisions; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        const PolicyDecision decided =
            policy.decide(network.input(), memory, MonoTime{std::chrono::seconds(round)});
        const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - begin;
        if (decided.ingresses.size() != kIngresses || decided.ingresses[0].shares.empty()) {
            std::fprintf(stderr, "no decision: %s\n", decided.verdict.c_str());
            std::exit(1);
        }
        times.push_back(passed.count());
        network.change();
    }
    std::nth_element(times.begin(), times.begin() + kDecisions / 2, times.end());
    return times[kDecisions / 2];
}

void print(const char* name, double ours, double peer) {
    std::printf(
        R"({"case": "%s", "ours": %.3f, "peer": %.3f, "peer_name": "default", "unit": "ms", "ratio": %.2f})"
        "\n",
        name, ours, peer, ours / peer);
}

} // namespace

int main() {
    const Network network;
    const double plain = median_ms(default_policy(), network);
    print("default-100x64", plain, plain);
    for (const char* name : {"default", "energy", "qos", "nearest", "jsq2"}) {
        const FlowPolicy policy(*find_builtin_policy(name), network.facts());
        print((std::string("yaml-100x64-") + name).c_str(), median_ms(policy, network), plain);
    }
    const FlowPolicy green(*read_policy(kGreen, "green").policy, network.facts());
    print("yaml-100x64", median_ms(green, network), plain);
    return 0;
}
