// SPDX-License-Identifier: Apache-2.0
// Jobs per flow of every service, measured: requests that the sites finished over flows that the ingresses
// sent there. Only sites that count requests take part; services whose counters are one and the same (a pool
// that does not tell them apart) are measured together. The inventory's figure is the prior. Pure; owned by
// Decision.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "core/model/sample.hpp"
#include "core/model/service.hpp"
#include "core/support/clock.hpp"
#include "policies/jobs_per_flow.hpp"

namespace suanlu {

class JobCounts {
public:
    void note(const IngressReport& report);
    void note(const SiteReport& report, MonoTime now);
    /// The inventory's figure until something was counted.
    [[nodiscard]] double per_flow(const Service& service) const;
    [[nodiscard]] bool is_measured(const std::string& service) const { return measured_.contains(service); }

private:
    struct Counter {
        std::string boot_id;
        std::uint64_t value = 0;
        /// How much it grew; a restart or a counter that fell back starts over and grows by nothing.
        std::uint64_t advance(const std::string& boot, std::uint64_t to);
    };
    struct Round {
        MonoTime began;
        bool has_begun = false;
        /// Flows sent to this site since then, by service; and requests finished.
        std::map<std::string, std::uint64_t> flows;
        std::map<std::string, std::uint64_t> jobs;
    };
    void close(const SiteReport& report, Round& round, MonoTime now);

    /// (ingress, site, service) and (site, service).
    std::map<std::pair<std::string, std::pair<std::string, std::string>>, Counter> sent_;
    std::map<std::pair<std::string, std::string>, Counter> finished_;
    std::map<std::string, Round> rounds_;
    std::map<std::string, JobsPerFlow> measured_;
};

} // namespace suanlu
