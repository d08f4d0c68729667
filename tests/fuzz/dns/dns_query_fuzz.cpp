// SPDX-License-Identifier: Apache-2.0
// Any octets as a query to a small zone, by UDP and TCP: no crash, no octet beyond the limit, and what is
// answered is a response to that query whose names all end.
#include "dns/answer/respond.hpp"
#include "dns/record/rr_type.hpp"
#include "dns/zone/answer_builder.hpp"
#include "message_check.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using suanlu::dns::fuzz::check_answer;
using suanlu::dns::fuzz::require;

DomainName name(const char* text) {
    return *DomainName::parse(text);
}

Snapshot make_snapshot() {
    ZoneContents zone{name("c.example"), {}};
    Bytes soa;
    put_bytes(soa, name("ns.c.example").wire());
    put_bytes(soa, name("a.c.example").wire());
    put_bytes(soa, Bytes(20, 1));
    zone.add({name("c.example"), rr_type::kSoa, 5, soa});
    for (const Record& record :
         {Record{name("c.example"), rr_type::kNs, 5, {}}, Record{name("sub.c.example"), rr_type::kNs, 5, {}},
          Record{name("al.c.example"), rr_type::kCname, 5, {}},
          Record{name("d.c.example"), rr_type::kDname, 5, {}}}) {
        Record with_target = record;
        const DomainName target = name("ns.c.example");
        with_target.rdata.assign(target.wire().begin(), target.wire().end());
        zone.add(with_target);
    }
    for (const auto& [owner, to] :
         {std::pair("e.c.example", "w.c.example"), {"l.c.example", "a.l.c.example"}}) {
        const DomainName target = name(to);
        zone.add({name(owner), rr_type::kDname, 5, Bytes(target.wire().begin(), target.wire().end())});
    }
    zone.add({name("ns.c.example"), rr_type::kA, 5, {1, 2, 3, 4}});
    zone.add({name("*.w.c.example"), rr_type::kA, 5, {1, 2, 3, 4}});
    zone.owners[name("s.c.example")].class_sets.insert(
        {rr_type::kA,
         ClassSet({{{rr_type::kA, 5, {{1, 1, 1, 1}}, {}}}, {{rr_type::kA, 5, {{2, 2, 2, 2}}, {}}}}, {0, 1})});
    BuiltZone built = build_answers(zone, 0);
    return Snapshot(std::move(built.owners), {built.denials},
                    std::make_shared<ClientClasses>(
                        std::vector{std::pair{*Prefix6::parse("10.0.0.0/8"), std::uint16_t{1}}}),
                    {.nsid = "id", .cookies = CookieSecrets({SipKey{1}, SipKey{2}})});
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const Snapshot snapshot = make_snapshot();
    static RespondCounters counters;
    const ByteView query(bytes, size);
    Bytes out(kMostTcpBytes);
    for (const DnsTransport transport : {DnsTransport::kUdp, DnsTransport::kTcp}) {
        const std::size_t answered =
            respond(snapshot, query, {*Ip6::parse("10.1.1.1"), transport}, out, counters);
        require(transport == DnsTransport::kTcp || answered <= kMostUdpBytes);
        if (answered > 0) {
            check_answer(query, ByteView(out).first(answered));
        }
    }
    return 0;
}
