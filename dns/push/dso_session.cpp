// SPDX-License-Identifier: Apache-2.0
#include "dns/push/dso_session.hpp"

#include <algorithm>

#include "dns/answer/query.hpp"
#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

using Milliseconds = std::chrono::milliseconds;

/// RFC 8490 section 6.4.1: so long at least a server waits for a client that should have closed.
constexpr Milliseconds kLeastGrace{5'000};
/// What is refused for want of room or of a view may be there by then.
constexpr std::uint32_t kRetryMs = 5'000;
/// RFC 8765 section 6.2.2: for what only people can put right.
constexpr std::uint32_t kLongRetryMs = 300'000;

/// RFC 6895 section 3.1: OPT and 128 to 254 are no data that could be pushed.
bool is_meta(std::uint16_t type) {
    return type == 0 || type == rr_type::kOpt || (type >= 128 && type < rr_type::kAny);
}

Rcode rcode_of(DsoOutcome outcome) {
    switch (outcome) {
    case DsoOutcome::kMalformed:
        return Rcode::kFormErr;
    case DsoOutcome::kUnknownType:
        return Rcode::kDsoTypeNi;
    case DsoOutcome::kNotTls:
        return Rcode::kRefused;
    case DsoOutcome::kNotOurs:
        return Rcode::kNotAuth;
    case DsoOutcome::kNotReady:
    case DsoOutcome::kFull:
        return Rcode::kServFail;
    default:
        return Rcode::kNoError;
    }
}

} // namespace

std::string_view to_text(DsoOutcome outcome) {
    static constexpr std::string_view kTexts[] = {
#define SL_DSO_OUTCOME(outcome, code, answer, meaning) #outcome,
#include "dns/push/dso_outcomes.def"
#undef SL_DSO_OUTCOME
    };
    return kTexts[static_cast<std::size_t>(outcome)];
}

DsoSession::DsoSession(const DsoLimits& limits, bool is_tls, const Ip6& client, MonoTime now,
                       DsoCounters& counters)
    : limits_(limits), is_tls_(is_tls), subscriptions_(client), last_message_(now), last_activity_(now),
      counters_(counters) {
}

DsoSession::~DsoSession() {
    counters_.subscriptions -= subscriptions_.size() + (asked_ ? 1 : 0);
    counters_.sessions -= is_established_ ? 1 : 0;
}

DsoSession::Reaction DsoSession::abort(DsoOutcome outcome) {
    counters_.add(outcome);
    return {{}, true};
}

DsoSession::Reaction DsoSession::take(ByteView message, const Snapshot* served, MonoTime now) {
    const DsoHead head = read_dso_head(message);
    last_message_ = now;
    if (head.is_response) {
        return abort(DsoOutcome::kMisplaced); // this side asks nothing (RFC 8490 section 5.5.2)
    }
    if (head.id == 0 && !is_established_) {
        return abort(DsoOutcome::kEarly);
    }
    const auto tlvs = read_dso_tlvs(message);
    if (!tlvs || tlvs->empty()) {
        return head.id == 0 ? abort(DsoOutcome::kOneWayFault) : answer(head, DsoOutcome::kMalformed);
    }
    is_padded_request_ = std::any_of(tlvs->begin() + 1, tlvs->end(),
                                     [](const DsoTlv& tlv) { return tlv.type == DsoType::kPadding; });
    is_padded_ = is_padded_ || is_padded_request_;
    const DsoTlv& primary = tlvs->front();
    if (primary.type != DsoType::kKeepalive) { // RFC 8490 section 6.3
        last_activity_ = now;
    }
    return head.id == 0 ? take_one_way(message, primary) : take_request(head, message, primary, served);
}

