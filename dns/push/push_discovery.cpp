// SPDX-License-Identifier: Apache-2.0
#include "dns/push/push_discovery.hpp"

#include <algorithm>
#include <array>
#include <random>

#include "dns/record/rdata_names.hpp"

namespace suanlu::dns {

namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr std::uint8_t kResponse = 0x80;
constexpr std::uint8_t kOpcode = 0x78;
constexpr std::uint8_t kCut = 0x02;
constexpr std::uint16_t kUdpBytes = 1232;

struct Server {
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
    std::uint16_t port = 0;
    DomainName target;
};

Result<std::vector<Record>> read_records(ByteView message, WireReader& reader, std::uint16_t count) {
    std::vector<Record> out;
    for (; count > 0; --count) {
        Record record;
        SL_TRY(record.owner, DomainName::read(message, reader));
        SL_TRY(record.type, reader.integer<std::uint16_t>());
        SL_TRY(const std::uint16_t record_class, reader.integer<std::uint16_t>());
        SL_TRY(record.ttl, reader.integer<std::uint32_t>());
        SL_TRY(const std::uint16_t length, reader.integer<std::uint16_t>());
        SL_TRY(record.rdata, read_rdata(message, reader, record.type, length));
        if (record_class == rr_class::kIn) {
            out.push_back(std::move(record));
        }
    }
    return out;
}

/// RFC 2308 section 2 and 3: in the answer where the name is an apex, else beside the denial. Of an alias the
/// resolver says the zone of what it leads to, which is not asked for.
Result<DomainName> find_zone(const DomainName& name, const AskResolver& ask) {
    for (DomainName at = name;; at = at.parent()) {
        SL_TRY(const ResolverAnswer answer, ask({at, rr_type::kSoa}));
        for (const auto* section : {&answer.answers, &answer.authority}) {
            for (const Record& record : *section) {
                if (record.type == rr_type::kSoa && name.is_at_or_below(record.owner)) {
                    return record.owner;
                }
            }
        }
        if (at.is_root()) {
            return Error{Errc::kRefused, name.text() + ": the resolver says no SOA of a zone that it is in"};
        }
    }
}

Result<std::vector<Server>> find_servers(const DomainName& zone, const AskResolver& ask) {
    SL_TRY(const DomainName transport, zone.child("_tcp"));
    SL_TRY(DomainName place, transport.child("_dns-push-tls"));
    SL_TRY(const ResolverAnswer answer, ask({place, rr_type::kSrv}));
    std::vector<Server> out;
    for (const Record& record : answer.answers) {
        if (record.type == rr_type::kSrv) {
            WireReader reader(record.rdata);
            Server server;
            SL_TRY(server.priority, reader.integer<std::uint16_t>());
            SL_TRY(server.weight, reader.integer<std::uint16_t>());
            SL_TRY(server.port, reader.integer<std::uint16_t>());
            SL_TRY(server.target, DomainName::read_plain(reader));
            out.push_back(std::move(server));
        }
    }
    if (out.empty() || out.front().target.is_root()) { // RFC 2782: decidedly not there
        return Error{Errc::kRefused, "the zone " + zone.text() + " names no server of DNS Push: " +
                                         place.text() + (out.empty() ? " has no SRV" : " has SRV of \".\"")};
    }
    return out;
}

/// RFC 2782: the lower priority first; among equals by chance, in proportion to their weights.
void put_in_order(std::vector<Server>& servers, std::uint32_t seed) {
    std::mt19937 chance(seed);
    std::stable_sort(servers.begin(), servers.end(), [](const Server& a, const Server& b) {
        return std::tuple(a.priority, a.weight) < std::tuple(b.priority, b.weight);
    });
    for (auto next = servers.begin(); next != servers.end(); ++next) {
        const auto end = std::find_if(next, servers.end(),
                                      [&](const Server& other) { return other.priority != next->priority; });
        std::uint32_t sum = 0;
        for (auto server = next; server != end; ++server) {
            sum += server->weight;
        }
        std::uint32_t left = std::uniform_int_distribution<std::uint32_t>(0, sum)(chance);
        auto chosen = next;
        for (; chosen->weight < left; ++chosen) {
            left -= chosen->weight;
        }
        std::rotate(next, chosen, chosen + 1);
    }
}

Result<std::vector<Endpoint>> find_addresses(const Server& server, const AskResolver& ask) {
    std::vector<Endpoint> out;
    for (const std::uint16_t type : {rr_type::kAaaa, rr_type::kA}) {
        SL_TRY(const ResolverAnswer answer, ask({server.target, type}));
        for (const Record& record : answer.answers) {
            Ip6 address;
            if (record.type == rr_type::kAaaa && record.rdata.size() == 16) {
                std::copy(record.rdata.begin(), record.rdata.end(), address.bytes.begin());
            } else if (record.type == rr_type::kA && record.rdata.size() == 4) {
                address.bytes[10] = address.bytes[11] = 0xff;
                std::copy(record.rdata.begin(), record.rdata.end(), address.bytes.begin() + 12);
            } else {
                continue;
            }
            out.push_back({address, server.port, {}});
        }
    }
    return out;
}

} // namespace

