// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/respond_batch.hpp"
#include "dns_messages.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using namespace suanlu::dns::testing;

constexpr const char* kZone = R"($ORIGIN c.example.
$TTL 300
@       SOA ns1 admin 7 3600 600 86400 5
@       NS  ns1
ns1     A   192.0.2.1
www     A   192.0.2.3
alias   CNAME www
*.wild  A   192.0.2.5
sub     NS  ns1
)";

constexpr std::uint8_t kStreamed = 0x5a;

class OneMessage final : public MessageStream {
public:
    std::size_t next(std::span<std::uint8_t> out) override {
        std::fill_n(out.begin(), kHeaderBytes, kStreamed);
        return kHeaderBytes;
    }
};

class Streams final : public StreamAnswerer {
public:
    std::unique_ptr<MessageStream> answer(const Snapshot&, ByteView, const Asker&,
                                          RespondCounters&) const override {
        return std::make_unique<OneMessage>();
    }
};

/// All ways an answer can go: found, denied, referred, refused, odd, silent.
std::vector<Bytes> mixed_queries() {
    std::vector<Bytes> out;
    for (const char* name : {"www.c.example", "WWW.c.example", "alias.c.example", "no.c.example", "c.example",
                             "x.y.wild.c.example", "a.sub.c.example", "elsewhere.example", ".",
                             "a.b.c.d.e.f.g.h.www.c.example"}) {
        for (const std::uint16_t type : {rr_type::kA, rr_type::kAaaa, rr_type::kAny, rr_type::kDs}) {
            out.push_back(query_of({.name = name, .type = type}));
        }
    }
    out.push_back(Bytes(5, 0));
    out.push_back(Bytes(40, 0xff));
    out.emplace_back();
    Bytes cut = query_of({.name = "www.c.example"});
    cut.resize(cut.size() - 3);
    out.push_back(cut);
    return out;
}

TEST(RespondBatch, MixedQueries_GetWhatEachGetsAlone) {
    BuiltZone built = build_answers(zone_of(kZone, "c.example"), 0);
    const Snapshot snapshot(std::move(built.owners), std::vector{built.denials},
                            std::make_shared<ClientClasses>(), {});
    const std::vector<Bytes> queries = mixed_queries();
    const Asker asker{*Ip6::parse("198.51.100.1")};
    RespondCounters together;
    RespondCounters alone;
    for (std::size_t begin = 0; begin < queries.size(); begin += kMostBatch) {
        const std::size_t count = std::min(kMostBatch, queries.size() - begin);
        std::vector<Bytes> outs(count, Bytes(kMostUdpBytes));
        std::vector<UdpExchange> batch;
        for (std::size_t i = 0; i < count; ++i) {
            batch.push_back({queries[begin + i], asker, outs[i]});
        }
        respond_batch(snapshot, batch, together);
        for (std::size_t i = 0; i < count; ++i) {
            Bytes wanted(kMostUdpBytes);
            wanted.resize(respond(snapshot, queries[begin + i], asker, wanted, alone));
            outs[i].resize(batch[i].answered);
            EXPECT_EQ(outs[i], wanted) << "query " << begin + i;
        }
    }
    EXPECT_EQ(together.of(Rcode::kNoError), alone.of(Rcode::kNoError));
    EXPECT_EQ(together.of(QueryFault::kShort), 2U) << "too short, and empty";
}

TEST(RespondBatch, HandedOverQuery_GetsTheFirstMessage) {
    BuiltZone built = build_answers(zone_of(kZone, "c.example"), 0);
    const Snapshot snapshot(std::move(built.owners), std::vector{built.denials},
                            std::make_shared<ClientClasses>(), {}, std::make_shared<Streams>());
    const Bytes query = query_of({.name = "c.example", .type = rr_type::kAxfr});
    Bytes out(kMostUdpBytes);
    RespondCounters counters;
    std::array batch{UdpExchange{query, {*Ip6::parse("198.51.100.1")}, out}};
    respond_batch(snapshot, batch, counters);
    out.resize(batch[0].answered);
    EXPECT_EQ(out, Bytes(kHeaderBytes, kStreamed));
}

} // namespace