DsoSession::Reaction DsoSession::take_request(const DsoHead& head, ByteView message, const DsoTlv& primary,
                                              const Snapshot* served) {
    if (subscriptions_.has(head.id)) {
        return abort(DsoOutcome::kIdInUse);
    }
    switch (primary.type) {
    case DsoType::kKeepalive:
        return answer(head,
                      read_keepalive(message, primary) ? DsoOutcome::kKeepalive : DsoOutcome::kMalformed);
    case DsoType::kSubscribe:
        return subscribe(head, message, primary, served);
    case DsoType::kReserved:
    case DsoType::kRetryDelay:
    case DsoType::kPadding:
    case DsoType::kPush:
    case DsoType::kUnsubscribe:
    case DsoType::kReconfirm:
        return abort(DsoOutcome::kMisplaced);
    }
    return answer(head, DsoOutcome::kUnknownType);
}

DsoSession::Reaction DsoSession::take_one_way(ByteView message, const DsoTlv& primary) {
    switch (primary.type) {
    case DsoType::kUnsubscribe: {
        const auto id = read_unsubscribe(message, primary);
        if (!id) {
            return abort(DsoOutcome::kOneWayFault);
        }
        const bool was_there = subscriptions_.remove(*id);
        counters_.subscriptions -= was_there ? 1 : 0;
        counters_.add(was_there ? DsoOutcome::kUnsubscribe : DsoOutcome::kUnsubscribeUnknown);
        return {};
    }
    case DsoType::kReconfirm:
        if (!read_reconfirm(message, primary)) {
            return abort(DsoOutcome::kOneWayFault);
        }
        counters_.add(DsoOutcome::kReconfirm);
        return {};
    case DsoType::kReserved:
    case DsoType::kKeepalive:
    case DsoType::kRetryDelay:
    case DsoType::kPadding:
    case DsoType::kSubscribe:
    case DsoType::kPush:
        return abort(DsoOutcome::kMisplaced);
    }
    return abort(DsoOutcome::kOneWayFault); // RFC 8490 section 5.4.5
}

DsoSession::Reaction DsoSession::subscribe(const DsoHead& head, ByteView message, const DsoTlv& tlv,
                                           const Snapshot* served) {
    auto question = read_subscribe(message, tlv);
    if (!question) {
        return answer(head, DsoOutcome::kMalformed);
    }
    if (subscriptions_.has(*question)) {
        return abort(DsoOutcome::kDuplicate);
    }
    const DsoOutcome outcome = judge(*question, served);
    if (outcome == DsoOutcome::kSubscribe) {
        asked_ = {head.id, *std::move(question)};
        ++counters_.subscriptions;
    }
    return answer(head, outcome);
}

DsoOutcome DsoSession::judge(const PushQuestion& question, const Snapshot* served) const {
    if (!is_tls_ || served == nullptr) {
        return DsoOutcome::kNotTls;
    }
    if (is_meta(question.type)) {
        return DsoOutcome::kMalformed;
    }
    const bool is_in = question.rr_class == rr_class::kIn || question.rr_class == rr_class::kAny;
    const auto standing = find_name(*served, question.name, {}).standing;
    if (!is_in || standing == ServedName::Standing::kNotOurs) {
        return DsoOutcome::kNotOurs;
    }
    if (standing == ServedName::Standing::kNotReady) {
        return DsoOutcome::kNotReady;
    }
    const bool has_room = subscriptions_.size() < limits_.per_connection &&
                          counters_.subscriptions.load(std::memory_order_relaxed) < limits_.subscriptions;
    return has_room ? DsoOutcome::kSubscribe : DsoOutcome::kFull;
}

