// SPDX-License-Identifier: Apache-2.0
#include "dns/xfr/transfer_service.hpp"

#include <algorithm>

#include "core/support/unix_time.hpp"
#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

constexpr std::uint8_t kQr = 0x80;
constexpr std::uint8_t kTc = 0x02;
/// Opcode and RD of a query stay in its answer.
constexpr std::uint8_t kKept = 0x79;

/// One message that is ready.
class OneMessage final : public MessageStream {
public:
    explicit OneMessage(Bytes message) : message_(std::move(message)) {}
    std::size_t next(std::span<std::uint8_t> out) override {
        const Bytes message = std::exchange(message_, {});
        SL_CHECK(message.size() <= out.size());
        std::copy(message.begin(), message.end(), out.begin());
        return message.size();
    }

private:
    Bytes message_;
};

void count(std::atomic<std::uint64_t>& counter) {
    counter.fetch_add(1, std::memory_order_relaxed);
}

/// The serial that an IXFR client has: that of the SOA in the authority section.
Result<std::uint32_t> serial_in(ByteView message, const Query& query) {
    WireReader reader(message, kHeaderBytes + query.name_bytes + 4U);
    if (message[9] != 1) {
        return wire_error(8, "no version");
    }
    SL_TRY_VOID(DomainName::read(message, reader).and_then([&](auto&&) -> Result<ByteView> {
        return reader.take(10);
    }));
    SL_TRY_VOID(DomainName::read(message, reader).and_then([&](auto&&) {
        return DomainName::read(message, reader);
    }));
    return reader.integer<std::uint32_t>();
}

} // namespace

struct TransferService::Request {
    const Snapshot& snapshot;
    /// Without its TSIG.
    Bytes message;
    Asker asker;
    RespondCounters& counters;
    Query query;
    DomainName name;
    std::optional<TsigExchange> exchange;
};

std::unique_ptr<MessageStream> TransferService::answer(const Snapshot& snapshot, ByteView query,
                                                       const Asker& asker, RespondCounters& counters) const {
    Request request{snapshot, {query.begin(), query.end()}, asker, counters, {}, {}, {}};
    (void)parse_query(query, request.query); // respond() found nothing wrong
    WireReader name(request.query.name_view());
    request.name = DomainName::read_plain(name).value_or({});
    auto taken = take_tsig(query);
    if (!taken) {
        return refuse(request, QueryFault::kTsigForm, Rcode::kFormErr);
    }
    if (std::optional<SignedMessage>& found = *taken) {
        const auto key = keys_->find(found->tsig.key);
        if (key == keys_->end()) {
            return refuse_signature(request, found->tsig, TsigError::kBadKey);
        }
        request.exchange.emplace(key->second);
        const TsigError error = request.exchange->check(*found, unix_seconds());
        if (error != TsigError::kNone) {
            return refuse_signature(request, found->tsig, error);
        }
        // The answer goes to the id on the wire, whatever the signer's was (RFC 8945 section 5.2.1).
        std::copy_n(query.begin(), 2, found->message.begin());
        request.message = std::move(found->message);
    }
    return answer_checked(request);
}

std::unique_ptr<MessageStream> TransferService::answer_checked(const Request& request) const {
    const bool is_transfer = request.query.type == rr_type::kAxfr || request.query.type == rr_type::kIxfr;
    const TransferZone* zone = zone_of(request);
    if (zone != nullptr && (is_transfer || (zone->is_hidden && request.query.type == rr_type::kSoa))) {
        return transfer(request, *zone);
    }
    if (is_transfer) {
        return refuse(request, QueryFault::kTransfer, Rcode::kRefused);
    }
    return request.exchange ? answer_ordinary(request)
                            : refuse(request, QueryFault::kNotOurs, Rcode::kRefused);
}

const TransferZone* TransferService::zone_of(const Request& request) const {
    const auto found = zones_.find(request.name);
    if (found == zones_.end()) {
        return nullptr;
    }
    // By TLS it takes the protocol's name too (RFC 9103 section 7.1).
    const Asker& asker = request.asker;
    const bool is_tls = asker.transport == DnsTransport::kTls;
    const auto allows = [&](const TransferRule& rule) {
        return rule.from.contains(asker.source) && (is_tls ? asker.is_xot : !rule.is_tls_only) &&
               (!rule.key || (request.exchange && request.exchange->key().name == rule.key->name));
    };
    const std::vector<TransferRule>& rules = found->second.allow;
    return std::any_of(rules.begin(), rules.end(), allows) ? &found->second : nullptr;
}

