// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/path_table.hpp"

#include "controller/paths/site_paths.hpp"
#include "core/model/segment_list.hpp"

namespace suanlu {

namespace {

std::map<std::pair<std::string, std::string>, Bytes> mtus_of(const Inventory& inventory) {
    std::map<std::pair<std::string, std::string>, Bytes> out;
    for (const LinkExtra& link : inventory.links) {
        out[{link.a, link.b}] = link.mtu;
        out[{link.b, link.a}] = link.mtu;
    }
    return out;
}

/// Service functions follow the id of their egress, as its links do.
FunctionIds functions_of(const Inventory& inventory) {
    FunctionIds out;
    for (const Site& site : inventory.sites) {
        for (const Attachment& a : site.attachments) {
            for (const Ip6& sid : {a.sid6, a.sid4}) {
                out[a.egress].insert(usid_at(sid, kF3216, 1));
            }
        }
    }
    return out;
}

/// Both directions of every listed link.
std::vector<LinkState> declared_links_of(const Inventory& inventory) {
    std::vector<LinkState> out;
    for (const LinkExtra& extra : inventory.links) {
        for (const auto& [from, to] : {std::pair(extra.a, extra.b), std::pair(extra.b, extra.a)}) {
            LinkState link;
            link.from = from;
            link.to = to;
            link.igp_metric = extra.igp_metric;
            link.te_metric = extra.te_metric;
            link.delay = extra.delay;
            link.srlgs = extra.srlgs;
            link.layer = extra.layer;
            link.protection = extra.protection;
            link.legal_area = extra.legal_area;
            out.push_back(std::move(link));
        }
    }
    return out;
}

/// The listed links that need no IGP: those with a delay.
std::vector<LinkState> static_links_of(const Inventory& inventory) {
    std::vector<LinkState> out = declared_links_of(inventory);
    std::erase_if(out, [](const LinkState& link) { return !link.delay; });
    return out;
}

/// Replies follow the IGP from the egress to the ingress (return mode dsr). A link without a delay makes the
/// sum unknown; the forward delay stands in for it.
Seconds way_back(paths::Forwarding& forwarding, const std::string& egress, const std::string& ingress,
                 Microseconds forward) {
    const paths::Graph& graph = forwarding.graph();
    const auto from = graph.view().find(egress);
    const auto to = graph.view().find(ingress);
    if (!from || !to) {
        return to_seconds(forward);
    }
    Seconds sum{0};
    for (const std::uint32_t link : paths::walk_of(graph, forwarding.tree(*from), *to)) {
        const Microseconds delay = graph.link(link).delay;
        if (delay == kUnreachableDelay) {
            return to_seconds(forward);
        }
        sum += to_seconds(delay);
    }
    return sum.value > 0 ? sum : to_seconds(forward);
}

} // namespace

PathTable::PathTable(const Inventory& inventory, Duration source_max_age)
    : inventory_(inventory),
      topology_(inventory.routers, mtus_of(inventory), inventory.core_mtu, source_max_age) {
    topology_.set_functions(functions_of(inventory));
    topology_.set_declared(declared_links_of(inventory));
    topology_.set_static(static_links_of(inventory));
    if (has_links()) {
        compile();
    }
}

Result<bool> PathTable::take(LinkReport report, MonoTime now) {
    if (report.source.empty()) {
        return Error{Errc::kBadInput, "a link report without a source"};
    }
    if (!topology_.report(report.source, std::move(report.links), now)) {
        return false;
    }
    compile();
    return true;
}

void PathTable::compile() {
    ++compilations_;
    const paths::Graph graph(topology_.view());
    paths::Forwarding forwarding(graph);
    for (const Router& router : inventory_.routers) {
        for (const Site& site : inventory_.sites) {
            if (!inventory_.is_entry(router)) {
                break;
            }
            Row& row = rows_[{router.name, site.id}];
            auto found =
                compile_site_paths(forwarding, {&site, router.name, inventory_.sid_block, row.previous});
            row.paths.clear();
            row.why = found ? "" : found.error().detail;
            for (PathPlan& path : found ? *found : row.paths) {
                if (const Status proof = check_path(forwarding, router.name, path); !proof) {
                    ++unproven_;
                    row.why = proof.error().detail;
                    continue;
                }
                row.paths.push_back(std::move(path));
            }
            if (!row.paths.empty()) {
                row.previous = row.paths;
                row.back =
                    way_back(forwarding, row.paths.front().egress, router.name, row.paths.front().delay);
            }
        }
    }
}

const std::vector<PathPlan>& PathTable::paths(const std::string& ingress, SiteId site) const {
    static const std::vector<PathPlan> kNone;
    const auto found = rows_.find({ingress, site});
    return found == rows_.end() ? kNone : found->second.paths;
}

std::optional<Seconds> PathTable::delay(const std::string& ingress, SiteId site) const {
    const auto found = rows_.find({ingress, site});
    if (found == rows_.end() || found->second.paths.empty()) {
        return std::nullopt;
    }
    return to_seconds(found->second.paths.front().delay) + found->second.back;
}

std::string PathTable::why_none(const std::string& ingress, SiteId site) const {
    const auto found = rows_.find({ingress, site});
    return found == rows_.end() ? "no link report yet" : found->second.why;
}

bool PathTable::is_complete() const {
    for (const Router& router : inventory_.routers) {
        for (const Site& site : inventory_.sites) {
            if (inventory_.is_entry(router) && paths(router.name, site.id).empty()) {
                return false;
            }
        }
    }
    return true;
}

} // namespace suanlu
