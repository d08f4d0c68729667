// SPDX-License-Identifier: Apache-2.0
// suanlud as a whole: makes every owner with its strand, connects them, starts them in order and stops them
// in reverse. Each start-up event is logged once with the time since the start. A part that cannot start
// fails the whole start with its reason.
#pragma once

#include <memory>
#include <string>

#include "controller/app/config.hpp"
#include "controller/decision/inventory.hpp"
#include "controller/decision/policy_texts.hpp"
#include "core/support/result.hpp"
#include "dns/server/dns_config.hpp"

namespace suanlu {

class Controller {
public:
    /// Config, policies and inventory of one file, checked. kNotFound / kBadInput with file:line.
    struct Files {
        Config config;
        Inventory inventory;
        PolicyTexts policies;
        /// Of the DNS server in this process, if there is one.
        std::optional<dns::DnsConfig> dns;
    };
    static Result<Files> load(const std::string& path);

    /// Runs until SIGTERM or SIGINT. SIGHUP reads the zones of a DNS server in this process again.
    static Status run(Files files);
};

} // namespace suanlu
