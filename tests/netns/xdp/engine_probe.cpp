// SPDX-License-Identifier: Apache-2.0
// The XDP engine without an agent around it, for chain_test.py: one site, a TCP and a UDP service on one
// anycast address of each family. Commands come on standard input: "counters", "withdraw", "quit"; ticks
// every 100 ms.
#include <net/if.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <map>

#include "dataplane/xdp/xdp_dataplane.hpp"

namespace suanlu {
namespace {

using Options = std::map<std::string, std::string>;

std::array<std::uint8_t, 6> mac(const std::string& text) {
    std::array<std::uint8_t, 6> bytes{};
    std::sscanf(text.c_str(), "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &bytes[0], &bytes[1], &bytes[2], &bytes[3],
                &bytes[4], &bytes[5]);
    return bytes;
}

ServicePlan service(std::uint16_t id, const Options& options, Transport transport, std::uint16_t port) {
    ServicePlan plan;
    plan.id = {id};
    plan.name = "service-" + std::to_string(id);
    plan.addresses = {*Ip6::parse(options.at("anycast6")), *Ip6::parse(options.at("anycast4"))};
    plan.transport = transport;
    plan.port = port;
    plan.slots = 251;
    plan.shares = {{SiteId{1}, kWholeShare}};
    return plan;
}

Plan plan_of(const Options& options) {
    Plan plan;
    plan.id = {"probe", 1, 1};
    plan.sid_block = *Prefix6::parse("fc00::/32");
    PathPlan path;
    path.id = path_id(SiteId{1}, 0);
    path.destination6 = *Ip6::parse(options.at("sid6"));
    path.destination4 = *Ip6::parse(options.at("sid4"));
    path.mtu = {static_cast<std::uint32_t>(std::stoul(options.at("mtu")))};
    plan.sites = {{SiteId{1}, "site-1", {}, {path}}};
    plan.services = {service(1, options, Transport::kTcp, 8080), service(2, options, Transport::kUdp, 9001)};
    return plan;
}

Status start(Dataplane& engine, const Options& options, MonoTime now) {
    SL_TRY_VOID(engine.apply(plan_of(options), now));
    const NextHop hop{if_nametoindex(options.at("core").c_str()), mac(options.at("from")),
                      mac(options.at("to"))};
    return engine.set_path(SiteId{1}, path_id(SiteId{1}, 0), hop);
}

void print_counters(Dataplane& engine) {
    const auto counters = engine.counters();
    for (const auto& [reason, count] : counters->reasons) {
        std::cout << reason << '=' << count << ' ';
    }
    for (const auto& [id, count] : counters->services) {
        std::cout << "service" << id.value << "_new_flows=" << count.new_flows << " service" << id.value
                  << "_packets=" << count.packets << ' ';
    }
    std::cout << "sampled=" << engine.flows(1000)->size() << std::endl;
}

int serve(XdpDataplane& engine) {
    const SteadyClock clock;
    std::string line;
    for (;;) {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (poll(&input, 1, 100) == 0) {
            if (auto status = engine.tick(clock.now()); !status) {
                std::cerr << status.error().text() << std::endl;
            }
        } else if (!std::getline(std::cin, line) || line == "quit") {
            return 0;
        } else if (line == "counters") {
            print_counters(engine);
        } else if (line == "withdraw") {
            const auto status = engine.withdraw();
            std::cout << (status ? "withdrawn" : status.error().text()) << std::endl;
            return status ? 0 : 1;
        }
    }
}

int run(int count, char** words) {
    Options options;
    for (int i = 1; i + 1 < count; i += 2) {
        options[words[i]] = words[i + 1];
    }
    const SteadyClock clock;
    XdpConfig config;
    config.pin_folder = options.at("pins");
    config.outer_source = *Ip6::parse(options.at("source"));
    config.interfaces = {{options.at("external"), InterfaceRole::kExternal},
                         {options.at("core"), InterfaceRole::kCore}};
    auto engine = XdpDataplane::open(config, clock.now());
    if (!engine) {
        std::cerr << engine.error().text() << std::endl;
        return 1;
    }
    const auto before = (*engine)->applied();
    if (auto status = start(**engine, options, clock.now()); !status) {
        std::cerr << status.error().text() << std::endl;
        return 1;
    }
    std::cout << "ready adopted=" << (*engine)->is_adopted() << " applied=" << before.text() << std::endl;
    return serve(**engine);
}

} // namespace
} // namespace suanlu

int main(int count, char** words) {
    return suanlu::run(count, words);
}
