// SPDX-License-Identifier: Apache-2.0
// suanlu-site (C-SMA, RFC 10053): scrapes the site's pages, turns them into one report, streams it. One
// strand owns the pools. A page that cannot be read keeps its last values for two seconds; then its instances
// leave the report, which the controller sees as "no report of that instance", never as zero.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/support/asio.hpp"
#include "core/support/metric.hpp"
#include "core/support/page_server.hpp"
#include "telemetry/site/report_client.hpp"
#include "telemetry/site/site_config.hpp"
#include "telemetry/stamp/stamp_reflector.hpp"

namespace suanlu {

class SiteAgent {
public:
    /// Starts scraping and reporting at once.
    static Result<std::unique_ptr<SiteAgent>> open(asio::io_context& io, SiteConfig config);
    /// Ends all loops; the io_context runs out of work.
    void stop();

private:
    struct PageState {
        std::unique_ptr<HttpGet> http;
        std::vector<Quantity> raw;
        std::string problem;
        std::unique_ptr<asio::steady_timer> timer;
    };
    SiteAgent(asio::io_context& io, SiteConfig config);
    Task<void> scrape(std::size_t page);
    Task<void> report_regularly();
    void take_page(std::size_t page, Result<HttpPage> got);
    Status read(std::size_t page, const HttpPage& got);
    /// True when usable slots of some instance went to or from 0 or changed by more than 20 %.
    [[nodiscard]] bool is_news(const SiteReport& report) const;
    SiteReport make_report();
    void send_report(bool only_news);
    std::string render(const std::string& path);

    Strand strand_;
    SiteConfig config_;
    SteadyClock clock_;
    asio::steady_timer report_timer_;
    std::vector<PageState> pages_;
    std::vector<Pool> pools_;
    std::string boot_id_;
    std::uint64_t sequence_ = 0;
    std::vector<InstanceReport> last_sent_;
    std::unique_ptr<ReportClient> client_;
    std::unique_ptr<StampReflector> reflector_;
    std::unique_ptr<PageServer> page_server_;
    MetricRegistry metrics_;
    bool is_stopped_ = false;
};

} // namespace suanlu
