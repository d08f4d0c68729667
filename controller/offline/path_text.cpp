// SPDX-License-Identifier: Apache-2.0
// PathReport for people.
#include "controller/offline/path_report.hpp"
#include "core/model/link_words.hpp"
#include "core/model/quantity_text.hpp"
#include "core/support/text_table.hpp"

namespace suanlu::offline {

namespace {

template <class List>
std::string joined(const List& list, const char* between) {
    std::string out;
    for (const auto& item : list) {
        out += (out.empty() ? "" : between) + std::string(item);
    }
    return out;
}

template <class Value, class Text>
std::string known(const std::optional<Value>& value, Text text) {
    return value ? text(*value) : "unknown";
}

std::string hex(std::uint16_t id) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out = "0x0000";
    for (int i = 0; i < 4; ++i) {
        out[5 - i] = digits[(id >> (4 * i)) & 15];
    }
    return out;
}

/// "delay" and "jitter" as quantities, other metrics as numbers.
std::string cost_text(const PathReport& report, std::uint32_t cost) {
    return report.metric.starts_with("delay") ? delay_text({cost}) : std::to_string(cost);
}

std::string measures_text(const paths::Measures& m) {
    std::string out = "delay " + known(m.delay, delay_text) + ", " + std::to_string(m.hops) +
                      (m.hops == 1 ? " hop" : " hops");
    if (m.jitter) {
        out += ", jitter " + delay_text(*m.jitter);
    }
    if (m.loss_ppm) {
        out += ", loss " + loss_text(*m.loss_ppm);
    }
    if (m.bandwidth) {
        out += ", bandwidth " + bandwidth_text(*m.bandwidth);
    }
    return m.hops > 0 ? out + ", mtu " + std::to_string(m.mtu.value) : out;
}

std::string links_text(const PathReport& report, const FoundPathReport& path, bool colour) {
    std::vector<std::vector<std::string>> rows;
    for (const TopologyLink& link : path.links) {
        const auto bandwidth = paths::bandwidth_of(link);
        const auto layer = to_text(link.layer);
        const auto protection = to_text(link.protection);
        rows.push_back({report.view->link_name(link), std::to_string(link.igp_metric),
                        link.te_metric ? std::to_string(*link.te_metric) : "-",
                        link.delay == kUnreachableDelay ? "-" : delay_text(link.delay),
                        link.jitter ? delay_text(*link.jitter) : "-",
                        link.loss_ppm ? loss_text(*link.loss_ppm) : "-",
                        bandwidth ? bandwidth_text(*bandwidth) : "-", colours_text(link.affinity),
                        srlgs_text(link.srlgs), layer == "unknown" ? "-" : std::string(layer),
                        protection == "none" ? "-" : std::string(protection), or_dash(link.legal_area)});
    }
    return rows.empty() ? ""
                        : table_text({"LINK", ">IGP", ">TE", ">DELAY", ">JITTER", ">LOSS", ">BANDWIDTH",
                                      "COLOURS", "SRLGS", "LAYER", "PROTECTION", "AREA"},
                                     rows, colour);
}

std::string segments_text(const ListReport& list, bool colour) {
    std::vector<std::vector<std::string>> rows;
    for (const SegmentReport& segment : list.segments) {
        rows.push_back({segment.text, segment.kind, hex(segment.usid),
                        segment.links.empty()
                            ? "nothing: the packet is there"
                            : (segment.is_single ? "" : "equal cost over ") + joined(segment.links, ", ")});
    }
    return rows.empty() ? "" : table_text({"SEGMENT", "KIND", "ID", "PINS"}, rows, colour);
}

std::string list_text(const PathReport& report, const FoundPathReport& path, bool explains, bool colour) {
    if (!path.list) {
        return "no segment list: " + path.list_refusal + "\n";
    }
    const ListReport& list = *path.list;
    std::string out = segments_text(list, colour);
    out += "list         " + list.kind + ", " + report.encode + ", destination " + list.destination +
           (list.srh.empty() ? ", no SRH" : ", SRH " + joined(list.srh, " ")) + "\n";
    if (list.longest_delay != list.shortest_delay) {
        out += "list delay   " + known(list.shortest_delay, delay_text) + " to " +
               known(list.longest_delay, delay_text) + " over its equal-cost paths\n";
    }
    if (explains && !list.reason.empty()) {
        out += "why          " + list.reason + "\n";
    }
    return out + "checked      " +
           (list.objection.empty() ? "yes: walked as the routers would" : list.objection) + "\n";
}

std::string repair_text(const RepairReport& repair) {
    if (!repair.refusal.empty()) {
        return "none: " + repair.refusal;
    }
    if (!repair.is_needed) {
        return "none needed: " + repair.at + "'s own shortest path to " + repair.towards + " avoids it";
    }
    return repair.first_link + (repair.segments.empty() ? "" : ", then " + joined(repair.segments, ", "));
}

std::string repairs_text(const PathReport& report, const FoundPathReport& path, bool colour) {
    if (report.protects.empty() || !path.list) {
        return "";
    }
    if (path.repairs.empty()) {
        return "\nrepairs      no " + report.protects + " on this path to repair\n";
    }
    std::vector<std::vector<std::string>> rows;
    for (const RepairReport& repair : path.repairs) {
        rows.push_back({repair.element, repair.at, repair.towards, repair_text(repair),
                        repair.path_delay ? delay_text(*repair.path_delay) : "-"});
    }
    return "\n" + table_text({"WHEN FAILS", "AT", "TOWARDS", "REPAIR", ">PATH DELAY"}, rows, colour);
}

std::string title_of(const PathReport& report, std::size_t index) {
    const FoundPathReport& path = report.paths[index];
    std::string out;
    if (report.disjoint != "none") {
        out = index == 0 ? "main path" : "partner, " + report.disjoint + "-disjoint";
    } else {
        out = "path " + std::to_string(index + 1) + " of " + std::to_string(report.paths.size());
    }
    out += ": " + joined(path.routers, " > ") + "\n";
    if (!report.metric.starts_with("delay")) {
        out += "cost         " + cost_text(report, path.cost) + "\n";
    }
    out += "measures     " + measures_text(path.measures) + "\n";
    if (!path.is_exact) {
        out += "cost proven  at least " + cost_text(report, path.cost_at_least) + "\n";
    }
    return path.note.empty() ? out : out + "note         " + path.note + "\n";
}

std::string question_text(const PathReport& report) {
    std::string out = "question     least " + report.metric;
    if (report.algorithm != 0) {
        out += " of Flex-Algo " + std::to_string(report.algorithm);
    }
    out += "\nbounds       " + (report.bounds.empty() ? "none" : joined(report.bounds, "; ")) + "\n";
    if (!report.rule.empty()) {
        out += "rule         " + report.rule + "\n";
        for (const PassedOverReport& step : report.passed_over) {
            out += "passed over  " + step.layers + ": " + step.reason + "\n";
        }
        if (!report.rule_layers.empty()) {
            out += "layers       " + report.rule_layers + "\n";
        }
    }
    return out;
}

} // namespace

std::string to_text(const PathReport& report, bool explains, bool colour) {
    std::string out;
    if (explains) {
        out += question_text(report) + (report.paths.empty() ? "" : "\n");
    }
    if (report.refusal) {
        return out + report.refusal->detail + "\n";
    }
    for (std::size_t index = 0; index < report.paths.size(); ++index) {
        const FoundPathReport& path = report.paths[index];
        out += (index > 0 ? "\n" : "") + title_of(report, index) + "\n" + links_text(report, path, colour) +
               "\n" + list_text(report, path, explains, colour) + repairs_text(report, path, colour);
    }
    return out;
}

} // namespace suanlu::offline
