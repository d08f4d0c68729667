// SPDX-License-Identifier: Apache-2.0
#include "dns/server/dns_server.hpp"

#include <chrono>
#include <utility>

#include "core/support/log.hpp"
#include "core/support/unix_time.hpp"
#include "dns/server/clock_watch.hpp"
#include "dns/tcp/tls_context.hpp"

namespace suanlu::dns {

namespace {

constexpr auto kReclaimEvery = std::chrono::seconds(1);
/// Signatures are looked at this often; those that end within a week are made anew.
constexpr auto kRenewEvery = std::chrono::hours(6);

} // namespace

Result<DnsServer::Beginning> DnsServer::begin(const DnsConfig& config, const Strand& strand) {
    Beginning beginning;
    if (config.controller) {
        SL_TRY(beginning.follower, ViewFollower::open(*config.controller, config.nsid, strand));
        beginning.loader.follow(beginning.follower->first());
    }
    const std::string& journals =
        !config.journal_dir.empty() || !config.controller ? config.journal_dir : config.controller->state_dir;
    if (!journals.empty()) {
        SL_TRY(auto kept, ZoneJournals::open(journals));
        beginning.loader.keep_in(std::move(kept));
    }
    auto snapshot = beginning.loader.load(config, unix_seconds());
    if (!snapshot && beginning.follower && beginning.follower->heard()) {
        log_warn("dns.saved-view-refused", {{"why", snapshot.error().text()}});
        beginning.follower->forget();
        beginning.loader.follow(nullptr);
        snapshot = beginning.loader.load(config, unix_seconds());
    }
    SL_TRY(beginning.snapshot, std::move(snapshot));
    return beginning;
}

Result<std::unique_ptr<DnsServer>> DnsServer::open(asio::io_context& io, DnsConfig config) {
    const Strand strand = asio::make_strand(io);
    SL_TRY(Beginning beginning, begin(config, strand));
    std::unique_ptr<DnsServer> server(new DnsServer(std::move(config), strand, std::move(beginning)));
    SL_TRY_VOID(server->open_sockets());
    SL_TRY_VOID(server->open_tap());
    SL_TRY_VOID(server->open_notify(io));
    SL_TRY_VOID(server->open_front());
    if (!server->config_.metrics.empty()) {
        SL_TRY(server->page_,
               PageServer::open(
                   io, server->config_.metrics,
                   [raw = server.get()](const std::string& path) { return raw->render(path); }, true));
    }
    SL_TRY_VOID(server->start());
    return server;
}

DnsServer::DnsServer(DnsConfig config, Strand strand, Beginning beginning)
    : config_(std::move(config)), loader_(std::move(beginning.loader)),
      follower_(std::move(beginning.follower)), strand_(std::move(strand)), timer_(strand_),
      exchange_(std::move(beginning.snapshot), config_.workers * config_.listen.size() + 2) {
}

Status DnsServer::start() {
    for (const auto& worker : workers_) {
        worker->start();
    }
    tcp_->start();
    if (tls_) {
        tls_->start();
    }
    spawn_owned(strand_, "dns.fresh", keep_fresh());
    push();
    notify();
    log_info("dns.started", {{"owners", exchange_.newest()->owners().size()}, {"workers", workers_.size()}});
    if (follower_) {
        return follower_->start([this](std::shared_ptr<const DnsView> view) {
            return publish(loader_.follow(config_, unix_seconds(), std::move(view)));
        });
    }
    return {};
}

DnsServer::~DnsServer() {
    stop();
}

Status DnsServer::open_sockets() {
    if (!config_.is_successor) { // sockets of one address share it: a second start by mistake would go unseen
        SL_TRY_VOID(TcpServer::check_free(config_.listen));
    }
    for (const Endpoint& listen : config_.listen) {
        for (std::size_t i = 0; i < config_.workers; ++i) {
            SL_TRY(auto worker, UdpWorker::open(listen, exchange_, workers_.size()));
            workers_.push_back(std::move(worker));
        }
    }
    SL_TRY(tcp_, TcpServer::open(config_.listen, config_.tcp, exchange_, workers_.size()));
    if (!config_.tls.listen.empty()) {
        SL_TRY(auto certificate, load_certificate());
        SL_TRY(tls_, TcpServer::open(config_.tls.listen, config_.tls.limits, exchange_, workers_.size() + 1,
                                     std::move(certificate)));
    }
    return {};
}

Status DnsServer::check_certificate(const DnsConfig& config) {
    if (!config.tls.listen.empty()) {
        SL_TRY_VOID(load_tls_context(config.tls.identity));
    }
    return {};
}

Result<std::shared_ptr<TlsContext>> DnsServer::load_certificate() {
    SL_TRY(auto loaded, load_tls_context(config_.tls.identity));
    certificate_expires_ = loaded->expires;
    if (loaded->expires <= unix_seconds()) {
        log_warn("dns.certificate-expired", {{"file", config_.tls.identity.certificate}});
    }
    return loaded;
}

void DnsServer::reload_certificate() {
    auto loaded = load_certificate();
    if (loaded) {
        tls_->show(*std::move(loaded));
    } else {
        ++refused_certificates_;
        log_error("dns.certificate-refused", {{"why", loaded.error().text()}});
    }
}

Status DnsServer::open_tap() {
    if (!config_.tap) {
        return {};
    }
    SL_TRY(tap_, DnsTap::open(*config_.tap));
    const auto line_of = [this](std::span<const Endpoint> listen) -> DnsTap::Line& {
        const bool is_one = listen.size() == 1 && !is_any(listen[0].address);
        return tap_->add_line(config_.nsid, is_one ? std::optional(listen[0]) : std::nullopt);
    };
    const std::span<const Endpoint> listen(config_.listen);
    for (std::size_t number = 0; number < workers_.size(); ++number) {
        workers_[number]->set_tap(line_of(listen.subspan(number / config_.workers, 1)));
    }
    tcp_->set_tap(line_of(listen));
    if (tls_) {
        tls_->set_tap(line_of(config_.tls.listen));
    }
    tap_->start();
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
    for (const NotifyTarget& target :
         config_.catalog ? config_.catalog->transfer.notify : std::vector<NotifyTarget>{}) {
        subscriptions.push_back({config_.catalog->name, target});
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

void DnsServer::push() {
    if (tls_) {
        tls_->show(exchange_.newest());
    }
}

void DnsServer::reload() {
    if (tls_) {
        reload_certificate();
    }
    publish(loader_.load(config_, unix_seconds()));
}

void DnsServer::renew() {
    publish(loader_.renew(config_, unix_seconds()));
}

bool DnsServer::publish(Result<std::shared_ptr<const Snapshot>> next) {
    if (!next) {
        ++refused_reloads_;
        log_error("dns.reload-refused", {{"why", next.error().text()}});
        return false;
    }
    ++reloads_;
    exchange_.publish(*std::move(next));
    push();
    notify();
    update_front();
    log_info("dns.reloaded",
             {{"owners", exchange_.newest()->owners().size()}, {"signatures", loader_.signatures_made()}});
    return true;
}

void DnsServer::stop() {
    timer_.cancel();
    if (follower_) {
        follower_->stop();
    }
    for (const auto& worker : workers_) {
        worker->retire();
    }
    for (TcpServer* server : {tcp_.get(), tls_.get()}) {
        if (server != nullptr) {
            server->stop();
        }
    }
    for (const auto& worker : workers_) {
        worker->stop();
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
    ClockWatch clock(renewed, unix_seconds());
    for (;;) {
        const bool waited = co_await wait_for(timer_, kReclaimEvery);
        if (!waited) {
            co_return;
        }
        exchange_.reclaim();
        if (follower_) {
            follower_->check();
        }
        // After a step back signatures may lie in the future, after one forward in the past.
        const auto now = std::chrono::steady_clock::now();
        if (clock.has_stepped(now, unix_seconds()) || now - renewed >= kRenewEvery) {
            renewed = now;
            renew();
        }
    }
}

} // namespace suanlu::dns
