// SPDX-License-Identifier: Apache-2.0
// The DNS server of small set-ups: the one of suanlu-dns, in this process, told by a call what others get by
// the feed. It has an io context and a thread of its own, so that building a large zone delays no decision. A
// zone or a socket that fails stops the start of suanlud; a failure later is the server's own, which goes on.
#pragma once

#include <thread>

#include "controller/api/controller_probe.hpp"
#include "controller/decision/inventory.hpp"
#include "controller/dns_view/dns_publisher.hpp"
#include "dns/server/dns_server.hpp"

namespace suanlu {

/// dns.yaml of a server here, checked against the inventory. kNotFound / kBadInput with file:line.
Result<dns::DnsConfig> load_embedded_dns(const std::string& path, const std::string& state_dir,
                                         const Inventory& inventory);

class EmbeddedDns {
public:
    /// Answers from now on. The probe must outlive it.
    static Result<std::unique_ptr<EmbeddedDns>> open(dns::DnsConfig config, ControllerProbe& probe);
    /// After the publisher's last word.
    ~EmbeddedDns();
    EmbeddedDns(const EmbeddedDns&) = delete;
    EmbeddedDns& operator=(const EmbeddedDns&) = delete;

    /// Null when no zone follows.
    [[nodiscard]] std::weak_ptr<DnsViewSink> sink() const { return sink_; }
    /// Reads its zones again. From any thread.
    void reload();

private:
    EmbeddedDns() = default;
    asio::io_context io_{1};
    std::unique_ptr<dns::DnsServer> server_;
    std::shared_ptr<DnsViewSink> sink_;
    std::thread thread_;
};

} // namespace suanlu
