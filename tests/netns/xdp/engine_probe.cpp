// SPDX-License-Identifier: Apache-2.0
// An engine without an agent around it, XDP or (option `tables`) that of suanlu-fwd, for the chain tests: one
// site, a TCP and a UDP service on one anycast address of each family. Commands come on standard input; ticks
// every 100 ms.
//   counters | engine | withdraw | quit
//   path RANK MODE SIDS|- LAST6 LAST4 MTU WEIGHT   sets a path of the next Plan
//   apply                                          puts that Plan in force with all of its paths
//   use RANK,...                                   only these paths may take packets
//   sid PREFIX DX6|DX4|X INTERFACE FROM TO MTU     adds a SID to be served; interface - = unresolved
//   sid PREFIX DT6|DT4|DT46|END TABLE              the same by a table
//   route TABLE PREFIX INTERFACE FROM TO MTU       a row of that table; interface nowhere = unreachable; once
//   more
//                                                  with the same prefix: one more next hop
//   serve                                          the engine serves those, and the lists begin anew
#include <net/if.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>

#include "dataplane/api/sid_rows.hpp"
#include "dataplane/dpdk/dpdk_dataplane.hpp"
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

/// The engine with the Plan that commands change.
struct Probe {
    Dataplane& engine;
    const Options& options;
    std::function<Status()> withdraw;
    Plan plan = plan_of(options);
    std::vector<EngineSid> sids = {};
    std::vector<EngineRoute> routes = {};

    Status use(const std::vector<std::uint32_t>& ranks) {
        const NextHop hop{if_nametoindex(options.at("core").c_str()), mac(options.at("from")),
                          mac(options.at("to"))};
        std::vector<UsablePath> usable;
        for (const auto rank : ranks) {
            usable.push_back({path_id(SiteId{1}, rank), hop});
        }
        return engine.set_paths(SiteId{1}, usable);
    }

    Status apply() {
        SL_TRY_VOID(engine.apply(plan, SteadyClock().now()));
        plan.id.generation++;
        std::vector<std::uint32_t> ranks;
        for (const auto& path : plan.sites[0].paths) {
            ranks.push_back(path.id.value % kPathsPerSite);
        }
        return use(ranks);
    }

    void add_sid(std::istringstream words) {
        std::string prefix;
        std::string action;
        std::string interface;
        std::string from;
        std::string to;
        EngineSid sid;
        words >> prefix >> action;
        const std::map<std::string, SidBehaviour> behaviours = {
            {"DX6", SidBehaviour::kEndDx6},  {"DX4", SidBehaviour::kEndDx4}, {"END", SidBehaviour::kEnd},
            {"X", SidBehaviour::kEndX},      {"DT6", SidBehaviour::kEndDt6}, {"DT4", SidBehaviour::kEndDt4},
            {"DT46", SidBehaviour::kEndDt46}};
        sid.sid = *Prefix6::parse(prefix);
        sid.behaviour = behaviours.at(action);
        if (asks_table(sid.behaviour)) {
            words >> sid.table;
            sids.push_back(sid);
            return;
        }
        words >> interface >> from >> to >> sid.mtu;
        sid.hop = {if_nametoindex(interface.c_str()), mac(from), mac(to)};
        sids.push_back(sid);
    }

    void add_route(std::istringstream words) {
        std::string prefix;
        std::string interface;
        std::string from;
        std::string to;
        EngineRoute route;
        words >> route.table >> prefix >> interface >> from >> to >> route.mtu;
        route.to = *Prefix6::parse(prefix);
        route.is_nowhere = interface == "nowhere";
        if (!route.is_nowhere) {
            route.hop = {if_nametoindex(interface.c_str()), mac(from), mac(to)};
        }
        const auto same = std::find_if(routes.begin(), routes.end(), [&](const EngineRoute& each) {
            return each.table == route.table && each.to == route.to;
        });
        if (same == routes.end()) {
            routes.push_back(route);
        } else {
            same->others.push_back({route.hop, route.mtu});
        }
    }

    void set_path(std::istringstream words) {
        std::uint32_t rank = 0;
        std::string mode;
        std::string sids;
        std::string last6;
        std::string last4;
        PathPlan path;
        words >> rank >> mode >> sids >> last6 >> last4 >> path.mtu.value >> path.weight;
        path.id = path_id(SiteId{1}, rank);
        path.mode = mode == "encaps"       ? EncapMode::kEncaps
                    : mode == "encaps-red" ? EncapMode::kEncapsRed
                                           : EncapMode::kUsid;
        std::istringstream list(sids == "-" ? "" : sids);
        for (std::string sid; std::getline(list, sid, ',');) {
            path.sids.push_back(*Ip6::parse(sid));
        }
        path.destination6 = *Ip6::parse(last6);
        path.destination4 = *Ip6::parse(last4);
        auto& paths = plan.sites[0].paths;
        std::erase_if(paths, [&](const PathPlan& each) { return each.id == path.id; });
        paths.push_back(path);
    }
};

