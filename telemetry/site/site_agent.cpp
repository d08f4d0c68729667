// SPDX-License-Identifier: Apache-2.0
#include "telemetry/site/site_agent.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "core/support/log.hpp"

namespace suanlu {

namespace {

// Age up to which the last good page speaks for its pool (design: stale is a state, not a number).
constexpr Duration kMostPageAge = std::chrono::seconds(2);
constexpr double kNewsChange = 0.20;

std::uint64_t wall_ns() {
    return static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch() /
                                      std::chrono::nanoseconds(1));
}

std::string random_boot_id() {
    std::random_device random;
    std::string out;
    for (int k = 0; k < 4; ++k) {
        char part[9];
        std::snprintf(part, sizeof part, "%08x", random());
        out += part;
    }
    return out;
}

} // namespace

SiteAgent::SiteAgent(asio::io_context& io, SiteConfig config)
    : strand_(asio::make_strand(io)), config_(std::move(config)), report_timer_(strand_),
      boot_id_(random_boot_id()) {
    for (const SitePage& page : config_.pages) {
        pages_.push_back({std::make_unique<HttpGet>(strand_, page.address, page.timeout),
                          {},
                          "not read yet",
                          std::make_unique<asio::steady_timer>(strand_)});
    }
    for (const SitePool& pool : config_.pools) {
        pools_.emplace_back(pool.config);
    }
}

Result<std::unique_ptr<SiteAgent>> SiteAgent::open(asio::io_context& io, SiteConfig config) {
    std::unique_ptr<SiteAgent> agent(new SiteAgent(io, std::move(config)));
    const SiteConfig& c = agent->config_;
    SL_TRY(agent->client_, ReportClient::open(c.controller, c.tls, c.server_name));
    if (c.reflector) {
        SL_TRY(agent->reflector_, StampReflector::open(*c.reflector));
    }
    if (!c.metrics.empty()) {
        SL_TRY(agent->page_server_,
               PageServer::open(io, c.metrics,
                                [raw = agent.get()](const std::string& path) { return raw->render(path); }));
    }
    for (std::size_t page = 0; page < c.pages.size(); ++page) {
        spawn_owned(agent->strand_, "site.scrape", agent->scrape(page));
    }
    spawn_owned(agent->strand_, "site.report", agent->report_regularly());
    log_info("site.started", {{"site", c.site}, {"boot_id", agent->boot_id_}});
    return agent;
}

void SiteAgent::stop() {
    asio::post(strand_, [this] {
        is_stopped_ = true;
        report_timer_.cancel();
        for (PageState& page : pages_) {
            page.timer->cancel();
        }
        if (page_server_) {
            page_server_->close();
        }
    });
}

Task<void> SiteAgent::scrape(std::size_t page) {
    while (!is_stopped_) {
        auto got = co_await pages_[page].http->get();
        take_page(page, std::move(got));
        const bool is_due = co_await wait_for(*pages_[page].timer, config_.pages[page].interval);
        if (!is_due) {
            break;
        }
    }
}

void SiteAgent::take_page(std::size_t page, Result<HttpPage> got) {
    const MetricLabels labels{{"page", config_.pages[page].address.text}};
    const Status status = got ? read(page, *got) : Status(std::move(got).error());
    const std::string problem = status ? "" : status.error().text();
    metrics_.count("suanlu_site_scrapes_total", "Pages asked for", labels);
    if (!status) {
        metrics_.count("suanlu_site_scrape_errors_total", "Pages that were unreachable or malformed", labels);
    }
    if (problem != pages_[page].problem) {
        log_event(status ? LogLevel::kInfo : LogLevel::kWarn, status ? "page.good" : "page.bad",
                  {{"page", config_.pages[page].address.text}, {"why", problem}});
        pages_[page].problem = problem;
    }
    if (status) {
        send_report(true);
    }
}

