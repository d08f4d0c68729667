// SPDX-License-Identifier: Apache-2.0
#include "dns/push/push_client.hpp"

#include <algorithm>

#include "dns/answer/query.hpp"
#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

using Milliseconds = std::chrono::milliseconds;
using What = PushClient::Heard::What;

constexpr std::size_t kFlagsAt = 2;

const DsoTlv* find(const std::vector<DsoTlv>& tlvs, DsoType type) {
    const auto found =
        std::find_if(tlvs.begin(), tlvs.end(), [&](const auto& tlv) { return tlv.type == type; });
    return found == tlvs.end() ? nullptr : &*found;
}

} // namespace

std::vector<Bytes> PushClient::subscribe() const {
    std::vector<Bytes> out;
    for (const PushQuestion& question : questions_) {
        const auto id = static_cast<std::uint16_t>(out.size() + 1);
        out.push_back(DsoWriter({id, false, Rcode::kNoError}).subscribe(question).finish());
    }
    return out;
}

Result<PushClient::Heard> PushClient::take(ByteView message, MonoTime now) {
    if (!is_dso(message)) {
        return wire_error(std::min(message.size(), kFlagsAt), "no message of DNS Stateful Operations");
    }
    SL_TRY(const std::vector<DsoTlv> tlvs, read_dso_tlvs(message));
    const DsoHead head = read_dso_head(message);
    last_heard_ = now;
    last_keepalive_.reset();
    if (head.is_response) {
        return take_response(head, message, tlvs);
    }
    if (active_ == 0) {
        return wire_error(kFlagsAt, "a message before the answer to SUBSCRIBE");
    }
    if (tlvs.empty()) {
        return wire_error(kHeaderBytes, "no TLV");
    }
    return head.id != 0 ? take_request(head, tlvs.front()) : take_one_way(message, tlvs.front());
}

Result<PushClient::Heard> PushClient::take_response(const DsoHead& head, ByteView message,
                                                    const std::vector<DsoTlv>& tlvs) {
    if (head.id != 0 && head.id <= questions_.size()) {
        return take_answer(head.id - 1U, head.rcode, message, tlvs);
    }
    if (asked_ != head.id) {
        return wire_error(0, "an answer to nothing that was asked");
    }
    asked_.reset();
    // RFC 8490 section 7.1: exactly one, for it is what the session goes by.
    const auto is_keepalive = [](const DsoTlv& tlv) { return tlv.type == DsoType::kKeepalive; };
    if (std::count_if(tlvs.begin(), tlvs.end(), is_keepalive) != 1) {
        return wire_error(kHeaderBytes, "an answer to KEEPALIVE has one TLV of that type");
    }
    SL_TRY_VOID(agree(message, *find(tlvs, DsoType::kKeepalive)));
    return Heard{};
}

Result<PushClient::Heard> PushClient::take_answer(std::size_t number, Rcode rcode, ByteView message,
                                                  const std::vector<DsoTlv>& tlvs) {
    Heard heard;
    if (rcode == Rcode::kNoError) {
        if (is_active_[number]) {
            return wire_error(0, "an answer to nothing that was asked");
        }
        is_active_[number] = true;
        ++active_;
        heard.what = active_ == questions_.size() ? What::kSubscribed : What::kNothing;
        return heard;
    }
    active_ -= is_active_[number] ? 1 : 0;
    is_active_[number] = false;
    heard.what = What::kRefused;
    heard.question = questions_[number];
    heard.rcode = rcode;
    if (const DsoTlv* delay = find(tlvs, DsoType::kRetryDelay); delay != nullptr) {
        SL_TRY(heard.retry_ms, read_retry_delay(message, *delay));
    }
    return heard;
}

/// No server has anything to ask that is known here (RFC 8490 section 5.4.5), and what goes one way, or the
/// other one only, has no id (sections 5.4.1, 7.1; RFC 8765 sections 6.2 to 6.5).
Result<PushClient::Heard> PushClient::take_request(const DsoHead& head, const DsoTlv& primary) const {
    switch (primary.type) {
    case DsoType::kReserved:
    case DsoType::kKeepalive:
    case DsoType::kRetryDelay:
    case DsoType::kPadding:
    case DsoType::kSubscribe:
    case DsoType::kPush:
    case DsoType::kUnsubscribe:
    case DsoType::kReconfirm:
        return wire_error(kHeaderBytes, "a request that no server makes");
    }
    Heard heard;
    heard.reply = DsoWriter({head.id, true, Rcode::kDsoTypeNi}).finish();
    return heard;
}

