// SPDX-License-Identifier: Apache-2.0
// The metrics page of suanlu-dns.
#include "dns/server/dns_server.hpp"

namespace suanlu::dns {

namespace {

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
    void set(DnsMetric metric, std::size_t value, const std::string& label = {}) {
        const MetricText& text = text_of(metric);
        registry_.set(text.name, text.help, labels(text, label), static_cast<double>(value));
    }

private:
    static const MetricText& text_of(DnsMetric metric) { return kMetrics[static_cast<std::size_t>(metric)]; }
    static MetricLabels labels(const MetricText& text, const std::string& value) {
        return *text.label == '\0' ? MetricLabels{} : MetricLabels{{text.label, value}};
    }
    MetricRegistry& registry_;
};

} // namespace

std::string DnsServer::render(const std::string& path) {
    if (path == "/healthz") {
        return "ok\n";
    }
    if (path != "/metrics") {
        return {};
    }
    export_counters();
    export_connections();
    export_sessions();
    export_responses();
    export_keys();
    if (follower_) {
        export_view();
    }
    export_front();
    export_tap();
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
    out.count(DnsMetric::suanlu_dns_udp_send_failures_total, failures);
    const TransferCounters& transfers = loader_.transfers();
    out.count(DnsMetric::suanlu_dns_transfers_total, transfers.whole, "axfr");
    out.count(DnsMetric::suanlu_dns_transfers_total, transfers.incremental, "ixfr");
    out.count(DnsMetric::suanlu_dns_transfers_total, transfers.fallback, "fallback");
    out.count(DnsMetric::suanlu_dns_transfers_total, transfers.current, "current");
    out.count(DnsMetric::suanlu_dns_transfers_total, transfers.udp, "udp");
    for (std::size_t i = 0; loader_.journals() != nullptr && i < kJournalOutcomes; ++i) {
        const auto outcome = static_cast<JournalOutcome>(i);
        out.count(DnsMetric::suanlu_dns_journals_total, loader_.journals()->counted(outcome),
                  std::string(to_text(outcome)));
    }
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

void DnsServer::export_connections() {
    Exporter out(metrics_);
    const auto export_traffic = [&](DnsMetric connections, const TcpCounters& traffic,
                                    const char* transport) {
        out.count(DnsMetric::suanlu_dns_queries_total, traffic.queries, transport);
        out.count(connections, traffic.connections, "accepted");
        out.count(connections, traffic.refused, "refused");
        out.count(connections, traffic.timed_out, "timed_out");
    };
    export_traffic(DnsMetric::suanlu_dns_tcp_connections_total, tcp_->traffic(), "tcp");
    if (!tls_) {
        return;
    }
    export_traffic(DnsMetric::suanlu_dns_tls_connections_total, tls_->traffic(), "tls");
    for (std::size_t i = 0; i < kTlsFailures; ++i) {
        out.count(DnsMetric::suanlu_dns_tls_failures_total, tls_->traffic().tls_failures[i],
                  std::string(to_text(static_cast<TlsFailure>(i))));
    }
    out.set(DnsMetric::suanlu_dns_certificate_expires_seconds,
            static_cast<std::size_t>(certificate_expires_));
    out.count(DnsMetric::suanlu_dns_certificates_refused_total, refused_certificates_);
}

void DnsServer::export_sessions() {
    std::vector<const DsoCounters*> all{&tcp_->sessions()};
    if (tls_) {
        all.push_back(&tls_->sessions());
    }
    const auto sum = [&](const auto& of) {
        std::uint64_t total = 0;
        for (const DsoCounters* counters : all) {
            total += of(*counters);
        }
        return total;
    };
    Exporter out(metrics_);
    for (std::size_t i = 0; i < kDsoOutcomes; ++i) {
        out.count(DnsMetric::suanlu_dns_dso_total,
                  sum([&](const DsoCounters& of) { return of.outcomes[i].load(); }),
                  std::string(to_text(static_cast<DsoOutcome>(i))));
    }
    out.set(DnsMetric::suanlu_dns_dso_sessions,
            sum([](const DsoCounters& of) { return of.sessions.load(); }));
    out.set(DnsMetric::suanlu_dns_push_subscriptions,
            sum([](const DsoCounters& of) { return of.subscriptions.load(); }));
    out.count(DnsMetric::suanlu_dns_push_messages_total,
              sum([](const DsoCounters& of) { return of.pushes.load(); }));
    out.count(DnsMetric::suanlu_dns_push_changes_total,
              sum([](const DsoCounters& of) { return of.added.load(); }), "added");
    out.count(DnsMetric::suanlu_dns_push_changes_total,
              sum([](const DsoCounters& of) { return of.removed.load(); }), "removed");
}

void DnsServer::export_keys() {
    std::array<std::size_t, kKeyStates> keys{};
    std::uint32_t first_end = 0xffffffff;
    for (const auto& [zone, signer] : loader_.signers()) {
        for (const ListedKey& key : signer.keys().keys) {
            ++keys[static_cast<std::size_t>(key.state)];
        }
        first_end = std::min(first_end, signer.first_end());
    }
    Exporter out(metrics_);
    for (std::size_t state = 0; state < kKeyStates; ++state) {
        out.set(DnsMetric::suanlu_dns_keys, keys[state], std::string(to_text(static_cast<KeyState>(state))));
    }
    if (!loader_.signers().empty()) {
        out.set(DnsMetric::suanlu_dns_first_signature_ends_seconds, first_end);
    }
}

void DnsServer::export_view() {
    Exporter out(metrics_);
    const FeedCounters feed = follower_->counters();
    out.count(DnsMetric::suanlu_dns_feed_views_total, feed.views, "heard");
    out.count(DnsMetric::suanlu_dns_feed_views_total, feed.older, "older");
    out.count(DnsMetric::suanlu_dns_feed_views_total, feed.unreadable, "unreadable");
    out.count(DnsMetric::suanlu_dns_feed_views_total, feed.save_failures, "not_saved");
    out.count(DnsMetric::suanlu_dns_feed_views_total, follower_->refused(), "refused");
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

void DnsServer::export_tap() {
    if (tap_) {
        Exporter out(metrics_);
        const TapCounters counters = tap_->counters();
        out.count(DnsMetric::suanlu_dns_tap_frames_total, counters.written, "written");
        out.count(DnsMetric::suanlu_dns_tap_frames_total, counters.queue_full, "queue_full");
        out.count(DnsMetric::suanlu_dns_tap_frames_total, counters.unsent, "unsent");
    }
}

void DnsServer::export_responses() {
    std::vector<const RespondCounters*> all{&tcp_->counters()};
    if (tls_) {
        all.push_back(&tls_->counters());
    }
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
          Rcode::kRefused, Rcode::kYxDomain, Rcode::kNotAuth, Rcode::kBadVers, Rcode::kBadCookie}) {
        out.count(DnsMetric::suanlu_dns_responses_total, sum(rcode),
                  std::to_string(static_cast<unsigned>(rcode)));
    }
}

} // namespace suanlu::dns