Status SiteAgent::read(std::size_t page, const HttpPage& got) {
    std::vector<std::string> gauges;
    for (const SitePool& pool : config_.pools) {
        if (pool.page == page && !pool.config.workers_metric.empty()) {
            gauges.push_back(pool.config.workers_metric);
        }
    }
    SL_TRY(const auto table, find_adapter(config_.pages[page].adapter));
    SL_TRY(const auto readings, read_page(got.body, text_format_of(got.content_type), table, gauges));
    pages_[page].raw.clear();
    for (const Reading& r : readings) {
        if (r.quantity.ends_with("_bucket")) {
            continue; // they become cv2
        }
        const std::string name = r.model.empty() ? r.quantity : r.quantity + "{" + r.model + "}";
        pages_[page].raw.push_back(
            {name, r.value, r.unit, config_.pages[page].address.text, wall_ns(), false});
    }
    for (std::size_t k = 0; k < pools_.size(); ++k) {
        if (config_.pools[k].page == page) {
            pools_[k].update(readings, clock_.now());
        }
    }
    return {};
}

SiteReport SiteAgent::make_report() {
    SiteReport report;
    report.site = config_.site;
    report.boot_id = boot_id_;
    report.wall_unix_ns = wall_ns();
    const MonoTime now = clock_.now();
    for (const SiteInstance& instance : config_.instances) {
        const Pool& pool = pools_[instance.pool];
        auto part = pool.report(instance.service, instance.model);
        if (part && now - *pool.updated() <= kMostPageAge) {
            const PageState& page = pages_[config_.pools[instance.pool].page];
            part->raw = page.raw;
            for (Quantity& quantity : part->raw) {
                quantity.stale = !page.problem.empty();
            }
            report.instances.push_back(*std::move(part));
        }
    }
    for (std::size_t page = 0; page < pages_.size(); ++page) {
        const bool feeds_a_pool = std::any_of(config_.pools.begin(), config_.pools.end(),
                                              [&](const SitePool& p) { return p.page == page; });
        for (Quantity quantity : pages_[page].raw) {
            if (!feeds_a_pool) {
                quantity.stale = !pages_[page].problem.empty();
                report.host.push_back(std::move(quantity));
            }
        }
    }
    return report;
}

bool SiteAgent::is_news(const SiteReport& report) const {
    if (report.instances.size() != last_sent_.size()) {
        return true;
    }
    for (std::size_t k = 0; k < last_sent_.size(); ++k) {
        const double before = last_sent_[k].slots_usable;
        const double after = report.instances[k].slots_usable;
        if ((before > 0) != (after > 0) ||
            std::fabs(after - before) > kNewsChange * std::max(before, after)) {
            return true;
        }
    }
    return false;
}

void SiteAgent::send_report(bool only_news) {
    SiteReport report = make_report();
    if (only_news && !is_news(report)) {
        return;
    }
    report.sequence = ++sequence_;
    last_sent_ = report.instances;
    client_->send(std::move(report));
}

Task<void> SiteAgent::report_regularly() {
    for (;;) {
        const bool is_due = co_await wait_for(report_timer_, config_.report_interval);
        if (!is_due) {
            break;
        }
        send_report(false);
    }
}

std::string SiteAgent::render(const std::string& path) {
    if (path == "/healthz") {
        return "ok\n";
    }
    if (path != "/metrics") {
        return {};
    }
    const ReportCounters counters = client_->counters();
    const MetricLabels none;
    metrics_.count_to("suanlu_site_reports_sent_total", "Reports written to the controller", none,
                      static_cast<double>(counters.sent));
    metrics_.count_to("suanlu_site_reports_replaced_total",
                      "Reports that a newer one replaced before they were written", none,
                      static_cast<double>(counters.replaced));
    metrics_.count_to("suanlu_site_reports_refused_total", "Reports that the controller refused", none,
                      static_cast<double>(counters.refused));
    metrics_.set("suanlu_site_connected", "1 while the controller answers", none,
                 counters.is_connected ? 1 : 0);
    if (reflector_) {
        const ReflectorCounters r = reflector_->counters();
        metrics_.count_to("suanlu_site_probes_reflected_total", "STAMP packets answered", none,
                          static_cast<double>(r.reflected));
        metrics_.count_to("suanlu_site_probes_malformed_total",
                          "Datagrams on the STAMP port that are no probes", none,
                          static_cast<double>(r.malformed));
    }
    return metrics_.page();
}

} // namespace suanlu
