// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/plan_codec.hpp"

#include <set>
#include <tuple>

#include "core/model/limits.hpp"
#include "proto/codec/field_codec.hpp"
#include "proto/codec/path_codec.hpp"
#include "proto/codec/placement_codec.hpp"
#include "proto/codec/traffic_codec.hpp"
#include "suanlu/v1/agent.pb.h"

namespace suanlu {

namespace {

using codec::bad_field;
using codec::check_count;
using codec::check_name;
using codec::check_number;
using codec::check_range;
using codec::item_path;
using codec::read_address;
using codec::read_prefix;
using codec::write_address;

/// Tables 253..255 are default, main and local: a DT SID there could loop (design: egress).
/// IFNAMSIZ - 1.
constexpr std::size_t kMaxInterfaceName = 15;

Result<SidBehaviour> read_behaviour(std::string_view field, const std::string& text) {
    for (const auto each :
         {SidBehaviour::kEnd, SidBehaviour::kEndDx6, SidBehaviour::kEndDx4, SidBehaviour::kEndDt6,
          SidBehaviour::kEndX, SidBehaviour::kEndDt4, SidBehaviour::kEndDt46}) {
        if (to_text(each) == text) {
            return each;
        }
    }
    return bad_field(field, "no such behaviour");
}

Result<Transport> read_transport(std::string_view field, const std::string& text) {
    for (const auto each : {Transport::kTcp, Transport::kUdp, Transport::kAny}) {
        if (to_text(each) == text) {
            return each;
        }
    }
    return bad_field(field, "neither tcp, udp nor any");
}

Result<Affinity> read_affinity(std::string_view field, const std::string& text) {
    for (const auto each :
         {Affinity::kFlow, Affinity::kSource, Affinity::kMovable, Affinity::kNone, Affinity::kPair}) {
        if (to_text(each) == text) {
            return each;
        }
    }
    return bad_field(field, "no such affinity");
}

Status check_target(const std::string& at, const LocalSid& sid) {
    const bool is_dx = sid.behaviour == SidBehaviour::kEndDx6 || sid.behaviour == SidBehaviour::kEndDx4;
    if (is_dx &&
        (sid.next_hop.is_zero() || sid.next_hop.is_mapped_v4() != (sid.behaviour == SidBehaviour::kEndDx4))) {
        return bad_field(at + "next_hop", "is missing or of the wrong family");
    }
    const bool is_x = sid.behaviour == SidBehaviour::kEndX;
    if (is_x && (sid.next_hop.is_zero() || sid.next_hop.is_mapped_v4())) {
        return bad_field(at + "next_hop", "is missing or of the wrong family");
    }
    if (sid.interface.empty() && (is_dx || (is_x && sid.next_hop.is_link_local()))) {
        return bad_field(at + "interface", "is missing");
    }
    if (sid.interface.size() > kMaxInterfaceName) {
        return bad_field(at + "interface", "is longer than 15 bytes");
    }
    if (has_table(sid.behaviour) && !is_own_table(sid.table)) {
        return bad_field(at + "table", "a DT SID needs a table of its own, never main");
    }
    return {};
}

Result<LocalSid> decode_sid(const std::string& at, const v1::LocalSid& from) {
    LocalSid out;
    SL_TRY(out.sid, read_prefix(at + "sid", from.sid().address(), from.sid().length()));
    SL_TRY_VOID(check_range(at + "sid.length", out.sid.length, 1, 128));
    SL_TRY(out.behaviour, read_behaviour(at + "behaviour", from.behaviour()));
    SL_TRY(out.next_hop, read_address(at + "next_hop", from.next_hop(), true));
    SL_TRY_VOID(check_name(at + "interface", from.interface(), true));
    out.interface = from.interface();
    out.table = from.table();
    SL_TRY_VOID(check_target(at, out));
    return out;
}

Result<SitePlan> decode_site(const std::string& at, const v1::SitePlan& from) {
    SitePlan out;
    SL_TRY_VOID(check_range(at + "id", from.id(), 1, 0xffff));
    out.id.value = static_cast<std::uint16_t>(from.id());
    SL_TRY_VOID(check_name(at + "name", from.name()));
    out.name = from.name();
    SL_TRY(out.probe_address, read_address(at + "probe_address", from.probe_address(), true));
    out.is_probed = !from.not_probed();
    out.is_told_down = from.told_down();
    out.is_draining = from.draining();
    SL_TRY_VOID(check_count(at + "paths", from.paths_size(), static_cast<int>(kPathsPerSite)));
    std::set<PathId> seen;
    for (int i = 0; i < from.paths_size(); ++i) {
        const std::string path_at = item_path(at + "paths", i);
        SL_TRY(PathPlan path, decode_path(path_at, out.id, from.paths(i)));
        if (!seen.insert(path.id).second) {
            return bad_field(path_at + "id", "appears twice");
        }
        out.paths.push_back(std::move(path));
    }
    return out;
}

template <class Shares>
Result<std::vector<SiteShare>> decode_shares(const std::string& field, const Shares& from,
                                             const SiteIds& sites) {
    SL_TRY_VOID(check_count(field, from.size(), kMaxPlanSites));
    std::vector<SiteShare> out;
    SiteIds seen;
    std::uint64_t sum = 0;
    for (int i = 0; i < from.size(); ++i) {
        const auto& share = from.Get(i);
        if (sites.count(share.site()) == 0) {
            return bad_field(item_path(field, i) + "site", "is not a site of this Plan");
        }
        if (!seen.insert(share.site()).second) {
            return bad_field(item_path(field, i) + "site", "appears twice");
        }
        SL_TRY_VOID(check_range(item_path(field, i) + "ppm", share.ppm(), 0, kWholeShare));
        sum += share.ppm();
        out.push_back({SiteId{static_cast<std::uint16_t>(share.site())}, share.ppm()});
    }
    if (sum != 0 && sum != kWholeShare) {
        return bad_field(field, "sum to " + std::to_string(sum) + " instead of 1000000");
    }
    return out;
}

Status decode_addresses(const std::string& at, const v1::ServicePlan& from, ServicePlan& out) {
    SL_TRY_VOID(check_count(at + "addresses", from.addresses_size(), kMaxServiceAddresses));
    if (from.traffic().prefixes_size() == 0) {
        SL_TRY_VOID(check_range(at + "addresses", static_cast<std::uint64_t>(from.addresses_size()), 1,
                                kMaxServiceAddresses));
    }
    for (int i = 0; i < from.addresses_size(); ++i) {
        SL_TRY(const Ip6 address,
               read_address(at + "addresses[" + std::to_string(i) + "]", from.addresses(i)));
        out.addresses.push_back(address);
    }
    return {};
}

Result<ServicePlan> decode_service(const std::string& at, const v1::ServicePlan& from, const SiteIds& sites) {
    ServicePlan out;
    SL_TRY_VOID(check_range(at + "id", from.id(), 1, 0xffff));
    out.id.value = static_cast<std::uint16_t>(from.id());
    SL_TRY_VOID(check_name(at + "name", from.name()));
    out.name = from.name();
    SL_TRY_VOID(decode_addresses(at, from, out));
    SL_TRY(out.transport, read_transport(at + "transport", from.transport()));
    SL_TRY_VOID(check_range(at + "port", from.port(), from.has_traffic() ? 0 : 1, 0xffff));
    out.port = static_cast<std::uint16_t>(from.port());
    if (from.has_traffic()) {
        SL_TRY(out.traffic, decode(at + "traffic.", from.traffic()));
    }
    SL_TRY(out.affinity, read_affinity(at + "affinity", from.affinity()));
    SL_TRY_VOID(check_number(at + "affinity_timeout_s", from.affinity_timeout_s(), 0.001, 86'400));
    out.affinity_timeout.value = from.affinity_timeout_s();
    SL_TRY_VOID(check_range(at + "slots", from.slots(), kLeastTableSlots, kMostTableSlots));
    out.slots = from.slots();
    SL_TRY(out.shares, decode_shares(at + "shares", from.shares(), sites));
    SL_TRY(out.static_shares, decode_shares(at + "static_shares", from.static_shares(), sites));
    if (from.has_placement()) {
        SL_TRY(out.placement, decode(at + "placement.", from.placement(), sites));
    }
    return out;
}

Status decode_sites(const v1::Plan& from, Plan& out, SiteIds& ids) {
    SL_TRY_VOID(check_count("sites", from.sites_size(), kMaxPlanSites));
    std::set<std::string> names;
    for (int i = 0; i < from.sites_size(); ++i) {
        const std::string at = item_path("sites", i);
        SL_TRY(SitePlan site, decode_site(at, from.sites(i)));
        if (!ids.insert(site.id.value).second) {
            return bad_field(at + "id", "appears twice");
        }
        if (!names.insert(site.name).second) {
            return bad_field(at + "name", "appears twice");
        }
        out.sites.push_back(std::move(site));
    }
    return {};
}

Status decode_services(const v1::Plan& from, Plan& out, const SiteIds& sites) {
    SL_TRY_VOID(check_count("services", from.services_size(), kMaxPlanServices));
    std::set<std::uint16_t> ids;
    std::set<std::string> names;
    using Match =
        std::tuple<Ip6, Transport, std::uint16_t, std::uint16_t, std::uint16_t, std::uint8_t, std::uint16_t>;
    std::set<Match> keys;
    for (int i = 0; i < from.services_size(); ++i) {
        const std::string at = item_path("services", i);
        SL_TRY(ServicePlan service, decode_service(at, from.services(i), sites));
        if (!ids.insert(service.id.value).second || !names.insert(service.name).second) {
            return bad_field(at + "id", "id or name appears twice");
        }
        for (const Ip6& address : service.addresses) {
            const ServiceTraffic& t = service.traffic;
            if (!keys.insert(
                         {address, service.transport, service.port, t.last_port, t.tenant, t.dscp, t.vlan})
                     .second) {
                return bad_field(at + "addresses",
                                 "two services share " + address.text() + ", ports, tenant, DSCP and VLAN");
            }
        }
        out.services.push_back(std::move(service));
    }
    return {};
}

void encode_sid(const LocalSid& from, v1::LocalSid& to) {
    to.mutable_sid()->set_address({from.sid.address.bytes.begin(), from.sid.address.bytes.end()});
    to.mutable_sid()->set_length(from.sid.length);
    to.set_behaviour(std::string(to_text(from.behaviour)));
    to.set_next_hop(write_address(from.next_hop));
    to.set_interface(from.interface);
    to.set_table(from.table);
}

void encode_shares(const std::vector<SiteShare>& from,
                   google::protobuf::RepeatedPtrField<v1::SiteShare>& to) {
    for (const SiteShare& share : from) {
        auto& out = *to.Add();
        out.set_site(share.site.value);
        out.set_ppm(share.ppm);
    }
}

void encode_service(const ServicePlan& from, v1::ServicePlan& to) {
    to.set_id(from.id.value);
    to.set_name(from.name);
    for (const Ip6& address : from.addresses) {
        to.add_addresses(std::string(address.bytes.begin(), address.bytes.end()));
    }
    to.set_transport(std::string(to_text(from.transport)));
    to.set_port(from.port);
    to.set_affinity(std::string(to_text(from.affinity)));
    to.set_affinity_timeout_s(from.affinity_timeout.value);
    to.set_slots(from.slots);
    if (from.traffic != ServiceTraffic{} || from.port == 0) {
        encode(from.traffic, *to.mutable_traffic());
    }
    encode_shares(from.shares, *to.mutable_shares());
    encode_shares(from.static_shares, *to.mutable_static_shares());
    if (from.placement != PlacementTable{}) {
        encode(from.placement, *to.mutable_placement());
    }
}

} // namespace

void encode(const PlanId& from, v1::PlanId& to) {
    to.set_controller(from.controller);
    to.set_epoch(from.epoch);
    to.set_generation(from.generation);
}

Result<PlanId> decode_plan_id(const v1::PlanId& from) {
    SL_TRY_VOID(check_name("id.controller", from.controller(), true));
    return PlanId{from.controller(), from.epoch(), from.generation()};
}

void encode(const Plan& from, v1::Plan& to) {
    to.Clear();
    encode(from.id, *to.mutable_id());
    to.set_node(from.node);
    to.mutable_sid_block()->set_address(
        {from.sid_block.address.bytes.begin(), from.sid_block.address.bytes.end()});
    to.mutable_sid_block()->set_length(from.sid_block.length);
    for (const LocalSid& sid : from.local_sids) {
        encode_sid(sid, *to.add_local_sids());
    }
    for (const SitePlan& site : from.sites) {
        auto& out = *to.add_sites();
        out.set_id(site.id.value);
        out.set_name(site.name);
        out.set_probe_address(write_address(site.probe_address));
        out.set_not_probed(!site.is_probed);
        out.set_told_down(site.is_told_down);
        out.set_draining(site.is_draining);
        for (const PathPlan& path : site.paths) {
            encode(path, *out.add_paths());
        }
    }
    for (const ServicePlan& service : from.services) {
        encode_service(service, *to.add_services());
    }
    for (const TenantTag& tag : from.tenants) {
        encode(tag, *to.add_tenants());
    }
}

Result<Plan> decode(const v1::Plan& from) {
    Plan out;
    SL_TRY(out.id, decode_plan_id(from.id()));
    SL_TRY_VOID(check_name("id.controller", out.id.controller));
    SL_TRY_VOID(check_name("node", from.node()));
    out.node = from.node();
    SL_TRY(out.sid_block, read_prefix("sid_block", from.sid_block().address(), from.sid_block().length()));
    SL_TRY_VOID(check_count("local_sids", from.local_sids_size(), kMaxPlanLocalSids));
    std::set<Prefix6> sids;
    for (int i = 0; i < from.local_sids_size(); ++i) {
        const std::string at = item_path("local_sids", i);
        SL_TRY(LocalSid sid, decode_sid(at, from.local_sids(i)));
        if (!sids.insert(sid.sid).second) {
            return bad_field(at + "sid", "appears twice");
        }
        out.local_sids.push_back(std::move(sid));
    }
    SiteIds sites;
    SL_TRY_VOID(decode_sites(from, out, sites));
    SL_TRY_VOID(decode_services(from, out, sites));
    SL_TRY_VOID(check_count("tenants", from.tenants_size(), kMaxPlanTenants));
    for (int i = 0; i < from.tenants_size(); ++i) {
        SL_TRY(TenantTag tag, decode(item_path("tenants", i), from.tenants(i)));
        out.tenants.push_back(std::move(tag));
    }
    return out;
}

std::string to_bytes(const Plan& plan) {
    v1::Plan message;
    encode(plan, message);
    return message.SerializeAsString();
}

Result<Plan> plan_from_bytes(std::string_view bytes) {
    v1::Plan message;
    if (bytes.size() > 0x7fffffff || !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        return Error{Errc::kBadInput, "not the bytes of a Plan"};
    }
    return decode(message);
}

} // namespace suanlu
