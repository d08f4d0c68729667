// SPDX-License-Identifier: Apache-2.0
// Any octets as what a secondary sends: as they come, and signed with the right key, so that what stands
// behind the signature is read too. No crash; every message of the answer is one, and fits; an answer to a
// right signature carries a right one. A TSIG that was taken off was the last record, and what is left can be
// signed again. Any text as a secret: refused, or long enough.
#include <algorithm>

#include "core/support/unix_time.hpp"
#include "dns/record/rr_type.hpp"
#include "dns/xfr/transfer_service.hpp"
#include "dns/zone/answer_builder.hpp"
#include "message_check.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using suanlu::dns::fuzz::check_answer;
using suanlu::dns::fuzz::require;

/// Smaller than a zone, so that transfers take several messages.
constexpr std::size_t kRoom = 2048;

DomainName name(const char* text) {
    return *DomainName::parse(text);
}

std::shared_ptr<const TsigKey> make_key() {
    return std::make_shared<const TsigKey>(
        TsigKey{name("k.example"), TsigAlgorithm::kHmacSha256, Bytes(32, 7)});
}

ZoneContents make_zone(const char* apex, std::uint8_t serial) {
    ZoneContents zone{name(apex), {}};
    Bytes soa;
    put_bytes(soa, name("ns.c.example").wire());
    put_bytes(soa, name("a.c.example").wire());
    put_integer(soa, std::uint32_t{serial});
    put_bytes(soa, Bytes(16, 1));
    zone.add({zone.apex, rr_type::kSoa, 5, soa});
    const DomainName target = name("ns.c.example");
    zone.add({zone.apex, rr_type::kNs, 5, {target.wire().begin(), target.wire().end()}});
    for (std::uint8_t i = 0; i < 40; ++i) {
        Bytes text(100, i);
        text[0] = 99;
        zone.add({zone.apex, rr_type::kTxt, 5, text});
    }
    zone.add({zone.apex, rr_type::kA, 5, {1, 2, 3, serial}});
    return zone;
}

std::shared_ptr<const ZoneHistory> make_history(const char* apex) {
    std::shared_ptr<const ZoneHistory> history;
    for (const std::uint8_t serial : {7, 8, 9}) {
        history = extend(history.get(), version_of(make_zone(apex, serial)), 1U << 20U);
    }
    return history;
}

Snapshot make_snapshot(const std::shared_ptr<const TsigKey>& key) {
    const std::map<DomainName, TransferZone> zones{
        {name("c.example"), {{{Prefix6{}, nullptr}}, make_history("c.example")}},
        {name("signed.example"), {{{Prefix6{}, key}}, make_history("signed.example")}},
        {name("hidden.example"), {{{Prefix6{}, key}}, make_history("hidden.example"), true}},
        {name("early.example"), {{{Prefix6{}, nullptr}}, nullptr}}};
    BuiltZone built = build_answers(make_zone("c.example", 9), 0);
    return Snapshot(std::move(built.owners), {built.denials}, std::make_shared<ClientClasses>(), {},
                    std::make_shared<TransferService>(zones,
                                                      std::make_shared<TsigKeys>(TsigKeys{{key->name, key}}),
                                                      std::make_shared<TransferCounters>()));
}

/// Hears the whole answer; `client` made the query's signature, if there is one.
void ask(const Snapshot& snapshot, ByteView query, const Asker& asker, TsigExchange* client) {
    static RespondCounters counters;
    Bytes out(asker.transport == DnsTransport::kUdp ? kMostUdpBytes : kRoom);
    std::size_t size = respond(snapshot, query, asker, out, counters);
    if (size != kHandedOver) {
        return; // the target dns_query sees to these
    }
    const auto stream = snapshot.streams()->answer(snapshot, query, asker, counters);
    for (unsigned number = 0; (size = stream->next(out)) > 0; ++number) {
        require(size <= out.size() && number < 100);
        const ByteView answer = ByteView(out).first(size);
        check_answer(query, answer);
        const auto taken = take_tsig(answer);
        require(taken.has_value());
        if (client != nullptr && number == 0 && *taken) {
            require(client->check(**taken, unix_seconds()) == TsigError::kNone);
        }
    }
}

void check_taken(ByteView query) {
    const auto taken = take_tsig(query);
    if (!taken) {
        require(taken.error().detail.starts_with("offset "));
    } else if (*taken) {
        const SignedMessage& found = **taken;
        require(found.message.size() < query.size() && found.message.size() >= kHeaderBytes);
        require(found.message[0] == found.tsig.original_id >> 8U &&
                found.message[1] == (found.tsig.original_id & 0xffU));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const std::shared_ptr<const TsigKey> key = make_key();
    static const Snapshot snapshot = make_snapshot(key);
    const ByteView query(bytes, size);
    check_taken(query);
    if (const auto secret = parse_tsig_secret(text_of(query))) {
        require(secret->size() >= 16);
    }
    for (const DnsTransport transport : {DnsTransport::kUdp, DnsTransport::kTcp}) {
        const Asker asker{*Ip6::parse("192.0.2.1"), transport, {unix_seconds(), 0}};
        ask(snapshot, query, asker, nullptr);
        if (size < kHeaderBytes) {
            continue;
        }
        TsigExchange client(key);
        Bytes with_signature(bytes, bytes + size);
        with_signature.resize(size + client.record_bytes());
        with_signature.resize(client.sign(with_signature, size, unix_seconds()));
        // Octets that go on as a record swallow the beginning of the signature.
        const auto taken = take_tsig(with_signature);
        const bool is_signed = taken && *taken && (*taken)->message.size() == size;
        ask(snapshot, with_signature, asker, is_signed ? &client : nullptr);
    }
    return 0;
}
