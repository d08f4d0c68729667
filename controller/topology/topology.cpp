// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/topology.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace suanlu {

Topology::Topology(std::vector<Router> routers, std::map<std::pair<std::string, std::string>, Bytes> mtus,
                   Bytes core_mtu, Duration source_max_age)
    : mtus_(std::move(mtus)), core_mtu_(core_mtu), source_max_age_(source_max_age) {
    auto view = std::make_shared<TopologyView>();
    view->routers = std::move(routers);
    for (std::uint32_t index = 0; index < view->routers.size(); ++index) {
        view->by_name.emplace(view->routers[index].name, index);
    }
    view_ = std::move(view);
}

void Topology::set_static(std::vector<LinkState> links) {
    static_links_ = std::move(links);
    (void)rebuild();
}

void Topology::set_declared(std::vector<LinkState> links) {
    declared_.clear();
    for (LinkState& link : links) {
        auto ends = std::pair(link.from, link.to);
        declared_[std::move(ends)] = std::move(link);
    }
    (void)rebuild();
}

bool Topology::report(const std::string& source, std::vector<LinkState> links, MonoTime now) {
    ++counters_.reports;
    const auto current = sources_.find(in_force_);
    const bool takes_over =
        current == sources_.end() || source == in_force_ || now - current->second.heard > source_max_age_;
    sources_[source] = {std::move(links), now};
    if (!takes_over) {
        ++counters_.standby_reports;
        return false;
    }
    in_force_ = source;
    return rebuild();
}

std::vector<Topology::Row> Topology::rows(MonoTime now) const {
    std::vector<Row> out;
    for (const LinkState& link : static_links_) {
        out.push_back({link, "inventory", Duration{0}, true});
    }
    const auto current = sources_.find(in_force_);
    if (current != sources_.end()) {
        for (const LinkState& link : current->second.links) {
            out.push_back({link, in_force_, now - current->second.heard, false});
        }
    }
    return out;
}

Bytes Topology::mtu_of(const LinkState& link) const {
    const auto known = mtus_.find({link.from, link.to});
    return known == mtus_.end() ? core_mtu_ : known->second;
}

std::vector<TopologyLink> Topology::usable_links() {
    std::vector<const LinkState*> up;
    std::set<std::pair<std::string, std::string>> directions;
    std::set<std::tuple<std::string_view, std::string_view, Ip6>> keys;
    const auto take = [&](const std::vector<LinkState>& links) {
        for (const LinkState& link : links) {
            if (!view_->by_name.contains(link.from) || !view_->by_name.contains(link.to)) {
                ++counters_.unknown_router;
            } else if (!link.local.is_zero() && !keys.emplace(link.from, link.to, link.local).second) {
                ++counters_.twice;
            } else if (link.up) {
                up.push_back(&link);
                directions.emplace(link.from, link.to);
            }
        }
    };
    take(static_links_);
    if (const auto current = sources_.find(in_force_); current != sources_.end()) {
        take(current->second.links);
    }
    counters_.one_way = 0;
    counters_.without_delay = 0;
    std::vector<TopologyLink> out;
    for (const LinkState* link : up) {
        if (!directions.contains({link->to, link->from})) {
            ++counters_.one_way;
            continue;
        }
        counters_.without_delay += link->delay ? 0 : 1;
        out.push_back(as_topology_link(*link));
    }
    sort_links(out);
    return out;
}

// What changes with every report (utilisation, jitter) stays out: a view that differs is a new compilation.
TopologyLink Topology::as_topology_link(const LinkState& link) const {
    TopologyLink out;
    out.from = view_->by_name.at(link.from);
    out.to = view_->by_name.at(link.to);
    out.igp_metric = link.igp_metric;
    out.delay = link.delay.value_or(kUnreachableDelay);
    out.mtu = mtu_of(link);
    out.te_metric = link.te_metric;
    out.delay_min = link.delay_min;
    out.delay_max = link.delay_max;
    out.bandwidth = link.bandwidth;
    out.affinity = link.admin_group;
    out.srlgs = link.srlgs;
    out.layer = link.layer;
    out.protection = link.protection;
    out.legal_area = link.legal_area;
    out.adjacency_usid = adjacency_usid(link);
    fill_in_declared(link, out);
    return out;
}

void Topology::fill_in_declared(const LinkState& link, TopologyLink& out) const {
    const auto declared = declared_.find({link.from, link.to});
    if (declared == declared_.end()) {
        return;
    }
    const LinkState& known = declared->second;
    out.srlgs.insert(out.srlgs.end(), known.srlgs.begin(), known.srlgs.end());
    std::sort(out.srlgs.begin(), out.srlgs.end());
    out.srlgs.erase(std::unique(out.srlgs.begin(), out.srlgs.end()), out.srlgs.end());
    out.layer = out.layer == LinkLayer::kUnknown ? known.layer : out.layer;
    out.protection = std::max(out.protection, known.protection);
    out.legal_area = out.legal_area.empty() ? known.legal_area : out.legal_area;
}

void Topology::number_links() {
    std::vector<const LinkState*> known;
    const auto take = [&](const std::vector<LinkState>& links) {
        for (const LinkState& link : links) {
            if (view_->by_name.contains(link.from) && view_->by_name.contains(link.to)) {
                known.push_back(&link);
            }
        }
    };
    take(static_links_);
    if (const auto current = sources_.find(in_force_); current != sources_.end()) {
        take(current->second.links);
    }
    adjacencies_ = number_adjacencies(view_->routers, known, functions_);
}

std::uint16_t Topology::adjacency_usid(const LinkState& link) const {
    const auto ends = [](const auto& l) { return std::tie(l.from, l.to, l.local); };
    const auto found =
        std::lower_bound(adjacencies_.begin(), adjacencies_.end(), link,
                         [&](const AdjacencySid& a, const LinkState& l) { return ends(a) < ends(l); });
    return found != adjacencies_.end() && ends(*found) == ends(link) ? found->usid : std::uint16_t{0};
}

bool Topology::rebuild() {
    number_links();
    std::vector<TopologyLink> links = usable_links();
    if (links == view_->links) {
        return false;
    }
    auto next = std::make_shared<TopologyView>();
    next->version = view_->version + 1;
    next->routers = view_->routers;
    next->by_name = view_->by_name;
    next->links = std::move(links);
    view_ = std::move(next);
    return true;
}

} // namespace suanlu
