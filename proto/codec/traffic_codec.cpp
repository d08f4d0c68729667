// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/traffic_codec.hpp"

#include "proto/codec/field_codec.hpp"
#include "suanlu/v1/agent.pb.h"

namespace suanlu {
namespace {

using namespace codec;

constexpr int kMostPrefixes = 1024;
constexpr int kMostSources = 65'536;
constexpr int kMostRates = 8;
constexpr int kMostServers = 8192;
constexpr std::uint32_t kMostDscp = 63;
constexpr std::uint32_t kMostVlan = 4094;

void encode_prefix(const Prefix6& from, v1::Prefix& to) {
    to.set_address({from.address.bytes.begin(), from.address.bytes.end()});
    to.set_length(from.length);
}

/// Absent = any, or no mark: both are the same number.
Result<std::uint8_t> read_dscp(const std::string& field, bool is_set, std::uint32_t value) {
    static_assert(kAnyDscp == kNoMark);
    if (!is_set) {
        return kAnyDscp;
    }
    SL_TRY_VOID(check_range(field, value, 0, kMostDscp));
    return static_cast<std::uint8_t>(value);
}

Result<std::uint16_t> read_small(const std::string& field, std::uint32_t value, std::uint32_t most) {
    SL_TRY_VOID(check_range(field, value, 0, most));
    return static_cast<std::uint16_t>(value);
}

Result<RateLimit> decode_rate(const std::string& at, const v1::RateLimit& from) {
    RateLimit out;
    SL_TRY(out.dscp, read_dscp(at + "dscp", from.has_dscp(), from.dscp()));
    SL_TRY(out.mark, read_dscp(at + "mark", from.has_mark(), from.mark()));
    out.bytes_per_second = from.bytes_per_second();
    out.burst_bytes = from.burst_bytes();
    return out;
}

Status decode_lists(const std::string& at, const v1::ServiceTraffic& from, ServiceTraffic& out) {
    SL_TRY_VOID(check_count(at + "prefixes", from.prefixes_size(), kMostPrefixes));
    SL_TRY_VOID(check_count(at + "access", from.access_size(), kMostSources));
    SL_TRY_VOID(check_count(at + "rates", from.rates_size(), kMostRates));
    for (int i = 0; i < from.prefixes_size(); ++i) {
        const auto& item = from.prefixes(i);
        SL_TRY(const Prefix6 prefix,
               read_prefix(item_path(at + "prefixes", i), item.address(), item.length()));
        out.prefixes.push_back(prefix);
    }
    for (int i = 0; i < from.access_size(); ++i) {
        const auto& item = from.access(i);
        SL_TRY(const Prefix6 source, read_prefix(item_path(at + "access", i) + "source",
                                                 item.source().address(), item.source().length()));
        out.access.push_back({source, item.allowed()});
    }
    for (int i = 0; i < from.rates_size(); ++i) {
        SL_TRY(const RateLimit rate, decode_rate(item_path(at + "rates", i), from.rates(i)));
        out.rates.push_back(rate);
    }
    return {};
}

Status decode_quic(const std::string& at, const v1::ServiceTraffic& from, ServiceTraffic& out) {
    out.is_quic = from.quic();
    SL_TRY_VOID(check_range(at + "quic_offset", from.quic_offset(), 0, 19));
    SL_TRY_VOID(check_range(at + "quic_length", from.quic_length(), 0, 8));
    SL_TRY_VOID(check_count(at + "quic_servers", from.quic_servers_size(), kMostServers));
    out.quic.offset = static_cast<std::uint8_t>(from.quic_offset());
    out.quic.length = static_cast<std::uint8_t>(from.quic_length());
    for (int i = 0; i < from.quic_servers_size(); ++i) {
        const auto& server = from.quic_servers(i);
        SL_TRY_VOID(check_range(item_path(at + "quic_servers", i) + "site", server.site(), 1, 0xffff));
        out.quic.servers.push_back({SiteId{static_cast<std::uint16_t>(server.site())}, server.id()});
    }
    return {};
}

} // namespace

void encode(const ServiceTraffic& from, v1::ServiceTraffic& to) {
    for (const Prefix6& prefix : from.prefixes) {
        encode_prefix(prefix, *to.add_prefixes());
    }
    to.set_last_port(from.last_port);
    if (from.dscp != kAnyDscp) {
        to.set_dscp(from.dscp);
    }
    to.set_vlan(from.vlan);
    to.set_tenant(from.tenant);
    for (const AccessRule& rule : from.access) {
        auto& out = *to.add_access();
        encode_prefix(rule.source, *out.mutable_source());
        out.set_allowed(rule.is_allowed);
    }
    for (const RateLimit& rate : from.rates) {
        auto& out = *to.add_rates();
        if (rate.dscp != kAnyDscp) {
            out.set_dscp(rate.dscp);
        }
        out.set_bytes_per_second(rate.bytes_per_second);
        out.set_burst_bytes(rate.burst_bytes);
        if (rate.mark != kNoMark) {
            out.set_mark(rate.mark);
        }
    }
    if (from.mark != kNoMark) {
        to.set_mark(from.mark);
    }
    to.set_application(from.application);
    to.set_quic(from.is_quic);
    to.set_quic_offset(from.quic.offset);
    to.set_quic_length(from.quic.length);
    for (const auto& server : from.quic.servers) {
        auto& out = *to.add_quic_servers();
        out.set_site(server.site.value);
        out.set_id(server.id);
    }
}

Result<ServiceTraffic> decode(const std::string& at, const v1::ServiceTraffic& from) {
    ServiceTraffic out;
    SL_TRY(out.last_port, read_small(at + "last_port", from.last_port(), 0xffff));
    SL_TRY(out.dscp, read_dscp(at + "dscp", from.has_dscp(), from.dscp()));
    SL_TRY(out.vlan, read_small(at + "vlan", from.vlan(), kMostVlan));
    SL_TRY(out.tenant, read_small(at + "tenant", from.tenant(), 0xffff));
    SL_TRY(out.mark, read_dscp(at + "mark", from.has_mark(), from.mark()));
    out.application = from.application();
    SL_TRY_VOID(decode_lists(at, from, out));
    SL_TRY_VOID(decode_quic(at, from, out));
    return out;
}

void encode(const TenantTag& from, v1::TenantTag& to) {
    to.set_tenant(from.tenant);
    to.set_interface(from.interface);
    to.set_outer_vlan(from.outer_vlan);
    to.set_inner_vlan(from.inner_vlan);
}

Result<TenantTag> decode(const std::string& at, const v1::TenantTag& from) {
    TenantTag out;
    SL_TRY(out.tenant, read_small(at + "tenant", from.tenant(), 0xffff));
    SL_TRY_VOID(check_name(at + "interface", from.interface(), true));
    out.interface = from.interface();
    SL_TRY(out.outer_vlan, read_small(at + "outer_vlan", from.outer_vlan(), kMostVlan));
    SL_TRY(out.inner_vlan, read_small(at + "inner_vlan", from.inner_vlan(), kMostVlan));
    return out;
}

} // namespace suanlu
