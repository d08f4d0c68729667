// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/inventory.hpp"

#include <algorithm>

namespace suanlu {

namespace {

constexpr std::uint8_t kFunctionBits = 64; // block 32 + node 16 + function 16 (RFC 9800, F3216)

template <class List, class Test>
auto find_in(const List& list, Test test) -> decltype(&list.front()) {
    const auto found = std::find_if(list.begin(), list.end(), test);
    return found == list.end() ? nullptr : &*found;
}

/// What the SID of an attachment does with packets of one IP version, or with both.
struct Behaviours {
    SidBehaviour by_next_hop;
    SidBehaviour by_table;
};

LocalSid service_sid(const Attachment& a, const Ip6& sid, Behaviours behaviours, const Ip6& next_hop) {
    LocalSid out;
    out.sid = {sid, kFunctionBits};
    out.behaviour = a.table != 0 ? behaviours.by_table : behaviours.by_next_hop;
    out.next_hop = next_hop;
    out.interface = a.interface;
    out.table = a.table;
    return out;
}

void add_service_sids(const Attachment& a, std::vector<LocalSid>& out) {
    if (a.table != 0 && a.sid4 == a.sid6) {
        out.push_back(service_sid(a, a.sid6, {SidBehaviour::kEndDx6, SidBehaviour::kEndDt46}, {}));
        return;
    }
    if (!a.sid6.is_zero()) {
        out.push_back(service_sid(a, a.sid6, {SidBehaviour::kEndDx6, SidBehaviour::kEndDt6}, a.next_hop6));
    }
    if (!a.sid4.is_zero()) {
        out.push_back(service_sid(a, a.sid4, {SidBehaviour::kEndDx4, SidBehaviour::kEndDt4}, a.next_hop4));
    }
}

} // namespace

const Router* Inventory::router(std::string_view name) const {
    return find_in(routers, [name](const Router& r) { return r.name == name; });
}

const Site* Inventory::site(std::string_view name) const {
    return find_in(sites, [name](const Site& s) { return s.name == name; });
}

const Site* Inventory::site(SiteId id) const {
    return find_in(sites, [id](const Site& s) { return s.id == id; });
}

const Service* Inventory::service(std::string_view name) const {
    return find_in(services, [name](const Service& s) { return s.name == name; });
}

const Site::Hosted* Inventory::hosted(const Site& site, std::string_view service) {
    return find_in(site.services, [service](const Site::Hosted& h) { return h.service == service; });
}

std::vector<LocalSid> Inventory::local_sids(const Router& router) const {
    std::vector<LocalSid> out;
    if (router.srv6_owner != SrOwner::kAgent) {
        return out;
    }
    LocalSid end;
    end.sid = router.locator;
    out.push_back(end);
    for (const Site& site : sites) {
        for (const Attachment& a : site.attachments) {
            if (a.egress == router.name) {
                add_service_sids(a, out);
            }
        }
    }
    return out;
}

Bytes Inventory::link_mtu(std::string_view from, std::string_view to) const {
    const LinkExtra* extra = find_in(links, [from, to](const LinkExtra& l) {
        return (l.a == from && l.b == to) || (l.a == to && l.b == from);
    });
    return extra != nullptr ? extra->mtu : core_mtu;
}

} // namespace suanlu