DsoSession::Reaction DsoSession::answer(const DsoHead& head, DsoOutcome outcome) {
    counters_.add(outcome);
    const Rcode rcode = rcode_of(outcome);
    DsoWriter writer({head.id, true, rcode});
    if (outcome == DsoOutcome::kKeepalive) {
        writer.keepalive(limits_.timeouts);
    }
    if (rcode != Rcode::kNoError && rcode != Rcode::kDsoTypeNi) {
        writer.retry_delay(rcode == Rcode::kServFail ? kRetryMs : kLongRetryMs);
    }
    if (is_padded_request_) {
        writer.pad();
    }
    Reaction reaction;
    reaction.messages.push_back(writer.finish());
    if (rcode == Rcode::kNoError && !std::exchange(is_established_, true)) {
        ++counters_.sessions;
        if (outcome != DsoOutcome::kKeepalive) { // else it would go by the defaults of RFC 8490 section 6.2
            reaction.messages.push_back(DsoWriter(DsoHead{}).keepalive(limits_.timeouts).finish());
        }
    }
    return reaction;
}

void DsoSession::replied(const Snapshot* served, MonoTime now) {
    end_send(now);
    if (asked_) {
        subscriptions_.add(asked_->id, std::move(asked_->question), *served);
        asked_.reset();
    }
}

bool DsoSession::hear_query(ByteView query, MonoTime now) {
    last_message_ = last_activity_ = now;
    Query parsed;
    (void)parse_query(query, parsed); // what is wrong with it its answer says
    if (is_established_ && parsed.wants_keepalive) {
        counters_.add(DsoOutcome::kEdnsKeepalive);
        return false;
    }
    return true;
}

Bytes DsoSession::next_push(const Snapshot& served) {
    if (unsaid_.empty()) {
        std::vector<PushChange> changes = subscriptions_.take_changes(served);
        std::move(changes.begin(), changes.end(), std::back_inserter(unsaid_));
    }
    PushWriter writer;
    for (bool has_room = true; has_room && !unsaid_.empty();) {
        const PushChange& change = unsaid_.front();
        const PushWriter::Room room = writer.add(change);
        has_room = room != PushWriter::Room::kNextMessage;
        if (room == PushWriter::Room::kTaken) {
            ++(change.is_removal() ? counters_.removed : counters_.added);
        } else if (room == PushWriter::Room::kNowhere) {
            counters_.add(DsoOutcome::kOversize);
        }
        if (has_room) {
            unsaid_.pop_front();
        }
    }
    if (writer.is_empty()) {
        return {};
    }
    ++counters_.pushes;
    return std::move(writer).finish(is_padded_);
}

void DsoSession::end_send(MonoTime now) {
    sending_since_.reset();
    last_message_ = now;
}

Bytes DsoSession::retire(std::uint32_t retry_ms) {
    counters_.add(DsoOutcome::kRetired);
    return DsoWriter(DsoHead{}).retry_delay(retry_ms).finish();
}

std::vector<std::pair<MonoTime, DsoOutcome>> DsoSession::deadlines() const {
    std::vector<std::pair<MonoTime, DsoOutcome>> out;
    const DsoTimeouts& timeouts = limits_.timeouts;
    if (sending_since_) {
        out.emplace_back(*sending_since_ + Milliseconds(limits_.stall_ms), DsoOutcome::kSlowReader);
    }
    if (timeouts.keepalive_ms != DsoTimeouts::kNever) {
        out.emplace_back(last_message_ + 2 * Milliseconds(timeouts.keepalive_ms), DsoOutcome::kSilent);
    }
    if (subscriptions_.size() == 0 && timeouts.inactivity_ms != DsoTimeouts::kNever) {
        const Milliseconds grace = std::max(2 * Milliseconds(timeouts.inactivity_ms), kLeastGrace);
        out.emplace_back(last_activity_ + grace, DsoOutcome::kInactive);
    }
    return out;
}

std::optional<MonoTime> DsoSession::deadline() const {
    const auto all = deadlines();
    const auto first = std::min_element(all.begin(), all.end());
    return first == all.end() ? std::nullopt : std::optional(first->first);
}

DsoOutcome DsoSession::end(MonoTime now) {
    const auto all = deadlines();
    const auto due =
        std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.first <= now; });
    const DsoOutcome outcome = due == all.end() ? DsoOutcome::kSilent : due->second;
    counters_.add(outcome);
    return outcome;
}

} // namespace suanlu::dns
