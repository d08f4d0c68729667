// SPDX-License-Identifier: Apache-2.0
#include "controller/offline/path_answer.hpp"

#include "controller/offline/list_report.hpp"
#include "core/model/link_words.hpp"

namespace suanlu::offline {

namespace {

std::string layers_text(const std::vector<LinkLayer>& layers) {
    std::string out;
    for (const LinkLayer layer : layers) {
        out += (out.empty() ? "" : ", ") + std::string(to_text(layer));
    }
    return out;
}

/// What lists and repairs may use: the links of the view within the bounds, as for the paths themselves.
std::vector<bool> admitted_links(const paths::Graph& graph, const paths::PathQuery& query) {
    const std::uint32_t sources[] = {query.from};
    paths::Weights weights = paths::weights_of(graph, query.view, sources);
    paths::mask(graph, query.bounds, query.from, query.to, weights);
    std::vector<bool> out(graph.links());
    for (std::uint32_t link = 0; link < graph.links(); ++link) {
        out[link] = weights[link] < paths::kInfinite;
    }
    return out;
}

Result<std::vector<paths::FoundPath>> find(const paths::Graph& graph, const PathRequest& request,
                                           PathReport& report) {
    if (!request.rule) {
        return paths::find_paths(graph, request.query);
    }
    report.rule = request.rule->name;
    SL_TRY(auto found, paths::find_by_layer(graph, request.query, *request.rule));
    report.rule_layers = layers_text(found.layers);
    for (const paths::PassedOver& step : found.passed_over) {
        report.passed_over.push_back({layers_text(step.layers), step.reason.detail});
    }
    return std::move(found.paths);
}

FoundPathReport report_of(const paths::Graph& graph, std::uint32_t from, const paths::FoundPath& path) {
    FoundPathReport out;
    out.cost = path.cost;
    out.cost_at_least = path.cost_at_least;
    out.is_exact = path.is_exact;
    out.note = path.note;
    out.measures = path.measures;
    for (const std::uint32_t router : graph.visited(from, path.links)) {
        out.routers.push_back(graph.view().routers[router].name);
    }
    for (const std::uint32_t link : path.links) {
        out.links.push_back(graph.link(link));
    }
    return out;
}

std::string encode_text(const paths::PackOptions& packing) {
    if (packing.mode == paths::ListMode::kSid) {
        return "sid";
    }
    return packing.format == kF4816 ? "usid F4816" : "usid F3216";
}

PathReport empty_report(const std::string& file, const ReadTopology& read, const PathRequest& request) {
    const paths::PathQuery& query = request.query;
    PathReport out;
    out.file = file;
    out.format = read.facts.format;
    out.from = read.view.routers[query.from].name;
    out.to = read.view.routers[query.to].name;
    out.metric = metric_text(query.view.metric);
    out.algorithm = query.view.algorithm;
    out.disjoint = disjoint_text(query.disjoint);
    out.encode = encode_text(request.encode.packing);
    out.bounds = bounds_text(query.bounds);
    if (request.protect) {
        constexpr const char* elements[] = {"link", "node", "srlg"};
        out.protects = elements[static_cast<std::size_t>(*request.protect)];
    }
    return out;
}

} // namespace

bool PathReport::is_usable() const {
    const auto has_list = [](const FoundPathReport& path) {
        return path.list.has_value() && path.list->objection.empty();
    };
    return !paths.empty() && (disjoint == "none" ? std::any_of(paths.begin(), paths.end(), has_list)
                                                 : std::all_of(paths.begin(), paths.end(), has_list));
}

Result<PathReport> answer_path(const std::string& file, const ReadTopology& read, const PathWords& words) {
    SL_TRY(const PathRequest request, read_request(words, read.view));
    PathReport out = empty_report(file, read, request);
    out.view = std::make_shared<const TopologyView>(read.view);
    const paths::Graph graph(out.view);
    const auto found = find(graph, request, out);
    if (!found) {
        out.refusal = found.error();
        return out;
    }
    paths::Forwarding forwarding(graph);
    ListReporter lists(forwarding, request, admitted_links(graph, request.query));
    for (const paths::FoundPath& path : *found) {
        out.paths.push_back(report_of(graph, request.query.from, path));
        lists.report(path.links, out.paths.back());
    }
    return out;
}

} // namespace suanlu::offline