std::unique_ptr<MessageStream> TransferService::transfer(const Request& request,
                                                         const TransferZone& zone) const {
    const auto stream = [&](TransferPlan plan) {
        request.counters.add(Rcode::kNoError);
        const bool is_padded = request.query.wants_padding && request.asker.transport == DnsTransport::kTls;
        return std::make_unique<TransferStream>(request.message, request.query, std::move(plan),
                                                request.exchange, is_padded);
    };
    if (!zone.history) {
        return refuse(request, QueryFault::kNotReady, Rcode::kServFail);
    }
    if (request.query.type == rr_type::kSoa) {
        return stream(TransferPlan::soa(zone.history));
    }
    if (request.query.type == rr_type::kAxfr) {
        if (request.asker.transport == DnsTransport::kUdp) { // RFC 5936 section 4.2
            return refuse(request, QueryFault::kTransfer, Rcode::kRefused);
        }
        count(counters_->whole);
        return stream(TransferPlan::whole(zone.history));
    }
    const auto serial = serial_in(request.message, request.query);
    if (!serial) {
        return refuse(request, QueryFault::kTsigForm, Rcode::kFormErr);
    }
    if (!is_later_serial(zone.history->newest->serial(), *serial)) {
        count(counters_->current);
        return stream(TransferPlan::soa(zone.history));
    }
    if (request.asker.transport == DnsTransport::kUdp) {
        count(counters_->udp);
        return stream(TransferPlan::soa(zone.history)); // RFC 1995 section 2: "try TCP"
    }
    const auto* step = zone.history->since(*serial);
    count(step == nullptr ? counters_->fallback : counters_->incremental);
    return stream(step == nullptr ? TransferPlan::whole(zone.history)
                                  : TransferPlan::from(zone.history, step));
}

namespace {

/// Makes `out`, which begins with header and question, a message of these and OPT alone; returns its size.
std::size_t write_head(std::span<std::uint8_t> out, const Query& query, std::uint8_t flags,
                       std::uint8_t rcode) {
    out[2] = flags;
    out[3] = rcode;
    std::fill(out.begin() + 4, out.begin() + kHeaderBytes, std::uint8_t{0});
    out[5] = 1;
    const std::size_t size = kHeaderBytes + query.name_bytes + 4U;
    return query.has_edns ? put_opt(out, size) : size;
}

/// Room for a refusal and its signature.
constexpr std::size_t kRefusalBytes = 4 * kMostNameBytes;

std::size_t write_refusal(Bytes& out, ByteView message, const Query& query, Rcode rcode) {
    out.assign(message.begin(),
               message.begin() + static_cast<std::ptrdiff_t>(kHeaderBytes + query.name_bytes + 4U));
    out.resize(kRefusalBytes);
    return write_head(out, query, static_cast<std::uint8_t>(kQr | (out[2] & kKept)),
                      static_cast<std::uint8_t>(rcode));
}

QueryFault fault_of(TsigError error) {
    switch (error) {
    case TsigError::kBadKey:
        return QueryFault::kTsigKey;
    case TsigError::kBadTime:
        return QueryFault::kTsigTime;
    default:
        return QueryFault::kTsigSignature;
    }
}

} // namespace

std::unique_ptr<MessageStream> TransferService::answer_ordinary(const Request& request) const {
    const bool is_udp = request.asker.transport == DnsTransport::kUdp;
    Bytes out(is_udp ? 2 * kMostUdpBytes : kMostTcpBytes);
    TsigExchange exchange = *request.exchange;
    const std::size_t most =
        is_udp ? std::min<std::size_t>(request.query.udp_bytes, kMostUdpBytes) : kMostTcpBytes;
    std::size_t size = respond(request.snapshot, request.message, request.asker, out, request.counters);
    if (size == kHandedOver) { // the SOA of a zone that is nobody's here, or not this client's
        return refuse(request, QueryFault::kNotOurs, Rcode::kRefused);
    }
    if (size > most - exchange.record_bytes()) { // the signature needs its place: all else comes by TCP
        size = write_head(out, request.query, static_cast<std::uint8_t>(out[2] | kTc), out[3]);
    }
    out.resize(size == 0 ? 0 : exchange.sign(out, size, unix_seconds()));
    return std::make_unique<OneMessage>(std::move(out));
}

std::unique_ptr<MessageStream> TransferService::refuse(const Request& request, QueryFault fault,
                                                       Rcode rcode) const {
    request.counters.add(fault);
    request.counters.add(rcode);
    Bytes out;
    const std::size_t size = write_refusal(out, request.message, request.query, rcode);
    out.resize(request.exchange ? TsigExchange(*request.exchange).sign(out, size, unix_seconds()) : size);
    return std::make_unique<OneMessage>(std::move(out));
}

std::unique_ptr<MessageStream>
TransferService::refuse_signature(const Request& request, const TsigRecord& tsig, TsigError error) const {
    request.counters.add(fault_of(error));
    request.counters.add(Rcode::kNotAuth);
    Bytes out;
    const std::size_t size = write_refusal(out, request.message, request.query, Rcode::kNotAuth);
    const bool is_unsigned = error == TsigError::kBadKey || error == TsigError::kBadSignature;
    out.resize(is_unsigned ? append_unsigned_tsig(out, size, tsig, error, unix_seconds())
                           : TsigExchange(*request.exchange).sign(out, size, unix_seconds(), error));
    return std::make_unique<OneMessage>(std::move(out));
}

} // namespace suanlu::dns
