// SPDX-License-Identifier: Apache-2.0
// dns.yaml (docs/reference/dns.yaml). Read at start-up; errors as file:line with the field's path.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/support/endpoint.hpp"
#include "core/support/tls_files.hpp"
#include "dns/answer/rate_limiter.hpp"
#include "dns/notify/notify_client.hpp"
#include "dns/record/domain_name.hpp"
#include "dns/tap/dns_tap.hpp"
#include "dns/tcp/tcp_server.hpp"
#include "dns/tcp/tls_identity.hpp"
#include "dns/xdp/xdp_front.hpp"
#include "dns/xfr/transfer_service.hpp"
#include "dns/zone/denial_chain.hpp"

namespace suanlu::dns {

/// Who gets a zone, and who is told that it changed.
struct TransferConfig {
    std::vector<TransferRule> allow;
    std::vector<NotifyTarget> notify;
    std::size_t journal_bytes = 16U << 20U;
};

/// A list of the zones that are transferred, for secondaries that configure themselves by it.
struct CatalogConfig {
    DomainName name;
    TransferConfig transfer;
};

struct DnsZoneConfig {
    DomainName name;
    /// Master file. Of a computed zone: what stands beside the computed names, SOA and NS among it.
    std::string file;
    /// File with a DnsView; empty = the zone is the file alone.
    std::string view;
    /// The view is the controller's; the file's, if there is one, counts until it has spoken.
    bool is_followed = false;
    /// Private key as ldns-keygen writes it; empty = unsigned.
    std::string key;
    /// List of keys (key_list.hpp), instead of the one.
    std::string keys;
    Denial denial = Denial::kNsec;
    std::optional<TransferConfig> transfer;
    /// In the catalog; empty = not said.
    std::string group;
};

/// Where clients are told to subscribe (RFC 8765 section 6.1).
struct PushPlace {
    DomainName name;
    std::uint16_t port = 853;
};

/// DNS by TLS; without addresses there is none.
struct DnsTlsConfig {
    std::vector<Endpoint> listen;
    TlsIdentity identity;
    TcpLimits limits;
    /// In the computed zone; nothing = clients know by themselves.
    std::optional<PushPlace> push;
};

struct DnsCookieConfig {
    /// File of cookie secrets, read again with the zones; empty = cookies are not answered.
    std::string secrets;
    bool is_required = false;
};

/// The controller that is followed.
struct FollowConfig {
    /// Nothing = it runs in this process and tells its views by DnsServer::tell.
    std::optional<Endpoint> address;
    /// That its certificate must carry.
    std::string name;
    TlsFiles tls;
    /// Where the last good view is kept.
    std::string state_dir;
};

struct DnsConfig {
    std::vector<Endpoint> listen;
    /// Threads that answer UDP at each address.
    std::size_t workers = 1;
    /// Takes over from a server that is running with the same addresses. Of the command line.
    bool is_successor = false;
    TcpLimits tcp;
    DnsTlsConfig tls;
    std::string nsid;
    /// Of class CHAOS; empty = not answered.
    std::string chaos_id;
    std::string chaos_version;
    DnsCookieConfig cookies;
    std::optional<RateLimits> rate_limits;
    /// Who puts a PROXY header in front of its queries.
    std::vector<Prefix6> fronts;
    /// Without interfaces there is no front.
    XdpFrontConfig xdp;
    std::optional<TapConfig> tap;
    std::shared_ptr<const TsigKeys> keys = std::make_shared<const TsigKeys>();
    std::vector<DnsZoneConfig> zones;
    std::optional<CatalogConfig> catalog;
    std::optional<FollowConfig> controller;
    /// Where the journals of transferred zones are kept; empty = they end with the process.
    std::string journal_dir;
    /// "ADDRESS:PORT"; empty = no page.
    std::string metrics;
};

/// Whether the folder is there that the file `path` is to be in.
bool has_folder(const std::string& path);

/// An error has all that is wrong, a line each.
Result<DnsConfig> load_dns_config(const std::string& path);
/// Of a server in the process of its controller: the same file without a section 'controller'. The last view
/// is kept in `state_dir`.
Result<DnsConfig> load_embedded_dns_config(const std::string& path, const std::string& state_dir);

} // namespace suanlu::dns
