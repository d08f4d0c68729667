// SPDX-License-Identifier: Apache-2.0
// PathReport as docs/reference/path.schema.json has it.
#include <cmath>

#include "controller/offline/path_report.hpp"
#include "core/model/link_words.hpp"

namespace suanlu::offline {

namespace {

template <class Value>
void put(Json& out, const char* key, const std::optional<Value>& value) {
    if (value) {
        out[key] = value->value;
    }
}

Json measures_json(const paths::Measures& measures) {
    Json out = Json::object();
    put(out, "delay_us", measures.delay);
    put(out, "jitter_us", measures.jitter);
    if (measures.loss_ppm) {
        out["loss_ppm"] = *measures.loss_ppm;
    }
    if (measures.bandwidth) {
        out["bandwidth_bps"] = static_cast<std::uint64_t>(std::llround(measures.bandwidth->value * 8));
    }
    out["hops"] = measures.hops;
    out["mtu"] = measures.mtu.value;
    out["layers"] = Json::array();
    for (const LinkLayer layer : measures.layers) {
        out["layers"].push_back(to_text(layer));
    }
    return out;
}

Json list_json(const ListReport& list) {
    Json out{{"kind", list.kind}, {"segments", Json::array()}};
    for (const SegmentReport& segment : list.segments) {
        out["segments"].push_back({{"kind", segment.kind},
                                   {"text", segment.text},
                                   {"algorithm", segment.algorithm},
                                   {"usid", segment.usid},
                                   {"links", segment.links},
                                   {"is_single", segment.is_single}});
    }
    out["destination"] = list.destination;
    out["srh"] = list.srh;
    put(out, "shortest_delay_us", list.shortest_delay);
    put(out, "longest_delay_us", list.longest_delay);
    out["mtu"] = list.mtu.value;
    out["reason"] = list.reason;
    out["checked"] = list.objection.empty();
    out["objection"] = list.objection;
    return out;
}

Json repair_json(const RepairReport& repair) {
    Json out{{"element", repair.element},  {"at", repair.at},           {"towards", repair.towards},
             {"needed", repair.is_needed}, {"refusal", repair.refusal}, {"segments", repair.segments}};
    if (!repair.first_link.empty()) {
        out["first_link"] = repair.first_link;
    }
    put(out, "delay_us", repair.delay);
    put(out, "path_delay_us", repair.path_delay);
    return out;
}

Json path_json(const PathReport& report, const FoundPathReport& path) {
    Json out{{"cost", path.cost},
             {"cost_at_least", path.cost_at_least},
             {"is_exact", path.is_exact},
             {"note", path.note},
             {"routers", path.routers},
             {"links", Json::array()},
             {"measures", measures_json(path.measures)}};
    for (const TopologyLink& link : path.links) {
        out["links"].push_back(link_json(*report.view, link));
    }
    if (path.list) {
        out["list"] = list_json(*path.list);
    } else {
        out["list_refusal"] = path.list_refusal;
    }
    out["repairs"] = Json::array();
    for (const RepairReport& repair : path.repairs) {
        out["repairs"].push_back(repair_json(repair));
    }
    return out;
}

} // namespace

Json to_json(const PathReport& report) {
    Json out{{"file", report.file},         {"format", report.format},
             {"from", report.from},         {"to", report.to},
             {"metric", report.metric},     {"algorithm", report.algorithm},
             {"disjoint", report.disjoint}, {"encode", report.encode},
             {"protect", report.protects},  {"bounds", report.bounds}};
    if (!report.rule.empty()) {
        out["rule"] = {{"name", report.rule}, {"layers", report.rule_layers}, {"passed_over", Json::array()}};
        for (const PassedOverReport& step : report.passed_over) {
            out["rule"]["passed_over"].push_back({{"layers", step.layers}, {"reason", step.reason}});
        }
    }
    out["paths"] = Json::array();
    for (const FoundPathReport& path : report.paths) {
        out["paths"].push_back(path_json(report, path));
    }
    if (report.refusal) {
        out["refusal"] = {{"code", to_text(report.refusal->code)}, {"reason", report.refusal->detail}};
    }
    return out;
}

} // namespace suanlu::offline
