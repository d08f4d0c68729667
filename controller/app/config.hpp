// SPDX-License-Identifier: Apache-2.0
// The configuration of suanlud: where it listens, its certificate, its identity and its periods. Strict YAML;
// the first error comes back with file:line. Read once at start-up, immutable afterwards.
#pragma once

#include <string>
#include <vector>

#include "core/support/clock.hpp"
#include "core/support/endpoint.hpp"
#include "core/support/result.hpp"
#include "core/support/rpc_credentials.hpp"

namespace suanlu {

struct Config {
    /// Identity in Plan ids.
    std::string name;
    /// Resolved against the folder of the configuration file.
    std::string inventory_path;
    /// Folder of policy files; empty = built-in policies only.
    std::string policies_dir;
    std::vector<Endpoint> listen;
    TlsFiles tls;
    /// "ADDRESS:PORT" of the metrics page; empty = none.
    std::string metrics;
    std::string state_dir;
    /// dns.yaml of the DNS server in this process; empty = there is none.
    std::string dns_path;
    /// Folder of the decision's journal; empty = nothing is recorded. Both files together stay below the
    /// size.
    std::string journal_dir;
    std::uint32_t journal_megabytes = 256;
    Duration tick = std::chrono::seconds(1);
    Duration report_max_age = std::chrono::seconds(2);
    Duration link_max_age = std::chrono::seconds(10);
    /// Longest wait after a start for the sites and one link source before the first decision.
    Duration warm_up = std::chrono::seconds(5);
    bool verbose = false;
};

/// kNotFound when the file cannot be read, kBadInput or kRefused with file:line otherwise.
Result<Config> load_config(const std::string& path);

} // namespace suanlu
