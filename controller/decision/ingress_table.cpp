// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/ingress_table.hpp"

namespace suanlu {

namespace {

SiteLiveness liveness_in(const IngressReport* report, const std::string& site) {
    if (report == nullptr) {
        return SiteLiveness::kAlive;
    }
    const auto found = report->sites.find(site);
    return found == report->sites.end() ? SiteLiveness::kAlive : found->second;
}

bool liveness_differs(const IngressReport* before, const IngressReport& after) {
    for (const auto& [site, liveness] : after.sites) {
        if (liveness_in(before, site) != liveness) {
            return true;
        }
    }
    if (before != nullptr) {
        for (const auto& [site, liveness] : before->sites) {
            if (liveness != liveness_in(&after, site)) {
                return true;
            }
        }
    }
    return false;
}

void keep_samples(IngressRow& row, const IngressReport& report, MonoTime now) {
    for (const FlowSample& flow : report.flows) {
        if (flow.kind == "sample") {
            row.samples.push_back({flow, now});
        }
    }
    while (row.samples.size() > IngressTable::kMostSamples) {
        row.samples.pop_front();
    }
}

} // namespace

IngressTable::IngressTable(const std::vector<std::string>& nodes) {
    for (const std::string& node : nodes) {
        rows_.try_emplace(node);
    }
}

Result<bool> IngressTable::take(IngressReport report, MonoTime now, const LeftOut& left_out) {
    const auto found = rows_.find(report.node);
    if (found == rows_.end()) {
        ++refused_;
        return Error{Errc::kNotFound, "no router '" + report.node + "' in the inventory"};
    }
    IngressRow& row = found->second;
    if (row.report && row.report->boot_id == report.boot_id && report.sequence <= row.report->sequence) {
        ++refused_;
        return Error{Errc::kConflict, "report " + std::to_string(report.sequence) + " of " + report.node +
                                          " is not above " + std::to_string(row.report->sequence)};
    }
    const bool changed = liveness_differs(row.report.get(), report);
    keep_samples(row, report, now);
    row.left_out += left_out;
    row.report = std::make_shared<const IngressReport>(std::move(report));
    row.received = now;
    return changed;
}

bool IngressTable::knows(const std::string& ingress, const std::string& site) const {
    const auto found = rows_.find(ingress);
    return found != rows_.end() && found->second.report && found->second.report->sites.contains(site);
}

SiteLiveness IngressTable::liveness(const std::string& ingress, const std::string& site) const {
    const auto found = rows_.find(ingress);
    return liveness_in(found == rows_.end() ? nullptr : found->second.report.get(), site);
}

const PathMeasurement* IngressTable::measured(const std::string& ingress, PathId path) const {
    const auto found = rows_.find(ingress);
    if (found == rows_.end() || !found->second.report) {
        return nullptr;
    }
    for (const PathMeasurement& m : found->second.report->paths) {
        if (m.path == path) {
            return &m;
        }
    }
    return nullptr;
}

} // namespace suanlu
