// SPDX-License-Identifier: Apache-2.0
#include "dataplane/kernel/seg6_routes.hpp"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace suanlu {

namespace {

bool is_ours(const KernelRoute& route) {
    return route.protocol == kRouteProtocol && route.table == RT_TABLE_MAIN;
}

/// A foreign route for the same prefix wins over ours, or collides with it.
const KernelRoute* foreign_owner(const LocalSid& sid, const std::vector<KernelRoute>& routes) {
    const auto found = std::find_if(routes.begin(), routes.end(), [&sid](const KernelRoute& route) {
        return !is_ours(route) && route.table == RT_TABLE_MAIN && route.prefix == sid.sid &&
               route.metric <= kRouteMetric;
    });
    return found == routes.end() ? nullptr : &*found;
}

/// A link-local next hop says nothing without its link (RFC 4007); a global one finds it by the routes.
bool names_its_link(const LocalSid& sid) {
    return sid.behaviour == SidBehaviour::kEndX && sid.next_hop.is_link_local();
}

/// The key of one of our routes is prefix and metric: enough to delete it whatever it does.
LocalSid as_sid(const KernelRoute& route) {
    LocalSid sid = route.sid.value_or(LocalSid{});
    sid.sid = route.prefix;
    return sid;
}

} // namespace

SidChanges plan_sid_changes(const std::vector<LocalSid>& wanted, const std::vector<KernelRoute>& routes,
                            std::uint32_t interface_index, const LinkIndexes& links) {
    SidChanges out;
    std::map<Prefix6, const LocalSid*> by_prefix;
    std::map<Prefix6, SidInterfaces> on;
    for (const LocalSid& sid : wanted) {
        const auto link = links.find(sid.interface);
        if (names_its_link(sid) && link == links.end()) {
            out.waiting.push_back(sid.sid);
            continue;
        }
        by_prefix[sid.sid] = &sid;
        on[sid.sid] = {interface_index, names_its_link(sid) ? link->second : 0};
    }
    std::map<Prefix6, bool> is_in_place;
    std::map<Prefix6, bool> has_other;
    for (const KernelRoute& route : routes) {
        if (!is_ours(route)) {
            continue;
        }
        const auto want = by_prefix.find(route.prefix);
        if (want != by_prefix.end() && fulfils(route, *want->second, on[route.prefix])) {
            is_in_place[route.prefix] = true;
        } else if (want != by_prefix.end() && route.metric == kRouteMetric) {
            has_other[route.prefix] = true;
        } else {
            out.remove.push_back(as_sid(route));
        }
    }
    for (const auto& [prefix, sid] : by_prefix) {
        if (const KernelRoute* owner = foreign_owner(*sid, routes)) {
            out.refused[prefix] = "a route of protocol " + std::to_string(owner->protocol) + " with metric " +
                                  std::to_string(owner->metric) + " holds this prefix";
        } else if (!is_in_place[prefix]) {
            (has_other[prefix] ? out.replace : out.add).push_back(*sid);
        }
    }
    return out;
}

Result<std::unique_ptr<Seg6Routes>> Seg6Routes::open(const std::string& interface) {
    SL_TRY(NetlinkSocket socket, NetlinkSocket::open());
    std::unique_ptr<Seg6Routes> out(new Seg6Routes(std::move(socket), interface));
    SL_TRY_VOID(out->find_interface());
    return out;
}

Status Seg6Routes::find_interface() {
    interface_index_ = if_nametoindex(interface_.c_str());
    if (interface_index_ == 0) {
        return Error{Errc::kNotFound, "srv6.sid_interface: no interface " + interface_};
    }
    return {};
}

Result<std::vector<KernelRoute>> Seg6Routes::dump() {
    NetlinkMessage message(RTM_GETROUTE, NLM_F_DUMP);
    auto& fixed = message.extra<rtmsg>();
    fixed.rtm_family = AF_INET6;
    fixed.rtm_table = RT_TABLE_MAIN;
    std::vector<KernelRoute> routes;
    SL_TRY_VOID(socket_.request(message, [&routes](const nlmsghdr& answer) {
        if (auto route = parse_route(answer); route && route->table == RT_TABLE_MAIN) {
            routes.push_back(std::move(*route));
        }
    }));
    counters_.in_kernel = static_cast<std::size_t>(std::count_if(routes.begin(), routes.end(), is_ours));
    return routes;
}

