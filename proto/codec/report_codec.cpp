// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/report_codec.hpp"

#include <limits>

#include "proto/codec/field_codec.hpp"
#include "proto/codec/plan_codec.hpp"
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
using codec::write_address;

constexpr double kHuge = 1e18;

Status check_mode(const std::string& mode) {
    for (const std::string_view known : {"live", "last-good", "static", "anycast", "self-suspect"}) {
        if (mode == known) {
            return {};
        }
    }
    return bad_field("mode", "none of live, last-good, static, anycast, self-suspect");
}

Result<SiteLiveness> read_liveness(std::string_view field, const std::string& text) {
    for (const auto each : {SiteLiveness::kAlive, SiteLiveness::kSuspect, SiteLiveness::kDead}) {
        if (to_text(each) == text) {
            return each;
        }
    }
    return bad_field(field, "none of alive, suspect, dead");
}

Result<IngressServiceCount> decode_count(const std::string& at, const v1::IngressServiceCount& from) {
    SL_TRY_VOID(check_name(at + "service", from.service()));
    SL_TRY_VOID(check_name(at + "client_class", from.client_class(), true));
    IngressServiceCount out{from.service(),
                            from.client_class(),
                            from.new_flows(),
                            from.packets(),
                            from.bytes(),
                            from.drops(),
                            {}};
    SL_TRY_VOID(check_count(at + "new_flows_by_site", static_cast<int>(from.new_flows_by_site_size()),
                            kMaxPlanSites));
    for (const auto& [site, flows] : from.new_flows_by_site()) {
        SL_TRY_VOID(check_name(at + "new_flows_by_site", site));
        out.new_flows_by_site[site] = flows;
    }
    return out;
}

template <class Message>
Status check_path(const std::string& at, const Message& from) {
    const std::uint32_t most = kPathsPerSite * 0x10000U - 1;
    SL_TRY_VOID(check_range(at + "path", from.path(), kPathsPerSite, most));
    return check_name(at + "site", from.site());
}

Result<PathMeasurement> decode_path(const std::string& at, const v1::PathMeasurement& from) {
    SL_TRY_VOID(check_path(at, from));
    return PathMeasurement{PathId{from.path()}, from.site(),
                           from.up(),           Microseconds{from.delay_one_way_us()},
                           from.sent(),         from.received()};
}

Result<PathCount> decode_path_count(const std::string& at, const v1::PathCount& from) {
    SL_TRY_VOID(check_path(at, from));
    return PathCount{PathId{from.path()}, from.site(), from.packets(), from.bytes(), from.drops()};
}

Result<FlowSample> decode_flow(const std::string& at, const v1::FlowSample& from) {
    SL_TRY_VOID(check_name(at + "service", from.service()));
    SL_TRY_VOID(check_name(at + "source", from.source()));
    SL_TRY_VOID(check_name(at + "site", from.site(), true));
    if (from.kind() != "exception" && from.kind() != "sample") {
        return bad_field(at + "kind", "neither exception nor sample");
    }
    SL_TRY_VOID(check_number(at + "age_s", from.age_s(), 0, kHuge));
    return FlowSample{from.service(), from.source(), from.site(), from.kind(), from.age_s()};
}

Result<EnginePort> decode_port(const std::string& at, const v1::EnginePort& from) {
    SL_TRY_VOID(check_name(at + "interface", from.interface()));
    SL_TRY_VOID(check_name(at + "role", from.role()));
    return EnginePort{from.interface(),  from.role(),           from.down(),   from.received(),
                      from.sent(),       from.missed(),         from.errors(), from.received_bytes(),
                      from.sent_bytes(), from.unpolled_queues()};
}

Result<EngineStage> decode_stage(const std::string& at, const v1::EngineStage& from) {
    SL_TRY_VOID(check_name(at + "name", from.name()));
    SL_TRY_VOID(check_count(at + "bursts", from.bursts_size(), EngineStage::kBuckets));
    return EngineStage{
        from.name(), from.packets(), from.nanoseconds(), {from.bursts().begin(), from.bursts().end()}};
}

Status decode_engine(const v1::EngineState& from, EngineState& out) {
    SL_TRY_VOID(check_name("engine.name", from.name(), true));
    SL_TRY_VOID(check_count("engine.ports", from.ports_size(), kMaxReportPorts));
    SL_TRY_VOID(check_count("engine.stages", from.stages_size(), kMaxReportStages));
    out.name = from.name();
    for (int i = 0; i < from.ports_size(); ++i) {
        SL_TRY(EnginePort port, decode_port(item_path("engine.ports", i), from.ports(i)));
        out.ports.push_back(std::move(port));
    }
    for (int i = 0; i < from.stages_size(); ++i) {
        SL_TRY(EngineStage stage, decode_stage(item_path("engine.stages", i), from.stages(i)));
        out.stages.push_back(std::move(stage));
    }
    return {};
}

