// SPDX-License-Identifier: Apache-2.0
// The part `requests` of a site file.
#include <algorithm>
#include <set>

#include "policies/strategy/file_walk.hpp"
#include "policies/strategy/site_file.hpp"

namespace suanlu {

namespace {

GpuNeed read_gpu_need(YamlNode node) {
    expect_keys(node, {"model", "count", "memory"});
    GpuNeed out;
    out.model = node.optional("model").text();
    out.count = static_cast<std::uint32_t>(node.optional("count").integer(1, 1'000'000, 1));
    out.memory_bytes = read_positive(node.optional("memory"), QuantityKind::kBytes);
    return out;
}

RequestNeeds read_needs(YamlNode node) {
    expect_keys(node, {"gpu", "cuda", "framework", "model", "latency", "residency", "security"});
    RequestNeeds out;
    if (YamlNode gpu = node.optional("gpu"); gpu.is_present()) {
        out.gpu = read_gpu_need(gpu);
    }
    out.cuda = read_version(node.optional("cuda"));
    out.framework = read_named_version(node.optional("framework"));
    out.model = read_named_version(node.optional("model"));
    out.latency_s = read_positive(node.optional("latency"), QuantityKind::kDuration);
    out.residency = read_names(node.optional("residency"));
    if (const auto status = read_word(node.optional("security"), kSecurityWords)) {
        out.security = static_cast<SecurityStatus>(*status);
    }
    return out;
}

void check_site(YamlNode node, const std::vector<SiteAttributes>& sites) {
    const std::string name = node.text();
    if (node.is_present() && std::none_of(sites.begin(), sites.end(),
                                          [&](const SiteAttributes& site) { return site.name == name; })) {
        node.complain("no site '" + name + "'");
    }
}

Dataset read_dataset(YamlNode node, const std::vector<SiteAttributes>& sites) {
    expect_keys(node, {"name", "held_at", "volume", "movable"});
    Dataset out;
    out.name = node.required("name").text();
    YamlNode holders = node.optional("held_at");
    out.held_at = read_names(holders);
    for (YamlNode& item : holders.items()) {
        check_site(item, sites);
    }
    out.volume_bytes = read_quantity(node.optional("volume"), QuantityKind::kBytes);
    out.is_movable = node.optional("movable").boolean(true);
    return out;
}

Request read_request(YamlNode node, const std::vector<SiteAttributes>& sites) {
    expect_keys(node, {"name", "kind", "service", "tenant", "user_class", "rate", "work", "tokens", "size",
                       "origin", "dataset", "needs"});
    Request out;
    out.name = node.required("name").text();
    out.kind = static_cast<RequestKind>(read_word(node.required("kind"), kRequestKindWords).value_or(0));
    out.service = node.optional("service").text();
    out.tenant = node.optional("tenant").text();
    out.user_class = node.optional("user_class").text();
    out.jobs_per_s = read_positive(node.optional("rate"), QuantityKind::kJobRate);
    out.work = read_positive(node.optional("work"), QuantityKind::kPlain).value_or(1);
    out.tokens = read_positive(node.optional("tokens"), QuantityKind::kPlain);
    out.size_bytes = read_quantity(node.optional("size"), QuantityKind::kBytes);
    YamlNode origin = node.optional("origin");
    out.origin = origin.text();
    check_site(origin, sites);
    if (YamlNode dataset = node.optional("dataset"); dataset.is_present()) {
        out.dataset = read_dataset(dataset, sites);
        if (out.kind == RequestKind::kFlow) {
            dataset.complain("nothing is moved for a flow: a data set is for jobs and transfers");
        }
    }
    out.needs = read_needs(node.optional("needs"));
    return out;
}

} // namespace

void read_requests(YamlNode list, const std::vector<SiteAttributes>& sites, std::vector<Request>& out) {
    std::set<std::string> names;
    for (YamlNode& node : list.items()) {
        out.push_back(read_request(node, sites));
        if (!out.back().name.empty() && !names.insert(out.back().name).second) {
            node.optional("name").complain("request '" + out.back().name + "' is already listed");
        }
    }
}

void read_flow_needs(YamlNode node, Request& flow) {
    if (!node.is_present()) {
        return;
    }
    expect_keys(node, {"tenant", "user_class", "tokens", "size", "needs"});
    flow.tenant = node.optional("tenant").text();
    flow.user_class = node.optional("user_class").text();
    flow.tokens = read_positive(node.optional("tokens"), QuantityKind::kPlain);
    flow.size_bytes = read_quantity(node.optional("size"), QuantityKind::kBytes);
    flow.needs = read_needs(node.optional("needs"));
}

} // namespace suanlu