SidChanges Seg6Routes::changes_for(const std::vector<LocalSid>& wanted,
                                   const std::vector<KernelRoute>& routes) const {
    LinkIndexes links;
    for (const LocalSid& sid : wanted) {
        if (const std::uint32_t index = names_its_link(sid) ? if_nametoindex(sid.interface.c_str()) : 0) {
            links[sid.interface] = index;
        }
    }
    return plan_sid_changes(wanted, routes, interface_index_, links);
}

Status Seg6Routes::check(const std::vector<LocalSid>& wanted) {
    SL_TRY_VOID(find_interface());
    SL_TRY(const auto routes, dump());
    const SidChanges changes = changes_for(wanted, routes);
    if (!changes.refused.empty()) {
        const auto& [prefix, why] = *changes.refused.begin();
        return Error{Errc::kConflict, "local SID " + prefix.text() + ": " + why};
    }
    return {};
}

Status Seg6Routes::change(const LocalSid& sid, RouteChange how) {
    // A deletion names prefix, metric, table and protocol; the kernel matches no foreign route with that.
    const bool removes = how == RouteChange::kRemove;
    const SidInterfaces on{interface_index_, names_its_link(sid) ? if_nametoindex(sid.interface.c_str()) : 0};
    NetlinkMessage message = sid_route_message(sid, removes ? SidInterfaces{} : on, how);
    Status done = socket_.request(message);
    if (!done && removes && socket_.last_errno() == ESRCH) {
        return {}; // gone already
    }
    if (!done) {
        ++counters_.errors;
        return std::move(done).error().with((removes ? "removing SID " : "adding SID ") + sid.sid.text());
    }
    ++(removes ? counters_.removed : counters_.added);
    return {};
}

Status Seg6Routes::reconcile(const std::vector<LocalSid>& wanted) {
    SL_TRY_VOID(find_interface());
    SL_TRY(const auto routes, dump());
    const SidChanges changes = changes_for(wanted, routes);
    counters_.waiting = changes.waiting.size();
    for (const LocalSid& sid : changes.replace) {
        SL_TRY_VOID(change(sid, RouteChange::kReplace));
    }
    for (const LocalSid& sid : changes.add) {
        SL_TRY_VOID(change(sid, RouteChange::kAdd));
    }
    for (const LocalSid& sid : changes.remove) {
        SL_TRY_VOID(change(sid, RouteChange::kRemove));
    }
    if (changes.add.empty() && changes.replace.empty() && changes.remove.empty()) {
        return {};
    }
    SL_TRY(const auto after, dump());
    const SidChanges left = changes_for(wanted, after);
    if (!left.add.empty() || !left.replace.empty()) {
        ++counters_.errors;
        const LocalSid& lost = left.add.empty() ? left.replace.front() : left.add.front();
        return Error{Errc::kKernel, "SID " + lost.sid.text() + " is not in the kernel after adding it"};
    }
    return {};
}

Status Seg6Routes::set(const std::vector<LocalSid>& wanted) {
    SL_TRY_VOID(check(wanted));
    const Status done = reconcile(wanted);
    if (!done && has_wanted_) {
        (void)reconcile(wanted_); // back to what was in force
        return done;
    }
    wanted_ = wanted;
    has_wanted_ = true;
    return done;
}

Status Seg6Routes::repair() {
    if (!has_wanted_) {
        return {};
    }
    const std::uint64_t before = counters_.added;
    const Status done = reconcile(wanted_);
    counters_.repaired += counters_.added - before;
    return done;
}

Status Seg6Routes::withdraw() {
    wanted_.clear();
    has_wanted_ = true;
    SL_TRY(const auto routes, dump());
    for (const KernelRoute& route : routes) {
        if (is_ours(route)) {
            SL_TRY_VOID(change(as_sid(route), RouteChange::kRemove));
        }
    }
    return {};
}

} // namespace suanlu