Status decode_lists(const v1::IngressReport& from, IngressReport& out) {
    for (int i = 0; i < from.services_size(); ++i) {
        SL_TRY(IngressServiceCount count, decode_count(item_path("services", i), from.services(i)));
        out.services.push_back(std::move(count));
    }
    for (int i = 0; i < from.paths_size(); ++i) {
        SL_TRY(PathMeasurement path, decode_path(item_path("paths", i), from.paths(i)));
        out.paths.push_back(std::move(path));
    }
    for (int i = 0; i < from.flows_size(); ++i) {
        SL_TRY(FlowSample flow, decode_flow(item_path("flows", i), from.flows(i)));
        out.flows.push_back(std::move(flow));
    }
    for (const auto& [site, liveness] : from.sites()) {
        SL_TRY_VOID(check_name("sites", site));
        SL_TRY(out.sites[site], read_liveness("sites", liveness));
    }
    for (const auto& [reason, packets] : from.reasons()) {
        SL_TRY_VOID(check_name("reasons", reason));
        out.reasons[reason] = packets;
    }
    for (const auto& [site, rest] : from.rests()) {
        SL_TRY_VOID(check_name("rests", site));
        out.rests[site] = {rest.slots(), rest.exceptions(), rest.is_counted(), rest.is_named()};
    }
    for (int i = 0; i < from.path_counts_size(); ++i) {
        SL_TRY(PathCount count, decode_path_count(item_path("path_counts", i), from.path_counts(i)));
        out.path_counts.push_back(std::move(count));
    }
    return {};
}

Status read_optional(const std::string& field, bool is_set, double value,
                     std::optional<BytesPerSecond>& out) {
    if (is_set) {
        SL_TRY_VOID(check_number(field, value, 0, kHuge));
        out = BytesPerSecond{value};
    }
    return {};
}

Result<LinkState> decode_link(const std::string& at, const v1::LinkState& from) {
    LinkState out;
    SL_TRY_VOID(check_name(at + "from", from.from()));
    SL_TRY_VOID(check_name(at + "to", from.to()));
    out.from = from.from();
    out.to = from.to();
    SL_TRY(out.local, read_address(at + "local", from.local(), true));
    SL_TRY(out.remote, read_address(at + "remote", from.remote(), true));
    out.igp_metric = from.igp_metric();
    if (from.has_te_metric()) {
        out.te_metric = from.te_metric();
    }
    if (from.has_delay_us()) {
        out.delay = Microseconds{from.delay_us()};
    }
    if (from.has_jitter_us()) {
        out.jitter = Microseconds{from.jitter_us()};
    }
    SL_TRY_VOID(read_optional(at + "bandwidth_bytes_per_second", from.has_bandwidth_bytes_per_second(),
                              from.bandwidth_bytes_per_second(), out.bandwidth));
    SL_TRY_VOID(read_optional(at + "bandwidth_used_bytes_per_second",
                              from.has_bandwidth_used_bytes_per_second(),
                              from.bandwidth_used_bytes_per_second(), out.bandwidth_used));
    out.admin_group = from.admin_group();
    out.up = from.up();
    return out;
}

void encode_link(const LinkState& from, v1::LinkState& to) {
    to.set_from(from.from);
    to.set_to(from.to);
    to.set_local(write_address(from.local));
    to.set_remote(write_address(from.remote));
    to.set_igp_metric(from.igp_metric);
    if (from.te_metric) {
        to.set_te_metric(*from.te_metric);
    }
    if (from.delay) {
        to.set_delay_us(from.delay->value);
    }
    if (from.jitter) {
        to.set_jitter_us(from.jitter->value);
    }
    if (from.bandwidth) {
        to.set_bandwidth_bytes_per_second(from.bandwidth->value);
    }
    if (from.bandwidth_used) {
        to.set_bandwidth_used_bytes_per_second(from.bandwidth_used->value);
    }
    to.set_admin_group(from.admin_group);
    to.set_up(from.up);
}

void encode_path_count(const PathCount& from, v1::PathCount& to) {
    to.set_path(from.path.value);
    to.set_site(from.site);
    to.set_packets(from.packets);
    to.set_bytes(from.bytes);
    to.set_drops(from.drops);
}

void encode_service_count(const IngressServiceCount& from, v1::IngressServiceCount& to) {
    to.set_service(from.service);
    to.set_client_class(from.client_class);
    to.set_new_flows(from.new_flows);
    to.set_packets(from.packets);
    to.set_bytes(from.bytes);
    to.set_drops(from.drops);
    to.mutable_new_flows_by_site()->insert(from.new_flows_by_site.begin(), from.new_flows_by_site.end());
}

} // namespace

void encode(const AgentHello& from, v1::Hello& to) {
    to.Clear();
    to.set_node(from.node);
    to.set_boot_id(from.boot_id);
    to.set_version(from.version);
    encode(from.applied, *to.mutable_applied());
    to.set_mode(from.mode);
    to.set_engine(from.engine);
}

Result<AgentHello> decode(const v1::Hello& from) {
    SL_TRY_VOID(check_name("node", from.node()));
    SL_TRY_VOID(check_name("boot_id", from.boot_id()));
    SL_TRY_VOID(check_name("version", from.version(), true));
    SL_TRY(PlanId applied, decode_plan_id(from.applied()));
    SL_TRY_VOID(check_mode(from.mode()));
    SL_TRY_VOID(check_name("engine", from.engine()));
    return AgentHello{from.node(),        from.boot_id(), from.version(),
                      std::move(applied), from.mode(),    from.engine()};
}

