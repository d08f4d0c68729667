// SPDX-License-Identifier: Apache-2.0
#include "telemetry/site/site_config.hpp"

#include <algorithm>

namespace suanlu {

namespace {

Duration read_duration(YamlNode node, Duration least, Duration most, Duration fallback) {
    const double seconds = node.duration({std::chrono::duration<double>(fallback).count()}).value;
    const Duration value = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
    if (value < least || value > most) {
        node.complain("out of range");
        return fallback;
    }
    return value;
}

template <class T>
T read_parsed(YamlNode node, Result<T> (*parse)(std::string_view)) {
    auto parsed = parse(node.text());
    if (!parsed) {
        node.complain(parsed.error().detail);
        return {};
    }
    return *std::move(parsed);
}

SitePage read_site_page(YamlNode node) {
    using namespace std::chrono_literals;
    SitePage page;
    YamlNode url = node.required("url");
    if (auto parsed = PageAddress::parse(url.text())) {
        page.address = *std::move(parsed);
    } else {
        url.complain(parsed.error().detail);
    }
    YamlNode adapter = node.required("adapter");
    page.adapter = adapter.text();
    if (auto found = find_adapter(page.adapter); !found) {
        adapter.complain(found.error().detail);
    }
    page.interval = read_duration(node.optional("interval"), 10ms, 60s, 1s);
    page.timeout = read_duration(node.optional("timeout"), 10ms, 60s, 1s);
    return page;
}

SitePool read_pool(YamlNode node, std::size_t pages) {
    SitePool pool;
    pool.config.name = node.required("name").text();
    pool.page = node.required("page").integer(0, pages == 0 ? 0 : pages - 1);
    pool.config.workers_metric = node.optional("workers_metric").text();
    pool.config.workers = node.optional("workers").number(0, 1e6);
    if (pool.config.workers_metric.empty() == (pool.config.workers <= 0)) {
        node.complain("needs either workers_metric or workers");
    }
    for (YamlNode model : node.optional("local_models").items()) {
        pool.config.local_models.push_back(model.text());
    }
    return pool;
}

SiteInstance read_instance(YamlNode node, const std::vector<SitePool>& pools) {
    SiteInstance instance;
    instance.service = node.required("service").text();
    instance.model = node.optional("model").text();
    YamlNode name = node.required("pool");
    const auto found = std::find_if(pools.begin(), pools.end(),
                                    [&](const SitePool& p) { return p.config.name == name.text(); });
    if (found == pools.end()) {
        name.complain("no pool is called '" + name.text() + "'");
    } else {
        instance.pool = static_cast<std::size_t>(found - pools.begin());
    }
    return instance;
}

} // namespace

Result<SiteConfig> load_site_config(const std::string& path) {
    using namespace std::chrono_literals;
    SL_TRY(YamlNode root, YamlNode::load_file(path));
    SiteConfig out;
    out.site = root.required("site").text();
    YamlNode controller = root.required("controller");
    out.controller = read_parsed<Endpoint>(controller.required("address"), Endpoint::parse);
    out.server_name = controller.optional("name").text("suanlud");
    out.tls = read_tls(root.optional("tls"));
    out.report_interval = read_duration(root.optional("report_interval"), 100ms, 1s, 100ms);
    if (YamlNode reflector = root.optional("reflector"); reflector.is_present()) {
        out.reflector = read_parsed<Endpoint>(reflector.required("listen"), Endpoint::parse);
    }
    for (YamlNode page : root.required("pages").items()) {
        out.pages.push_back(read_site_page(page));
    }
    for (YamlNode pool : root.required("pools").items()) {
        out.pools.push_back(read_pool(pool, out.pages.size()));
    }
    for (YamlNode instance : root.required("instances").items()) {
        out.instances.push_back(read_instance(instance, out.pools));
    }
    out.metrics = root.optional("metrics").text();
    root.finish();
    SL_TRY_VOID(root.status());
    return out;
}

} // namespace suanlu
