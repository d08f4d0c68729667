// SPDX-License-Identifier: Apache-2.0
// The metrics of suanlud, touched through verbs; names and help come from api_metrics.def. Thread-safe.
#pragma once

#include <string>

#include "controller/decision/decision.hpp"
#include "controller/dns_view/dns_publisher.hpp"
#include "controller/program/program_core.hpp"
#include "core/support/mailbox.hpp"
#include "core/support/metric.hpp"

namespace suanlu {

class ControllerProbe {
public:
    /// `kind`: "site", "ingress", "links", "hello", "applied", "refused".
    void took(const std::string& kind);
    /// `reason`: a fixed word, never text from outside.
    void refused(const std::string& reason);
    void sent_plan(Duration reaction);
    void coalesced_plan();
    void sent_loads(std::size_t reports);
    void replaced_loads();
    void decision(const Decision& decision, MonoTime now);
    void program(const ProgramCore& core, MonoTime now);
    void dns(const DnsPublisherCounters& counters);
    void sent_dns_message();
    void replaced_dns_view();
    void mailbox(const std::string& name, const MailboxCounters& counters);
    [[nodiscard]] std::string page() const { return registry_.page(); }

private:
    void fallback(const Decision& decision);

    MetricRegistry registry_;
};

} // namespace suanlu