void encode(const EngineState& from, v1::EngineState& to) {
    to.set_name(from.name);
    for (const EnginePort& port : from.ports) {
        auto& out = *to.add_ports();
        out.set_interface(port.interface);
        out.set_role(port.role);
        out.set_down(port.is_down);
        out.set_received(port.received);
        out.set_sent(port.sent);
        out.set_missed(port.missed);
        out.set_errors(port.errors);
        out.set_received_bytes(port.received_bytes);
        out.set_sent_bytes(port.sent_bytes);
        out.set_unpolled_queues(port.unpolled_queues);
    }
    for (const EngineStage& stage : from.stages) {
        auto& out = *to.add_stages();
        out.set_name(stage.name);
        out.set_packets(stage.packets);
        out.set_nanoseconds(stage.ns);
        out.mutable_bursts()->Assign(stage.bursts.begin(), stage.bursts.end());
    }
}

void encode(const IngressReport& from, v1::IngressReport& to) {
    to.Clear();
    to.set_node(from.node);
    to.set_boot_id(from.boot_id);
    to.set_sequence(from.sequence);
    to.set_uptime_s(from.uptime_s);
    to.set_mode(from.mode);
    for (const IngressServiceCount& count : from.services) {
        encode_service_count(count, *to.add_services());
    }
    for (const PathMeasurement& path : from.paths) {
        auto& out = *to.add_paths();
        out.set_path(path.path.value);
        out.set_site(path.site);
        out.set_up(path.up);
        out.set_delay_one_way_us(path.delay_one_way.value);
        out.set_sent(path.sent);
        out.set_received(path.received);
    }
    for (const auto& [site, liveness] : from.sites) {
        (*to.mutable_sites())[site] = std::string(to_text(liveness));
    }
    for (const FlowSample& flow : from.flows) {
        auto& out = *to.add_flows();
        out.set_service(flow.service);
        out.set_source(flow.source);
        out.set_site(flow.site);
        out.set_kind(flow.kind);
        out.set_age_s(flow.age_s);
    }
    to.mutable_reasons()->insert(from.reasons.begin(), from.reasons.end());
    for (const auto& [site, rest] : from.rests) {
        v1::SiteRest& out = (*to.mutable_rests())[site];
        out.set_slots(rest.slots);
        out.set_exceptions(rest.exceptions);
        out.set_is_counted(rest.is_counted);
        out.set_is_named(rest.is_named);
    }
    for (const PathCount& count : from.path_counts) {
        encode_path_count(count, *to.add_path_counts());
    }
    encode(from.engine, *to.mutable_engine());
}

Result<IngressReport> decode(const v1::IngressReport& from) {
    IngressReport out;
    SL_TRY_VOID(check_name("node", from.node()));
    SL_TRY_VOID(check_name("boot_id", from.boot_id()));
    SL_TRY_VOID(check_number("uptime_s", from.uptime_s(), 0, kHuge));
    SL_TRY_VOID(check_mode(from.mode()));
    SL_TRY_VOID(check_count("services", from.services_size(), kMaxReportServices));
    SL_TRY_VOID(check_count("paths", from.paths_size(), kMaxReportPaths));
    SL_TRY_VOID(check_count("path_counts", from.path_counts_size(), kMaxReportPaths));
    SL_TRY_VOID(check_count("sites", static_cast<int>(from.sites_size()), kMaxPlanSites));
    SL_TRY_VOID(check_count("flows", from.flows_size(), kMaxReportFlows));
    SL_TRY_VOID(check_count("reasons", static_cast<int>(from.reasons_size()), kMaxReportReasons));
    SL_TRY_VOID(check_count("rests", static_cast<int>(from.rests_size()), kMaxPlanSites));
    out.node = from.node();
    out.boot_id = from.boot_id();
    out.sequence = from.sequence();
    out.uptime_s = from.uptime_s();
    out.mode = from.mode();
    SL_TRY_VOID(decode_lists(from, out));
    SL_TRY_VOID(decode_engine(from.engine(), out.engine));
    return out;
}

void encode(const LinkReport& from, v1::LinkReport& to) {
    to.Clear();
    to.set_source(from.source);
    to.set_sequence(from.sequence);
    for (const LinkState& link : from.links) {
        encode_link(link, *to.add_links());
    }
}

Result<LinkReport> decode(const v1::LinkReport& from) {
    LinkReport out;
    SL_TRY_VOID(check_name("source", from.source()));
    SL_TRY_VOID(check_count("links", from.links_size(), kMaxReportLinks));
    out.source = from.source();
    out.sequence = from.sequence();
    out.links.reserve(static_cast<std::size_t>(from.links_size()));
    for (int i = 0; i < from.links_size(); ++i) {
        SL_TRY(LinkState link, decode_link(item_path("links", i), from.links(i)));
        out.links.push_back(std::move(link));
    }
    return out;
}

} // namespace suanlu