void print_counters(Dataplane& engine) {
    const auto counters = engine.counters();
    for (const auto& [reason, count] : counters->reasons) {
        std::cout << reason << '=' << count << ' ';
    }
    for (const auto& [id, count] : counters->services) {
        std::cout << "service" << id.value << "_new_flows=" << count.new_flows << " service" << id.value
                  << "_packets=" << count.packets << ' ';
    }
    for (const auto& [id, count] : counters->sites) {
        for (std::size_t rank = 0; rank < count.paths.size(); rank++) {
            std::cout << "path" << id.value << '.' << rank << "_packets=" << count.paths[rank].packets << ' ';
        }
    }
    std::cout << "listed=" << engine.flows(1000)->size() << std::endl;
}

void say(const Status& status, const char* done) {
    std::cout << (status ? done : status.error().text()) << std::endl;
}

/// False = this was the last one.
bool obey(Probe& probe, const std::string& line) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word == "counters") {
        print_counters(probe.engine);
    } else if (word == "engine") {
        std::cout << probe.engine.engine_name() << std::endl;
    } else if (word == "path") {
        probe.set_path(std::move(words));
    } else if (word == "sid") {
        probe.add_sid(std::move(words));
    } else if (word == "serve") {
        const auto routed = probe.engine.set_routes(std::exchange(probe.routes, {}));
        say(routed ? probe.engine.set_sids(std::exchange(probe.sids, {})) : routed, "served");
    } else if (word == "route") {
        probe.add_route(std::move(words));
    } else if (word == "apply") {
        say(probe.apply(), "applied");
    } else if (word == "use") {
        std::vector<std::uint32_t> ranks;
        for (std::string rank; std::getline(words >> std::ws, rank, ',');) {
            ranks.push_back(static_cast<std::uint32_t>(std::stoul(rank)));
        }
        say(probe.use(ranks), "used");
    } else if (word == "withdraw") {
        say(probe.withdraw(), "withdrawn");
        return false;
    }
    return word != "quit";
}

int serve(Probe& probe) {
    const SteadyClock clock;
    std::string line;
    for (;;) {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (std::cin.rdbuf()->in_avail() <= 0 && poll(&input, 1, 100) == 0) {
            if (auto status = probe.engine.tick(clock.now()); !status) {
                std::cerr << status.error().text() << std::endl;
            }
        } else if (!std::getline(std::cin, line) || !obey(probe, line)) {
            return 0;
        }
    }
}

int run(Probe probe, bool is_adopted) {
    const auto before = probe.engine.applied();
    probe.plan.id.generation = std::max<std::uint64_t>(1, before.generation);
    if (auto status = probe.apply(); !status) {
        std::cerr << status.error().text() << std::endl;
        return 1;
    }
    std::cout << "ready adopted=" << is_adopted << " applied=" << before.text() << std::endl;
    return serve(probe);
}

int refused(const Error& why) {
    std::cerr << why.text() << std::endl;
    return 1;
}

int run_dpdk(const Options& options) {
    auto engine = DpdkDataplane::open({options.at("tables"), *Ip6::parse(options.at("source")), {}});
    const auto withdraw = [] { return Status(Error{Errc::kUnsupported, "not from here"}); };
    return engine ? run({**engine, options, withdraw}, (*engine)->is_adopted()) : refused(engine.error());
}

int run_xdp(const Options& options) {
    XdpConfig config;
    config.pin_folder = options.at("pins");
    config.outer_source = *Ip6::parse(options.at("source"));
    config.flow_sample = 1;
    config.hook = options.contains("hook") && options.at("hook") == "tc" ? Hook::kTc : Hook::kXdp;
    const bool is_egress = options.contains("site");
    config.interfaces = {{options.at(is_egress ? "site" : "external"),
                          is_egress ? InterfaceRole::kSite : InterfaceRole::kExternal},
                         {options.at("core"), InterfaceRole::kCore}};
    auto engine = XdpDataplane::open(config, SteadyClock().now());
    const auto withdraw = [&] { return (*engine)->withdraw(); };
    return engine ? run({**engine, options, withdraw}, (*engine)->is_adopted()) : refused(engine.error());
}

int run(int count, char** words) {
    Options options;
    for (int i = 1; i + 1 < count; i += 2) {
        options[words[i]] = words[i + 1];
    }
    return options.contains("tables") ? run_dpdk(options) : run_xdp(options);
}

} // namespace
} // namespace suanlu

int main(int count, char** words) {
    std::ios::sync_with_stdio(false); // so that in_avail() knows of lines that came together
    return suanlu::run(count, words);
}