Result<PushClient::Heard> PushClient::take_one_way(ByteView message, const DsoTlv& primary) {
    Heard heard;
    switch (primary.type) {
    case DsoType::kPush:
        return take_push(message, primary);
    case DsoType::kRetryDelay: {
        heard.what = What::kRetired;
        SL_TRY(heard.retry_ms, read_retry_delay(message, primary));
        return heard;
    }
    case DsoType::kKeepalive:
        SL_TRY_VOID(agree(message, primary));
        return heard;
    default:
        return wire_error(kHeaderBytes, "a one-way message that no server sends");
    }
}

Result<PushClient::Heard> PushClient::take_push(ByteView message, const DsoTlv& primary) const {
    if (message.size() > kMostPushBytes) {
        return wire_error(kMostPushBytes, "a PUSH that goes on");
    }
    if (primary.begin == primary.end) {
        return wire_error(primary.begin, "a PUSH without a change");
    }
    Heard heard;
    heard.what = What::kChanges;
    SL_TRY(heard.changes, read_push(message, primary));
    heard.unasked = std::erase_if(heard.changes, [&](const PushChange& change) { return !is_asked(change); });
    return heard;
}

bool PushClient::is_asked(const PushChange& change) const {
    const std::uint16_t type = change.record.type;
    return std::any_of(questions_.begin(), questions_.end(), [&](const PushQuestion& question) {
        return change.record.owner == question.name &&
               (type == question.type || type == rr_type::kAny || question.type == rr_type::kAny) &&
               (change.rr_class == question.rr_class || change.rr_class == rr_class::kAny);
    });
}

/// RFC 8490 section 6.5.2: a server that wants to hear something more often than every 10 s is broken.
Status PushClient::agree(ByteView message, const DsoTlv& keepalive) {
    SL_TRY(const DsoTimeouts timeouts, read_keepalive(message, keepalive));
    if (timeouts.keepalive_ms < DsoTimeouts::kLeastKeepalive) {
        return wire_error(keepalive.begin + 4, "a keepalive interval below 10 s");
    }
    timeouts_ = timeouts;
    return {};
}

std::optional<MonoTime> PushClient::keepalive_due() const {
    if (active_ == 0 || timeouts_.keepalive_ms == DsoTimeouts::kNever) {
        return std::nullopt;
    }
    return last_keepalive_.value_or(last_heard_) + Milliseconds(timeouts_.keepalive_ms);
}

Bytes PushClient::keepalive(MonoTime now) {
    last_keepalive_ = now;
    const auto first = static_cast<std::uint16_t>(questions_.size() + 1); // those below are in use
    last_id_ = std::max(static_cast<std::uint16_t>(last_id_ + 1), first);
    asked_ = last_id_;
    return DsoWriter({last_id_, false, Rcode::kNoError}).keepalive(timeouts_).finish();
}

std::optional<MonoTime> PushClient::deadline() const {
    if (active_ > 0 && timeouts_.keepalive_ms == DsoTimeouts::kNever) {
        return std::nullopt;
    }
    return last_heard_ + 2 * Milliseconds(timeouts_.keepalive_ms);
}

std::string refusal_text(Rcode rcode) {
    switch (rcode) {
    case Rcode::kFormErr:
        return "FORMERR: the server cannot read the subscription, or its type is no data";
    case Rcode::kServFail:
        return "SERVFAIL: the server cannot take the subscription now";
    case Rcode::kNotImp:
        return "NOTIMP: the server knows no DNS Stateful Operations";
    case Rcode::kRefused:
        return "REFUSED: the server takes no subscription from here";
    case Rcode::kNotAuth:
        return "NOTAUTH: the server does not serve this name";
    case Rcode::kDsoTypeNi:
        return "DSOTYPENI: the server knows no DNS Push";
    default:
        return "RCODE " + std::to_string(static_cast<unsigned>(rcode));
    }
}

} // namespace suanlu::dns
