// SPDX-License-Identifier: Apache-2.0
// A small zone with one of everything, and respond() over it.
#pragma once

#include "dns_messages.hpp"

namespace suanlu::dns::testing {

using Lines = std::vector<std::string>;

inline constexpr std::uint32_t kNow = 1'559'731'985;

inline constexpr const char* kZone = R"($ORIGIN c.example.
$TTL 300
@        SOA ns1 admin 7 3600 600 86400 5
@        NS  ns1
@        NS  ns.elsewhere.example.
@        MX  10 mail
ns1      A   192.0.2.1
mail     A   192.0.2.2
www      A   192.0.2.3
www      A   192.0.2.4
alias    CNAME www
out      CNAME www.elsewhere.example.
dangling CNAME nowhere
loop     CNAME loop2
loop2    CNAME loop
a.deep   TXT "x"
*.wild   A   192.0.2.5
*.wild   TXT "w"
there.wild TXT "t"
gone     DNAME elsewhere.example.
gone     TXT "here"
lost     CNAME x.gone
sub      NS  ns.sub
sub      NS  ns1
ns.sub   A   192.0.2.6
)";

class Respond : public ::testing::Test {
protected:
    void serve(const ZoneContents& zone, std::vector<std::pair<Prefix6, std::uint16_t>> prefixes = {}) {
        BuiltZone built = build_answers(zone, 0);
        snapshot_ = std::make_unique<Snapshot>(std::move(built.owners), std::vector{built.denials},
                                               std::make_shared<ClientClasses>(prefixes), options_);
    }
    void SetUp() override { serve(zone_of(kZone, "c.example")); }

    Bytes respond_to(const Bytes& query, const char* source = "198.51.100.1",
                     DnsTransport transport = DnsTransport::kUdp) {
        Bytes out(kMostTcpBytes);
        out.resize(respond(*snapshot_, query, {*Ip6::parse(source), transport, {kNow, 0}, false, 100}, out,
                           counters_));
        return out;
    }
    Heard ask(const Asked& asked, const char* source = "198.51.100.1") {
        return read_answer(respond_to(query_of(asked), source));
    }

    ServerOptions options_{.nsid = "ns1"};
    std::unique_ptr<Snapshot> snapshot_;
    RespondCounters counters_;
};

} // namespace suanlu::dns::testing
