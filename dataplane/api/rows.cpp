// SPDX-License-Identifier: Apache-2.0
#include "dataplane/api/rows.hpp"

#include <algorithm>
#include <cstring>

#include "dataplane/steer/rendezvous.h"

namespace suanlu {

sl_addr to_row(const Ip6& address) {
    sl_addr row{};
    std::copy(address.bytes.begin(), address.bytes.end(), row.b);
    return row;
}

Ip6 from_row(const sl_addr& address) {
    Ip6 value;
    std::copy(std::begin(address.b), std::end(address.b), value.bytes.begin());
    return value;
}

sl_prefix to_row(const Prefix6& prefix) {
    std::array<std::uint8_t, 16> mask{};
    for (std::size_t bit = 0; bit < prefix.length && bit < 128; bit++) {
        mask[bit / 8] = static_cast<std::uint8_t>(mask[bit / 8] | 0x80U >> (bit % 8));
    }
    sl_prefix row{};
    std::memcpy(row.address, prefix.address.bytes.data(), sizeof row.address);
    std::memcpy(row.mask, mask.data(), sizeof row.mask);
    return row;
}

std::uint32_t address_tag(const Ip6& address) {
    std::uint64_t words[2];
    std::memcpy(words, address.bytes.data(), sizeof words);
    return static_cast<std::uint32_t>(sl_mix(sl_mix(0, words[0]), words[1]));
}

std::uint8_t traffic_class_of(std::uint8_t dscp) {
    return static_cast<std::uint8_t>(dscp < 64 ? dscp << 2 : SL_NO_MARK);
}

std::uint16_t to_network(std::uint16_t host) {
    return __builtin_bswap16(host);
}

sl_service_key service_key(const Ip6& address, std::uint16_t port, Transport transport, std::uint16_t tenant,
                           std::uint32_t table) {
    return {to_row(address),           to_network(port), static_cast<sl_u8>(transport),
            static_cast<sl_u8>(table), tenant,           0};
}

sl_service_key echo_key(const Ip6& address, std::uint16_t tenant, std::uint32_t table) {
    constexpr sl_u8 kIcmp = 1;
    constexpr sl_u8 kIcmp6 = 58;
    return {to_row(address),           0,      address.is_mapped_v4() ? kIcmp : kIcmp6,
            static_cast<sl_u8>(table), tenant, 0};
}

bool is_echo(const sl_service_key& key) {
    return key.port_be == 0;
}

sl_site_key site_key(SiteId site, std::uint32_t table) {
    return {site.value, static_cast<sl_u8>(table), 0};
}

sl_site_state to_row(SiteLiveness liveness) {
    switch (liveness) {
    case SiteLiveness::kSuspect:
        return SL_SITE_SUSPECT;
    case SiteLiveness::kDead:
        return SL_SITE_DEAD;
    case SiteLiveness::kAlive:
        break;
    }
    return SL_SITE_ALIVE;
}

SiteLiveness liveness_of(const sl_site& row) {
    return row.state == SL_SITE_DEAD      ? SiteLiveness::kDead
           : row.state == SL_SITE_SUSPECT ? SiteLiveness::kSuspect
                                          : SiteLiveness::kAlive;
}

void add_counter(EngineServiceCount& service, const sl_counter& value) {
    service.packets += value.packets;
    service.bytes += value.bytes;
    service.new_flows += value.starts;
    service.drops += value.drops;
}

void add_counter(sl_site_counter& sum, const sl_site_counter& part) {
    for (std::size_t rank = 0; rank < SL_PATHS; rank++) {
        sum.paths[rank].packets += part.paths[rank].packets;
        sum.paths[rank].bytes += part.paths[rank].bytes;
        sum.paths[rank].drops += part.paths[rank].drops;
    }
    sum.named += part.named;
}

EngineSiteCount from_row(const sl_site_counter& counter) {
    EngineSiteCount out;
    for (std::size_t rank = 0; rank < SL_PATHS; rank++) {
        const auto& path = counter.paths[rank];
        out.paths[rank] = {path.packets, path.bytes, path.drops};
    }
    out.named = counter.named;
    return out;
}

namespace {

Duration age_of(std::uint64_t tick, MonoTime now) {
    const auto age = now.since_boot - Duration(static_cast<std::int64_t>(tick << SL_TICK_SHIFT));
    return std::max(age, Duration{0});
}

} // namespace

EngineFlow exception_flow(const sl_flow_key& key, const sl_exception& entry, MonoTime now) {
    const SiteId site{static_cast<std::uint16_t>(entry.word)};
    return {ServiceId{key.service},       from_row(key.source), to_network(key.port_be), site, true,
            age_of(entry.word >> 16, now)};
}

EngineFlow event_flow(const sl_flow_event& event, MonoTime now) {
    return {ServiceId{event.service},
            from_row(event.source),
            to_network(event.port_be),
            SiteId{event.site},
            false,
            age_of(event.tick, now)};
}

} // namespace suanlu
