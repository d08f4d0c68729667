// SPDX-License-Identifier: Apache-2.0
// suanlu-site's configuration file, read once at start. Every field is explained in docs/reference/site.yaml.
// Pure value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/support/clock.hpp"
#include "core/support/rpc_credentials.hpp"
#include "telemetry/http_get.hpp"
#include "telemetry/pool.hpp"

namespace suanlu {

struct SitePage {
    PageAddress address;
    std::string adapter;
    Duration interval = std::chrono::seconds(1);
    Duration timeout = std::chrono::seconds(1);
};

struct SiteInstance {
    std::string service;
    /// Index into SiteConfig::pools.
    std::size_t pool = 0;
    /// Label value of the steered model on the page.
    std::string model;
};

struct SitePool {
    PoolConfig config;
    /// Index into SiteConfig::pages.
    std::size_t page = 0;
};

struct SiteConfig {
    std::string site;
    Endpoint controller;
    std::string server_name;
    TlsFiles tls;
    Duration report_interval = std::chrono::milliseconds(100);
    std::optional<Endpoint> reflector;
    std::vector<SitePage> pages;
    std::vector<SitePool> pools;
    std::vector<SiteInstance> instances;
    std::string metrics;
};

/// kBadInput with file:line and field; kNotFound when the file cannot be read.
Result<SiteConfig> load_site_config(const std::string& path);

} // namespace suanlu
