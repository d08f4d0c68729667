// SPDX-License-Identifier: Apache-2.0
#include "controller/cli/push_report.hpp"

#include "controller/cli/record_report.hpp"
#include "dns/record/record_line.hpp"
#include "dns/record/rr_type.hpp"

namespace suanlu {

namespace {

/// The record that comes or goes; without its TTL where it goes, without rdata where its whole set does.
std::string line_of(const dns::PushChange& change) {
    const dns::Record& record = change.record;
    if (!change.is_removal()) {
        return "+ " + dns::record_line(record);
    }
    const std::string set = "- " + record.owner.text() + " IN " + dns::type_text(record.type);
    return change.is_of_whole_set() ? set : set + " " + dns::rdata_text(record.type, record.rdata);
}

} // namespace

std::string change_text(const dns::PushChange& change, bool colour) {
    std::string out = line_of(change) + "\n";
    if (!change.is_of_whole_set() && dns::has_compute_keys(change.record.type)) {
        const auto view = dns::view_record(change.record.type, change.record.rdata);
        out += view ? to_text(*view, colour) : "malformed: " + view.error().detail + "\n";
    }
    return out;
}

std::string change_json(const dns::PushChange& change) {
    const dns::Record& record = change.record;
    Json json{{"change", change.is_removal() ? "remove" : "add"},
              {"name", record.owner.text()},
              {"type", dns::type_text(record.type)}};
    if (!change.is_removal()) {
        json["ttl"] = record.ttl;
    }
    if (!change.is_of_whole_set()) {
        json["rdata"] = dns::rdata_text(record.type, record.rdata);
        if (dns::has_compute_keys(record.type)) {
            const auto view = dns::view_record(record.type, record.rdata);
            json[view ? "record" : "error"] = view ? to_json(*view) : Json(view.error().detail);
        }
    }
    return dumped(json, -1);
}

} // namespace suanlu
