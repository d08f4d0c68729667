// SPDX-License-Identifier: Apache-2.0
// Hears every input of Decision before it is used, and what was handed out: enough to make the same Plans
// again. Called on the decision's strand; must not block.
#pragma once

#include <string>
#include <vector>

#include "core/model/link.hpp"
#include "core/model/plan.hpp"
#include "core/model/sample.hpp"
#include "core/support/clock.hpp"

namespace suanlu {

class DecisionListener {
public:
    DecisionListener() = default;
    DecisionListener(const DecisionListener&) = delete;
    DecisionListener& operator=(const DecisionListener&) = delete;
    virtual ~DecisionListener() = default;
    virtual void on_site(const SiteReport& report, std::uint64_t wall_unix_ns, MonoTime now) = 0;
    virtual void on_ingress(const IngressReport& report, MonoTime now) = 0;
    virtual void on_links(const LinkReport& report, MonoTime now) = 0;
    virtual void on_policy(const std::string& service, const std::string& policy, MonoTime now) = 0;
    virtual void on_drain(const std::string& site, bool is_on, MonoTime now) = 0;
    virtual void on_tick(MonoTime now) = 0;
    /// Plans that were handed out together; never empty. `now`: of the latest input.
    virtual void on_plans(const std::vector<Plan>& plans, MonoTime now) = 0;
};

} // namespace suanlu
