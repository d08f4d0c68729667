// SPDX-License-Identifier: Apache-2.0
#include "controller/offline/link_report.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/model/link_words.hpp"
#include "core/support/text_table.hpp"

namespace suanlu::offline {

namespace {

void put_delay(Json& out, const char* key, const std::optional<Microseconds>& delay) {
    if (delay && *delay != kUnreachableDelay) {
        out[key] = delay->value;
    }
}

void put_rate(Json& out, const char* key, const std::optional<BytesPerSecond>& rate) {
    if (rate) {
        out[key] = static_cast<std::uint64_t>(std::llround(rate->value * 8));
    }
}

template <class Number>
void put_number(Json& out, const char* key, const std::optional<Number>& number) {
    if (number) {
        out[key] = *number;
    }
}

template <class List>
std::string joined(const List& list) {
    std::string out;
    for (const auto& item : list) {
        out += (out.empty() ? "" : ",") + std::to_string(item);
    }
    return out.empty() ? "-" : out;
}

} // namespace

Json colours_json(std::uint32_t affinity) {
    Json out = Json::array();
    for (; affinity != 0; affinity &= affinity - 1) {
        out.push_back(std::countr_zero(affinity));
    }
    return out;
}

std::string_view metric_text(Metric metric) {
    constexpr std::string_view names[] = {"igp", "te", "delay", "delay-min", "delay-max"};
    return names[static_cast<std::size_t>(metric)];
}

Json router_json(const Router& router) {
    Json out{{"name", router.name}};
    if (router.locator.length > 0) {
        out["locator"] = router.locator.text();
    }
    if (!router.algorithms.empty()) {
        for (const AlgorithmLocator& other : router.algorithms) {
            out["algorithms"].push_back({{"algorithm", other.algorithm}, {"locator", other.locator.text()}});
        }
    }
    out["is_overloaded"] = router.is_overloaded;
    out["protection"] = to_text(router.protection);
    if (!router.legal_area.empty()) {
        out["legal_area"] = router.legal_area;
    }
    return out;
}

Json link_json(const TopologyView& view, const TopologyLink& link) {
    Json out{{"from", view.routers[link.from].name},
             {"to", view.routers[link.to].name},
             {"igp_metric", link.igp_metric}};
    put_number(out, "te_metric", link.te_metric);
    put_delay(out, "delay_us", link.delay);
    put_delay(out, "delay_min_us", link.delay_min);
    put_delay(out, "delay_max_us", link.delay_max);
    put_delay(out, "jitter_us", link.jitter);
    put_number(out, "loss_ppm", link.loss_ppm);
    put_rate(out, "bandwidth_bps", link.bandwidth);
    put_rate(out, "available_bps", link.available);
    put_rate(out, "reserved_bps", link.reserved);
    put_number(out, "utilisation_permille", link.utilisation);
    out["mtu"] = link.mtu.value;
    out["colours"] = colours_json(link.affinity);
    out["srlgs"] = link.srlgs;
    out["layer"] = to_text(link.layer);
    out["protection"] = to_text(link.protection);
    if (!link.legal_area.empty()) {
        out["legal_area"] = link.legal_area;
    }
    return out;
}

std::string colours_text(std::uint32_t affinity) {
    return joined(colours_json(affinity).get<std::vector<int>>());
}

std::string srlgs_text(const std::vector<std::uint32_t>& srlgs) {
    return joined(srlgs);
}

std::string or_dash(std::string_view text) {
    return text.empty() ? "-" : std::string(text);
}

std::string table_text(const std::vector<std::string>& titles,
                       const std::vector<std::vector<std::string>>& rows, bool colour) {
    std::vector<std::size_t> kept;
    for (std::size_t c = 0; c < titles.size(); ++c) {
        const bool is_told =
            std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row[c] != "-"; });
        if (is_told || rows.empty()) {
            kept.push_back(c);
        }
    }
    const auto of_kept = [&](const std::vector<std::string>& cells) {
        std::vector<std::string> out;
        for (const std::size_t c : kept) {
            out.push_back(cells[c]);
        }
        return out;
    };
    TextTable table(of_kept(titles));
    for (const auto& row : rows) {
        table.add(of_kept(row));
    }
    return table.text(colour);
}

} // namespace suanlu::offline