std::string ResolverQuestion::text() const {
    return name.text() + " " + type_text(type);
}

Bytes resolver_query(std::uint16_t id, const ResolverQuestion& question) {
    Bytes out;
    put_integer(out, id);
    put_bytes(out, Bytes{0x01, 0, 0, 1, 0, 0, 0, 0, 0, 1}); // RD; a question, an OPT
    put_bytes(out, question.name.wire());
    put_integer(out, question.type);
    put_integer(out, rr_class::kIn);
    put_bytes(out, Bytes{0});
    put_integer(out, rr_type::kOpt);
    put_integer(out, kUdpBytes);
    put_bytes(out, Bytes{0, 0, 0, 0, 0, 0});
    return out;
}

Result<ResolverAnswer> read_resolver_answer(ByteView message, std::uint16_t id,
                                            const ResolverQuestion& question) {
    WireReader reader(message);
    SL_TRY(const std::uint16_t its_id, reader.integer<std::uint16_t>());
    SL_TRY(const ByteView flags, reader.take(2));
    std::array<std::uint16_t, 4> counts{};
    for (std::uint16_t& count : counts) {
        SL_TRY(count, reader.integer<std::uint16_t>());
    }
    if (its_id != id || (flags[0] & (kResponse | kOpcode)) != kResponse || counts[0] != 1) {
        return wire_error(0, "no answer to this query");
    }
    SL_TRY(const DomainName name, DomainName::read(message, reader));
    SL_TRY(const std::uint16_t type, reader.integer<std::uint16_t>());
    SL_TRY(const std::uint16_t its_class, reader.integer<std::uint16_t>());
    if (name != question.name || type != question.type || its_class != rr_class::kIn) {
        return wire_error(kHeaderBytes, "an answer to another question");
    }
    ResolverAnswer out{static_cast<Rcode>(flags[1] & 0xfU), (flags[0] & kCut) != 0, {}, {}};
    if (!out.is_cut) {
        SL_TRY(out.answers, read_records(message, reader, counts[1]));
        SL_TRY(out.authority, read_records(message, reader, counts[2]));
    }
    return out;
}

Result<std::vector<PushHost>> discover_push(const DomainName& name, const AskResolver& ask,
                                            std::uint32_t seed) {
    SL_TRY(const DomainName zone, find_zone(name, ask));
    SL_TRY(std::vector<Server> servers, find_servers(zone, ask));
    put_in_order(servers, seed);
    std::vector<PushHost> out;
    for (const Server& server : servers) {
        SL_TRY(std::vector<Endpoint> addresses, find_addresses(server, ask));
        if (!addresses.empty()) {
            out.push_back({server.target, std::move(addresses)});
        }
    }
    if (out.empty()) {
        return Error{Errc::kRefused, servers.front().target.text() + ", the server of DNS Push for " +
                                         zone.text() + ", has no address"};
    }
    return out;
}

} // namespace suanlu::dns
