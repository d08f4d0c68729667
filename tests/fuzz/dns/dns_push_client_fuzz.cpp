// SPDX-License-Identifier: Apache-2.0
// Any octets as what a server of DNS Push says, one message after the other (each behind its length). No
// crash; a refusal says where; what is passed on was asked for; what is sent is DSO; what was shown and is in
// doubt is taken back once.
#include "dns/push/push_client.hpp"
#include "dns/push/push_discovery.hpp"
#include "dns/push/pushed_records.hpp"
#include "dns/record/rr_type.hpp"
#include "message_check.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using suanlu::dns::fuzz::require;

void show(PushedRecords& shown, const PushClient::Heard& heard) {
    for (const PushChange& change : heard.changes) {
        require(change.has_meaning() && (!change.is_of_whole_set() || change.record.rdata.empty()));
    }
    const auto news = shown.take(heard.changes);
    require(news && news->size() <= heard.changes.size());
    if (heard.what == PushClient::Heard::What::kSubscribed) {
        shown.begin();
        for (const PushChange& gone : shown.settle()) {
            require(gone.is_removal());
        }
        require(shown.settle().empty());
    }
}

/// The same octets as the answer of a resolver, whatever id it is of.
void read_as_answer(ByteView bytes) {
    if (bytes.size() >= 2) {
        const auto id = static_cast<std::uint16_t>(bytes[0] << 8U | bytes[1]);
        const auto answer = read_resolver_answer(bytes, id, {*DomainName::parse("a"), rr_type::kA});
        require(answer || answer.error().detail.starts_with("offset "));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    read_as_answer(ByteView(bytes, size));
    MonoTime now{};
    PushClient client({{*DomainName::parse("a"), rr_type::kA, rr_class::kIn},
                       {*DomainName::parse("b"), rr_type::kAny, rr_class::kAny}},
                      now);
    require(client.subscribe().size() == 2);
    PushedRecords shown;
    for (WireReader reader(ByteView(bytes, size)); !reader.is_at_end();) {
        const auto length = reader.integer<std::uint8_t>();
        const auto message = length ? reader.take(*length) : Result<ByteView>(reader.rest());
        if (!message) {
            break;
        }
        now = now + std::chrono::seconds(1);
        const auto heard = client.take(*message, now);
        if (!heard) {
            require(heard.error().detail.starts_with("offset "));
            break;
        }
        require(heard->reply.empty() || is_dso(ByteView(heard->reply).subspan(2)));
        show(shown, *heard);
        if (const auto due = client.keepalive_due(); due && *due <= now) {
            require(is_dso(ByteView(client.keepalive(now)).subspan(2)));
        }
        (void)client.deadline();
    }
    return 0;
}
