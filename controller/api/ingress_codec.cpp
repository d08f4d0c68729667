// SPDX-License-Identifier: Apache-2.0
// What ingresses have reported, as the operator sees it.
#include "controller/api/operator_codec.hpp"
#include "proto/codec/report_codec.hpp"
#include "suanlu/v1/operator.pb.h"

namespace suanlu {

namespace {

double seconds_of(Duration d) {
    return std::chrono::duration<double>(d).count();
}

/// Those that have reported.
Result<std::vector<std::pair<std::string, const IngressRow*>>> reported(const Decision& decision,
                                                                        const std::string& on) {
    const auto& rows = decision.ingresses().rows();
    if (!on.empty() && !rows.contains(on)) {
        return Error{Errc::kNotFound, "no router '" + on + "' in the inventory"};
    }
    std::vector<std::pair<std::string, const IngressRow*>> out;
    for (const auto& [node, row] : rows) {
        if (row.report && (on.empty() || on == node)) {
            out.emplace_back(node, &row);
        }
    }
    return out;
}

void encode_flow(const std::string& node, const FlowSample& flow, Duration since, v1::FlowView& to) {
    to.set_ingress(node);
    to.set_service(flow.service);
    to.set_source(flow.source);
    to.set_site(flow.site);
    to.set_kind(flow.kind);
    to.set_age_s(flow.age_s + seconds_of(since));
}

void encode_counts(const IngressReport& report, v1::CounterView& to) {
    for (const IngressServiceCount& count : report.services) {
        v1::ServiceCountView& out = *to.add_services();
        out.set_service(count.service);
        out.set_new_flows(count.new_flows);
        out.set_packets(count.packets);
        out.set_bytes(count.bytes);
        out.set_drops(count.drops);
        out.mutable_new_flows_by_site()->insert(count.new_flows_by_site.begin(),
                                                count.new_flows_by_site.end());
    }
    for (const PathCount& count : report.path_counts) {
        v1::PathCountView& out = *to.add_paths();
        out.set_site(count.site);
        out.set_rank(count.path.value % kPathsPerSite);
        out.set_packets(count.packets);
        out.set_bytes(count.bytes);
        out.set_drops(count.drops);
    }
    to.mutable_reasons()->insert(report.reasons.begin(), report.reasons.end());
}

} // namespace

Status encode_flows(const Decision& decision, const std::string& on, MonoTime now, v1::FlowList& out) {
    out.set_note(
        "exception entries of the last report and the newest of the sampled new flows, not every flow");
    SL_TRY(const auto rows, reported(decision, on));
    for (const auto& [node, row] : rows) {
        for (auto seen = row->samples.rbegin(); seen != row->samples.rend(); ++seen) {
            encode_flow(node, seen->flow, now - seen->received, *out.add_flows());
        }
        for (const FlowSample& flow : row->report->flows) {
            if (flow.kind != "sample") {
                encode_flow(node, flow, now - row->received, *out.add_flows());
            }
        }
    }
    return {};
}

Status encode_counters(const Decision& decision, const std::string& on, MonoTime now, v1::CounterList& out) {
    SL_TRY(const auto rows, reported(decision, on));
    for (const auto& [node, row] : rows) {
        v1::CounterView& to = *out.add_ingresses();
        to.set_ingress(node);
        to.set_age_s(seconds_of(now - row->received));
        encode_counts(*row->report, to);
        auto& left_out = *to.mutable_left_out();
        left_out["services"] = row->left_out.services;
        left_out["sites"] = row->left_out.sites;
        left_out["paths"] = row->left_out.paths;
    }
    return {};
}

Status encode_engines(const Decision& decision, const std::string& on, MonoTime now, v1::EngineList& out) {
    SL_TRY(const auto rows, reported(decision, on));
    for (const auto& [node, row] : rows) {
        v1::EngineView& to = *out.add_ingresses();
        to.set_ingress(node);
        to.set_age_s(seconds_of(now - row->received));
        encode(row->report->engine, *to.mutable_engine());
    }
    return {};
}

} // namespace suanlu
