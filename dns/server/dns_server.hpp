// SPDX-License-Identifier: Apache-2.0
// All of suanlu-dns: reads zones, follows the controller, builds the snapshot, runs the workers, and on
// reload (SIGHUP) or with a new view swaps the snapshot without losing a query. Its strand owns the zones;
// workers own their sockets. A reload that fails leaves what is served, is logged and counted.
#pragma once

#include "core/support/asio.hpp"
#include "core/support/metric.hpp"
#include "core/support/page_server.hpp"
#include "dns/server/dns_config.hpp"
#include "dns/server/view_follower.hpp"
#include "dns/server/zone_loader.hpp"
#include "dns/tcp/tcp_server.hpp"
#include "dns/udp/udp_server.hpp"

namespace suanlu::dns {

class DnsServer {
public:
    /// Reads the zones and binds everything; any failure is an Error and nothing runs.
    static Result<std::unique_ptr<DnsServer>> open(asio::io_context& io, DnsConfig config);
    /// Whether the certificate of DNS by TLS, if there is one, can be used.
    static Status check_certificate(const DnsConfig& config);
    ~DnsServer();
    DnsServer(const DnsServer&) = delete;
    DnsServer& operator=(const DnsServer&) = delete;

    /// Reads the zones again. Call on the io context's thread.
    void reload();
    void stop();
    /// Of a server that follows the controller in its own process: the view in force, the same again as a
    /// beat. From any thread until `stop`. False: it took the place of one that still waited.
    bool tell(std::shared_ptr<const DnsView> view) { return follower_->tell(std::move(view)); }

private:
    /// Before there are sockets: what is served first.
    struct Beginning {
        ZoneLoader loader;
        std::unique_ptr<ViewFollower> follower;
        std::shared_ptr<const Snapshot> snapshot;
    };
    DnsServer(DnsConfig config, Strand strand, Beginning beginning);
    static Result<Beginning> begin(const DnsConfig& config, const Strand& strand);
    Status open_sockets();
    Status open_tap();
    Result<std::shared_ptr<TlsContext>> load_certificate();
    /// Reads it again; what is refused leaves the old one.
    void reload_certificate();
    Status start();
    Status open_front();
    void update_front();
    Task<void> keep_fresh();
    /// Signs again what is served: files that are being edited wait for the reload that is asked for.
    void renew();
    Status open_notify(asio::io_context& io);
    /// Tells secondaries of the zones that changed.
    void notify();
    /// Tells those who subscribed.
    void push();
    /// False: refused, and said so.
    bool publish(Result<std::shared_ptr<const Snapshot>> next);
    std::string render(const std::string& path);
    void export_counters();
    void export_connections();
    void export_sessions();
    void export_keys();
    void export_view();
    void export_responses();
    void export_front();
    void export_tap();

    DnsConfig config_;
    ZoneLoader loader_;
    /// Null without a controller.
    std::unique_ptr<ViewFollower> follower_;
    Strand strand_;
    asio::steady_timer timer_;
    SnapshotExchange exchange_;
    /// Null = nobody looks on. Outlives those who answer.
    std::unique_ptr<DnsTap> tap_;
    std::vector<std::unique_ptr<UdpWorker>> workers_;
    std::unique_ptr<TcpServer> tcp_;
    /// Null without a section for it.
    std::unique_ptr<TcpServer> tls_;
    std::int64_t certificate_expires_ = 0;
    std::uint64_t refused_certificates_ = 0;
    std::unique_ptr<NotifyClient> notify_;
    /// By zone: the serial that its secondaries were told of.
    std::map<DomainName, std::uint32_t> told_;
    std::unique_ptr<XdpFront> front_;
    std::uint64_t front_failures_ = 0;
    MetricRegistry metrics_;
    std::unique_ptr<PageServer> page_;
    std::uint64_t reloads_ = 0;
    std::uint64_t refused_reloads_ = 0;
};

} // namespace suanlu::dns
