// SPDX-License-Identifier: Apache-2.0
// Jobs per flow of every service, and of it at every ingress, measured: requests that the sites finished over
// flows that the ingresses sent there. Ingresses may differ (a gateway's connections carry more than a
// camera's): what a site finished is shared out among the ingresses that sent flows there as their figures of
// the moment expect, so that sites with different mixtures of ingresses tell them apart. The figures of all
// ingresses, weighed by their flows, make the service's. Only sites that
// count requests take part; services whose counters are one and the same (a pool that does not tell them
// apart) are measured together. The inventory's figure is the prior. Pure; owned by Decision.
#pragma once

#include <cstdint>
#include <map>
#include <set>
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
    /// The service's figure while few flows of that ingress were counted.
    [[nodiscard]] double per_flow(const Service& service, const std::string& ingress) const;
    [[nodiscard]] bool is_measured(const std::string& service) const { return measured_.contains(service); }

private:
    struct Counter {
        std::string boot_id;
        std::uint64_t value = 0;
        /// How much it grew; a restart or a counter that fell back starts over and grows by nothing.
        std::uint64_t advance(const std::string& boot, std::uint64_t to);
    };
    /// Several sites add to one figure, each when its round ends; it fades by the time that has passed.
    struct Figure {
        JobsPerFlow counts;
        MonoTime counted;
        void count(double flows, double jobs, MonoTime now);
    };
    struct Round {
        MonoTime began;
        bool has_begun = false;
        /// Flows sent to this site since then, by (service, ingress); and requests finished.
        std::map<std::pair<std::string, std::string>, std::uint64_t> flows;
        std::map<std::string, std::uint64_t> jobs;
    };
    static void begin(Round& round, MonoTime now);
    void close(const SiteReport& report, const Round& round, MonoTime now);
    /// Of services whose counter is one and the same.
    void count(const std::string& site, const std::set<std::string>& together, const Round& round,
               std::uint64_t jobs, MonoTime now);
    /// Shares out what one service finished at one site; `sent` = flows there by ingress.
    void share_out(const std::string& site, const std::string& service,
                   const std::map<std::string, double>& sent, double finished, double seconds, MonoTime now);
    void weigh(const std::string& service);

    /// Ingresses that were heard, with the boot that their counters are of.
    std::map<std::string, std::string> boots_;
    /// (ingress, site, service) and (site, service).
    std::map<std::pair<std::string, std::pair<std::string, std::string>>, Counter> sent_;
    std::map<std::pair<std::string, std::string>, Counter> finished_;
    std::map<std::string, Round> rounds_;
    std::map<std::string, Figure> measured_;
    /// Service -> ingress.
    std::map<std::string, std::map<std::string, Figure>> measured_at_;
    /// (service, ingress) -> how many times the service's figure.
    std::map<std::pair<std::string, std::string>, double> factors_;
    /// (site, service) -> ingress -> flows sent there that may still be alive.
    std::map<std::pair<std::string, std::string>, std::map<std::string, double>> recent_;
};

} // namespace suanlu
