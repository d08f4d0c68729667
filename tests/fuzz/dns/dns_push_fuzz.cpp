// SPDX-License-Identifier: Apache-2.0
// Any octets as what a client of DSO sends, one message after the other (each behind its length), and as what
// a server pushes. No crash; what the server says is DSO; a PUSH that can be read is read the same when it is
// written again.
#include "dns/push/dso_session.hpp"
#include "message_check.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using suanlu::dns::fuzz::require;

ByteView message_in(const Bytes& framed) {
    return ByteView(framed).subspan(2);
}

void check_answers(const DsoSession::Reaction& reaction) {
    for (const Bytes& framed : reaction.messages) {
        require(is_dso(message_in(framed)) && read_dso_tlvs(message_in(framed)).has_value());
    }
    require(!reaction.is_fatal || reaction.messages.empty());
}

void be_a_server(ByteView input) {
    static const Snapshot served({}, {}, std::make_shared<ClientClasses>());
    DsoCounters counters;
    MonoTime now{};
    DsoSession session({.subscriptions = 4, .per_connection = 3}, (input.size() % 2) == 0, {}, now, counters);
    for (WireReader reader(input); !reader.is_at_end();) {
        const auto length = reader.integer<std::uint8_t>();
        const auto message = length ? reader.take(*length) : Result<ByteView>(reader.rest());
        if (!message) {
            break;
        }
        now = now + std::chrono::seconds(1);
        if (!is_dso(*message)) {
            (void)session.hear_query(*message, now);
            continue;
        }
        const DsoSession::Reaction reaction = session.take(*message, &served, now);
        check_answers(reaction);
        if (reaction.is_fatal) {
            return;
        }
        session.replied(&served, now);
        (void)session.next_push(served);
        (void)session.deadline();
    }
}

void be_a_client(ByteView input) {
    if (!is_dso(input)) {
        return;
    }
    const auto tlvs = read_dso_tlvs(input);
    for (const DsoTlv& tlv : tlvs ? *tlvs : std::vector<DsoTlv>()) {
        (void)read_keepalive(input, tlv);
        (void)read_retry_delay(input, tlv);
        (void)read_reconfirm(input, tlv);
        const auto changes = read_push(input, tlv);
        PushWriter writer;
        for (const PushChange& change : changes ? *changes : std::vector<PushChange>()) {
            if (writer.add(change) != PushWriter::Room::kTaken) {
                return;
            }
        }
        const Bytes again = std::move(writer).finish(true);
        const auto read = read_dso_tlvs(message_in(again));
        require(read.has_value() && (!changes || *read_push(message_in(again), read->front()) == *changes));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const ByteView input(bytes, size);
    be_a_server(input);
    be_a_client(input);
    return 0;
}
