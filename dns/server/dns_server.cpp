// SPDX-License-Identifier: Apache-2.0
#include "dns/server/dns_server.hpp"

#include <chrono>
#include <utility>

#include "core/support/log.hpp"
#include "core/support/unix_time.hpp"

namespace suanlu::dns {

namespace {

constexpr auto kReclaimEvery = std::chrono::seconds(1);
/// Signatures are looked at this often; those that end within a week are made anew.
constexpr auto kRenewEvery = std::chrono::hours(6);

enum class DnsMetric : std::uint8_t {
#define SUANLU_METRIC(name, kind, label, help) name,
#include "dns/server/dns_metrics.def"
#undef SUANLU_METRIC
};

struct MetricText {
    const char* name;
    const char* label;
    const char* help;
};

constexpr MetricText kMetrics[] = {
#define SUANLU_METRIC(name, kind, label, help) {#name, label, help},
#include "dns/server/dns_metrics.def"
#undef SUANLU_METRIC
};

/// One metric with the value of its label.
class Exporter {
public:
    explicit Exporter(MetricRegistry& registry) : registry_(registry) {}

    void count(DnsMetric metric, std::uint64_t value, const std::string& label = {}) {
        const MetricText& text = text_of(metric);
        registry_.count_to(text.name, text.help, labels(text, label), static_cast<double>(value));
    }
    void set(DnsMetric metric, std::size_t value) {
        const MetricText& text = text_of(metric);
        registry_.set(text.name, text.help, {}, static_cast<double>(value));
    }

private:
    static const MetricText& text_of(DnsMetric metric) { return kMetrics[static_cast<std::size_t>(metric)]; }
    static MetricLabels labels(const MetricText& text, const std::string& value) {
        return *text.label == '\0' ? MetricLabels{} : MetricLabels{{text.label, value}};
    }
    MetricRegistry& registry_;
};

} // namespace

Result<DnsServer::Beginning> DnsServer::begin(const DnsConfig& config, const Strand& strand) {
    Beginning beginning;
    if (config.controller) {
        SL_TRY(beginning.follower, ViewFollower::open(*config.controller, config.nsid, strand));
        beginning.loader.follow(beginning.follower->first());
    }
    SL_TRY(beginning.snapshot, beginning.loader.load(config, unix_seconds()));
    return beginning;
}

Result<std::unique_ptr<DnsServer>> DnsServer::open(asio::io_context& io, DnsConfig config) {
    const Strand strand = asio::make_strand(io);
    SL_TRY(Beginning beginning, begin(config, strand));
    std::unique_ptr<DnsServer> server(new DnsServer(std::move(config), strand, std::move(beginning)));
    SL_TRY_VOID(server->open_sockets());
    SL_TRY_VOID(server->open_notify(io));
    SL_TRY_VOID(server->open_front());
    if (!server->config_.metrics.empty()) {
        SL_TRY(server->page_,
               PageServer::open(io, server->config_.metrics,
                                [raw = server.get()](const std::string& path) { return raw->render(path); }));
    }
    SL_TRY_VOID(server->start());
    return server;
}

DnsServer::DnsServer(DnsConfig config, Strand strand, Beginning beginning)
    : config_(std::move(config)), loader_(std::move(beginning.loader)),
      follower_(std::move(beginning.follower)), strand_(std::move(strand)), timer_(strand_),
      exchange_(std::move(beginning.snapshot), config_.workers * config_.listen.size() + 1) {
}

Status DnsServer::start() {
    for (const auto& worker : workers_) {
        worker->start();
    }
    tcp_->start();
    spawn_owned(strand_, "dns.fresh", keep_fresh());
    notify();
    log_info("dns.started", {{"owners", exchange_.newest()->owners().size()}, {"workers", workers_.size()}});
    if (follower_) {
        return follower_->start([this](std::shared_ptr<const DnsView> view) {
            publish(loader_.follow(config_, unix_seconds(), std::move(view)));
        });
    }
    return {};
}

DnsServer::~DnsServer() {
    stop();
}

Status DnsServer::open_sockets() {
    for (const Endpoint& listen : config_.listen) {
        for (std::size_t i = 0; i < config_.workers; ++i) {
            SL_TRY(auto worker, UdpWorker::open(listen, exchange_, workers_.size()));
            workers_.push_back(std::move(worker));
        }
    }
    SL_TRY(tcp_, TcpServer::open(config_.listen, config_.tcp, exchange_, workers_.size()));
    return {};
}

Status DnsServer::open_front() {
    if (config_.xdp.interfaces.empty()) {
        return {};
    }
    SL_TRY(front_, XdpFront::open(config_.xdp, config_.listen));
    return front_->update(*exchange_.newest());
}

void DnsServer::update_front() {
    if (!front_) {
        return;
    }
    if (const Status updated = front_->update(*exchange_.newest()); !updated) {
        ++front_failures_;
        log_error("dns.front-failed", {{"why", updated.error().text()}});
    }
}

Status DnsServer::open_notify(asio::io_context& io) {
    std::vector<NotifyClient::Subscription> subscriptions;
    for (const DnsZoneConfig& zone : config_.zones) {
        for (const NotifyTarget& target :
             zone.transfer ? zone.transfer->notify : std::vector<NotifyTarget>{}) {
            subscriptions.push_back({zone.name, target});
        }
    }
    SL_TRY(notify_, NotifyClient::open(io, config_.listen, std::move(subscriptions)));
    return {};
}

void DnsServer::notify() {
    for (const auto& [zone, history] : loader_.histories()) {
        const std::uint32_t serial = history->newest->serial();
        const auto [told, is_new] = told_.try_emplace(zone, serial);
        if (is_new || told->second != serial) {
            told->second = serial;
            notify_->changed(zone, history->newest->soa);
        }
    }
}

void DnsServer::reload() {
    publish(loader_.load(config_, unix_seconds()));
}

void DnsServer::renew() {
    publish(loader_.renew(config_, unix_seconds()));
}

void DnsServer::publish(Result<std::shared_ptr<const Snapshot>> next) {
    if (!next) {
        ++refused_reloads_;
        log_error("dns.reload-refused", {{"why", next.error().text()}});
        return;
    }
    ++reloads_;
    exchange_.publish(*std::move(next));
    notify();
    update_front();
    log_info("dns.reloaded",
             {{"owners", exchange_.newest()->owners().size()}, {"signatures", loader_.signatures_made()}});
}

void DnsServer::stop() {
    timer_.cancel();
    if (follower_) {
        follower_->stop();
    }
    for (const auto& worker : workers_) {
        worker->stop();
    }
    if (tcp_) {
        tcp_->stop();
    }
    if (notify_) {
        notify_->stop();
    }
    if (page_) {
        page_->close();
    }
}

Task<void> DnsServer::keep_fresh() {
    auto renewed = std::chrono::steady_clock::now();
    std::uint32_t said_by_clock = unix_seconds();
    for (;;) {
        const bool waited = co_await wait_for(timer_, kReclaimEvery);
        if (!waited) {
            co_return;
        }
        exchange_.reclaim();
        if (follower_) {
            follower_->check();
        }
        // After a step back signatures may lie in the future.
        const std::uint32_t before = std::exchange(said_by_clock, unix_seconds());
        if (said_by_clock < before || std::chrono::steady_clock::now() - renewed >= kRenewEvery) {
            renewed = std::chrono::steady_clock::now();
            renew();
        }
    }
}

std::string DnsServer::render(const std::string& path) {
    if (path == "/healthz") {
        return "ok\n";
    }
    if (path != "/metrics") {
        return {};
    }
    export_counters();
    export_responses();
    if (follower_) {
        export_view();
    }
    export_front();
    return metrics_.page();
}

void DnsServer::export_counters() {
    Exporter out(metrics_);
    std::uint64_t queries = 0;
    std::uint64_t failures = 0;
    for (const auto& worker : workers_) {
        queries += worker->traffic().queries;
        failures += worker->traffic().send_failures;
    }
    out.count(DnsMetric::suanlu_dns_queries_total, queries, "udp");
    out.count(DnsMetric::suanlu_dns_queries_total, tcp_->traffic().queries, "tcp");
    out.count(DnsMetric::suanlu_dns_udp_send_failures_total, failures);
    out.count(DnsMetric::suanlu_dns_tcp_connections_total, tcp_->traffic().connections, "accepted");
    out.count(DnsMetric::suanlu_dns_tcp_connections_total, tcp_->traffic().refused, "refused");
    out.count(DnsMetric::suanlu_dns_tcp_connections_total, tcp_->traffic().timed_out, "timed_out");
    const TransferCounters& transfers = loader_.transfers();
    out.count(DnsMetric::suanlu_dns_transfers_total, transfers.whole, "axfr");
    out.count(DnsMetric::suanlu_dns_transfers_total, transfers.incremental, "ixfr");
    out.count(DnsMetric::suanlu_dns_transfers_total, transfers.fallback, "fallback");
    out.count(DnsMetric::suanlu_dns_transfers_total, transfers.current, "current");
    out.count(DnsMetric::suanlu_dns_transfers_total, transfers.udp, "udp");
    const NotifyCounters& notifies = notify_->counters();
    out.count(DnsMetric::suanlu_dns_notifies_total, notifies.sent, "sent");
    out.count(DnsMetric::suanlu_dns_notifies_total, notifies.acknowledged, "acknowledged");
    out.count(DnsMetric::suanlu_dns_notifies_total, notifies.refused, "refused");
    out.count(DnsMetric::suanlu_dns_notifies_total, notifies.given_up, "given_up");
    out.count(DnsMetric::suanlu_dns_notifies_total, notifies.strange, "strange");
    out.count(DnsMetric::suanlu_dns_notifies_total, notifies.send_failures, "not_sent");
    out.count(DnsMetric::suanlu_dns_reloads_total, reloads_, "served");
    out.count(DnsMetric::suanlu_dns_reloads_total, refused_reloads_, "refused");
    out.set(DnsMetric::suanlu_dns_owners, exchange_.newest()->owners().size());
    out.set(DnsMetric::suanlu_dns_retired_snapshots, exchange_.retired());
}

void DnsServer::export_view() {
    Exporter out(metrics_);
    const FeedCounters feed = follower_->counters();
    out.count(DnsMetric::suanlu_dns_feed_views_total, feed.views, "heard");
    out.count(DnsMetric::suanlu_dns_feed_views_total, feed.older, "older");
    out.count(DnsMetric::suanlu_dns_feed_views_total, feed.unreadable, "unreadable");
    out.count(DnsMetric::suanlu_dns_feed_views_total, feed.save_failures, "not_saved");
    out.count(DnsMetric::suanlu_dns_feed_connects_total, feed.connects, "connected");
    out.count(DnsMetric::suanlu_dns_feed_connects_total, feed.failures, "lost");
    out.set(DnsMetric::suanlu_dns_feed_connected, feed.is_connected ? 1 : 0);
    const auto& view = follower_->heard();
    out.set(DnsMetric::suanlu_dns_view_generation, view ? view->stamp.generation : 0);
    out.set(DnsMetric::suanlu_dns_view_holds, view && !follower_->has_ended() ? 1 : 0);
}

void DnsServer::export_front() {
    if (!front_) {
        return;
    }
    static constexpr std::array<const char*, SD_REASONS> kReasons{
#define SD_REASON(name, text) #name,
#include "dns/xdp/front_reasons.def"
#undef SD_REASON
    };
    Exporter out(metrics_);
    for (std::size_t reason = 0; reason < SD_REASONS; ++reason) {
        out.count(DnsMetric::suanlu_dns_front_packets_total, front_->count(static_cast<sd_reason>(reason)),
                  kReasons[reason]);
    }
    const XdpFront::Held held = front_->held();
    out.set(DnsMetric::suanlu_dns_front_questions, held.questions);
    out.set(DnsMetric::suanlu_dns_front_left_out, held.left_out);
    out.count(DnsMetric::suanlu_dns_front_failures_total, front_failures_);
}

void DnsServer::export_responses() {
    std::vector<const RespondCounters*> all{&tcp_->counters()};
    for (const auto& worker : workers_) {
        all.push_back(&worker->counters());
    }
    const auto sum = [&](auto what) {
        std::uint64_t total = 0;
        for (const RespondCounters* counters : all) {
            total += counters->of(what);
        }
        return total;
    };
    Exporter out(metrics_);
    const auto export_each = [&]<class What>(DnsMetric metric, What none) {
        for (std::size_t i = 0; i < static_cast<std::size_t>(none); ++i) {
            const auto which = static_cast<What>(i);
            out.count(metric, sum(which), std::string(to_text(which)));
        }
    };
    export_each(DnsMetric::suanlu_dns_faults_total, QueryFault::kNone);
    export_each(DnsMetric::suanlu_dns_cookies_total, CookieOutcome::kNone);
    export_each(DnsMetric::suanlu_dns_rate_limited_total, RateLimitAction::kNone);
    for (const Rcode rcode :
         {Rcode::kNoError, Rcode::kFormErr, Rcode::kServFail, Rcode::kNxDomain, Rcode::kNotImp,
          Rcode::kRefused, Rcode::kNotAuth, Rcode::kBadVers, Rcode::kBadCookie}) {
        out.count(DnsMetric::suanlu_dns_responses_total, sum(rcode),
                  std::to_string(static_cast<unsigned>(rcode)));
    }
}

} // namespace suanlu::dns
