// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/respond.hpp"

#include <algorithm>
#include <cstring>
#include <ctime>

#include "dns/answer/alias_chain.hpp"
#include "dns/answer/opt_record.hpp"
#include "dns/answer/step.hpp"
#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

constexpr std::uint8_t kQr = 0x80;
constexpr std::uint8_t kAa = 0x04;
constexpr std::uint8_t kTc = 0x02;
/// Opcode and RD of the query's third octet, CD of its fourth, stay in the answer.
constexpr std::uint8_t kKept2 = 0x79;
constexpr std::uint8_t kKept3 = 0x10;

/// By fault.
constexpr std::uint16_t kErrorOfFault[] = {
#define SL_QUERY_FAULT(fault, code, answer, error, meaning) extended_error::error,
#include "dns/answer/query_faults.def"
#undef SL_QUERY_FAULT
};

/// Why a service has no answer, by what its run says of it.
QueryFault fault_of(std::uint16_t error) {
    return error == extended_error::kOther         ? QueryFault::kNothingHealthy
           : error == extended_error::kInvalidData ? QueryFault::kEnded
                                                   : QueryFault::kNotReady;
}

class Responder {
public:
    Responder(const Snapshot& snapshot, const Lookup& lookup, const Asker& asker, std::span<std::uint8_t> out,
              RespondCounters& counters)
        : snapshot_(snapshot), lookup_(lookup), asker_(asker), out_(out), counters_(counters) {}

    std::size_t run() {
        QueryFault fault = lookup_.fault();
        if (fault == QueryFault::kNone && is_for_streams()) {
            return kHandedOver;
        }
        if (fault == QueryFault::kNone && !query_.cookie.empty()) {
            fault = check_cookie();
        }
        if (fault == QueryFault::kNone && query_.has_question) {
            fault = check_question();
        }
        switch (fault) {
        case QueryFault::kNone:
            return !query_.has_question ? finish({}) : is_chaos() ? answer_chaos() : answer();
        case QueryFault::kShort:
        case QueryFault::kResponse:
            counters_.add(fault);
            return 0;
        case QueryFault::kOpcode:
            return refuse(fault, Rcode::kNotImp);
        case QueryFault::kVersion:
            return refuse(fault, Rcode::kBadVers);
        case QueryFault::kNoValidCookie:
            return refuse(fault, Rcode::kBadCookie);
        case QueryFault::kClass:
        case QueryFault::kTransfer:
            return refuse(fault, Rcode::kRefused);
        default:
            return refuse(fault, Rcode::kFormErr);
        }
    }

private:
    /// RFC 7873 section 5.2, and section 5.4 for those without a question.
    QueryFault check_cookie() {
        const ServerOptions& options = snapshot_.options();
        if (options.cookies.is_empty()) {
            return query_.has_question ? QueryFault::kNone : QueryFault::kQuestionCount;
        }
        cookie_ = options.cookies.check(query_.cookie, asker_.source, asker_.now.unix_seconds);
        counters_.add(cookie_.outcome);
        const bool is_wanted = query_.has_question
                                   ? options.is_cookie_required && asker_.transport == DnsTransport::kUdp
                                   : cookie_.outcome != CookieOutcome::kClientOnly;
        return is_wanted && cookie_.outcome != CookieOutcome::kValid ? QueryFault::kNoValidCookie
                                                                     : QueryFault::kNone;
    }

    [[nodiscard]] bool is_transfer() const {
        return query_.type == rr_type::kAxfr || query_.type == rr_type::kIxfr;
    }
    [[nodiscard]] bool is_for_streams() const {
        return snapshot_.streams() != nullptr && query_.rr_class == rr_class::kIn &&
               (is_transfer() || query_.is_signed);
    }

    [[nodiscard]] QueryFault check_question() const {
        if (query_.type == rr_type::kOpt) {
            return QueryFault::kMetaType;
        }
        if (is_transfer()) {
            return QueryFault::kTransfer;
        }
        return query_.rr_class == rr_class::kIn || is_chaos() ? QueryFault::kNone : QueryFault::kClass;
    }

    [[nodiscard]] bool is_chaos() const { return query_.rr_class == rr_class::kChaos; }

    /// Names of class CHAOS are there for who configured them (RFC 4892).
    std::size_t answer_chaos() {
        for (const ChaosName& chaos : snapshot_.options().chaos) {
            if (std::ranges::equal(chaos.name.wire(), query_.name_view())) {
                Composition parts;
                if (query_.type == rr_type::kTxt || query_.type == rr_type::kAny) {
                    parts.add(chaos.run);
                }
                return finish(parts);
            }
        }
        return refuse(QueryFault::kClass, Rcode::kRefused);
    }

    std::size_t refuse(QueryFault fault, Rcode rcode) {
        counters_.add(fault);
        fault_ = fault;
        rcode_ = rcode;
        extended_error_ = kErrorOfFault[static_cast<std::size_t>(fault)];
        return finish({});
    }

    std::size_t answer() {
        Step step;
        const QueryFault fault = look_up(snapshot_, query_, lookup_.trail(), asker_.source, step);
        if (fault == QueryFault::kNotOurs && query_.type == rr_type::kSoa && snapshot_.streams() != nullptr) {
            return kHandedOver; // of a zone that only its secondaries see
        }
        if (fault != QueryFault::kNone) {
            return refuse(fault, fault == QueryFault::kNotOurs ? Rcode::kRefused : Rcode::kServFail);
        }
        apex_at_ = kHeaderBytes + query_.name_bytes - step.zone->apex.size();
        take(step);
        return step.leads_on ? follow(step) : finish(step.parts);
    }

    /// RFC 6604 section 3: RCODE is that of the last name.
    void take(const Step& step) {
        rcode_ = step.rcode;
        if (step.depends_on_client) {
            scope_bits_ = step.client.scope_bits;
        }
    }

    /// Step by step to the name that the question leads to. Who asks for an alias itself has it with the
    /// first one.
    [[gnu::noinline]] std::size_t follow(const Step& first) {
        const bool ends_here = query_.type == rr_type::kCname || query_.type == rr_type::kAny;
        AliasChain chain(lookup_.bytes(), query_);
        Step step = first;
        const RunCounts* last = nullptr;
        while (chain.append(step.parts, step.zone->apex.size())) {
            take(step);
            last = step.parts.first();
            if (step.redirects != nullptr && chain.is_too_long(*step.redirects)) {
                rcode_ = Rcode::kYxDomain; // RFC 6672 section 2.2
                break;
            }
            if (!step.leads_on || (step.redirects != nullptr && !chain.redirect(*step.redirects)) ||
                ends_here) {
                break;
            }
            chain.advance();
            NameTrail trail;
            snapshot_.trace(chain.query(), trail);
            step = {};
            if (look_up(snapshot_, chain.query(), trail, asker_.source, step) != QueryFault::kNone) {
                break; // the resolver's work
            }
        }
        return finish(last == nullptr ? first.parts : chain.composition(*last));
    }

    std::size_t finish(const Composition& parts) {
        if (const RunCounts* first = parts.first(); first != nullptr) {
            if (first->rcode != Rcode::kNoError) {
                rcode_ = first->rcode;
            }
            extended_error_ = first->extended_error;
            if (rcode_ == Rcode::kServFail) {
                fault_ = fault_of(extended_error_);
                counters_.add(fault_);
            }
        }
        const RateLimitAction action = rate_limit(parts);
        if (action == RateLimitAction::kDropped) {
            return 0;
        }
        is_slipped_ = action == RateLimitAction::kSlipped;
        counters_.add(rcode_);
        const std::size_t question = query_.has_question ? query_.name_bytes + 4U : 0;
        std::memcpy(out_.data(), lookup_.bytes().data(), kHeaderBytes + question);
        return query_.has_edns ? finish_with_opt(parts, kHeaderBytes + question)
                               : finish_body(parts, kHeaderBytes + question, limit());
    }

    std::size_t finish_with_opt(const Composition& parts, std::size_t body) {
        OptRecord opt = opt_record();
        const std::size_t end = finish_body(parts, body, limit() - opt.size());
        if (query_.wants_padding && asker_.transport == DnsTransport::kTls) {
            opt.pad(end, limit());
        }
        opt.write(out_.data() + end);
        return end + opt.size();
    }

    /// Header and records, up to `limit` octets; returns where they end.
    std::size_t finish_body(const Composition& parts, std::size_t body, std::size_t limit) {
        const std::size_t room = limit - body;
        const bool is_cut = parts.needed_octets() > room || is_slipped_;
        header(parts, body > kHeaderBytes, is_cut);
        if (!is_cut) {
            return parts.write(out_, {body, apex_at_, query_.has_edns, parts.octets() <= room});
        }
        if (!is_slipped_) {
            counters_.add(QueryFault::kTruncated);
        }
        put_u16(out_.data() + 10, query_.has_edns ? 1 : 0);
        return body;
    }

    /// What becomes of the answer by UDP, where a limit is set. A valid cookie proves the source (RFC 7873
    /// section 1), as TCP does.
    RateLimitAction rate_limit(const Composition& parts) {
        RateLimiter* const limiter = snapshot_.options().rate_limiter.get();
        if (limiter == nullptr || asker_.transport != DnsTransport::kUdp) {
            return RateLimitAction::kNone;
        }
        const RateLimitAction action =
            cookie_.outcome == CookieOutcome::kValid
                ? RateLimitAction::kExempt
                : limiter->look_at(asker_.source, kind_of(parts), asker_.now.mono_ms);
        if (action != RateLimitAction::kNone) {
            counters_.add(action);
        }
        return action;
    }

    [[nodiscard]] AnswerKind kind_of(const Composition& parts) const {
        if (rcode_ == Rcode::kNxDomain) {
            return AnswerKind::kNxDomain;
        }
        if (rcode_ != Rcode::kNoError) {
            return AnswerKind::kError;
        }
        const RunCounts* first = parts.first();
        if (first != nullptr && first->answers > 0) {
            return AnswerKind::kPositive;
        }
        return first != nullptr && !first->is_authoritative ? AnswerKind::kReferral : AnswerKind::kNoData;
    }

    [[nodiscard]] std::size_t limit() const {
        const std::size_t most = asker_.transport == DnsTransport::kUdp
                                     ? std::min<std::size_t>(query_.udp_bytes, kMostUdpBytes)
                                     : kMostTcpBytes;
        return std::min(most, out_.size());
    }

    void header(const Composition& parts, bool has_question, bool is_cut) {
        std::uint8_t* head = out_.data();
        const bool is_authoritative = parts.first() != nullptr && parts.first()->is_authoritative;
        head[2] = static_cast<std::uint8_t>(kQr | (head[2] & kKept2) | (is_authoritative ? kAa : 0) |
                                            (is_cut ? kTc : 0));
        head[3] = static_cast<std::uint8_t>((head[3] & kKept3) | (static_cast<std::uint8_t>(rcode_) & 0xfU));
        std::memset(head + 4, 0, 8);
        head[5] = has_question ? 1 : 0;
    }

    /// What the OPT says; of a slipped answer only what a client needs to come back.
    [[nodiscard]] OptRecord opt_record() const {
        const ServerOptions& options = snapshot_.options();
        OptRecord opt{.rcode = rcode_, .is_dnssec_ok = query_.is_dnssec_ok, .subnet = &query_.subnet};
        opt.scope_bits = scope_bits_;
        if (cookie_.outcome != CookieOutcome::kNone) {
            opt.client_cookie = query_.cookie.data();
            opt.server_cookie = cookie_.next;
        }
        opt.says_keepalive = query_.wants_keepalive && asker_.transport != DnsTransport::kUdp;
        opt.idle_100ms = asker_.idle_100ms;
        if (!is_slipped_) {
            opt.nsid = query_.wants_nsid ? std::string_view(options.nsid) : std::string_view();
            opt.extended_error = extended_error_;
            opt.error_text = extended_error_ == extended_error::kOther ? to_text(fault_) : std::string_view();
        }
        return opt;
    }

    const Snapshot& snapshot_;
    const Lookup& lookup_;
    const Query& query_ = lookup_.query();
    const Asker& asker_;
    std::span<std::uint8_t> out_;
    RespondCounters& counters_;
    CookieCheck cookie_;
    /// 0 = the same for everybody.
    std::uint8_t scope_bits_ = 0;
    /// Beyond the rate: the least that makes a client ask by TCP.
    bool is_slipped_ = false;
    QueryFault fault_ = QueryFault::kNone;
    Rcode rcode_ = Rcode::kNoError;
    std::uint16_t extended_error_ = extended_error::kNone;
    std::size_t apex_at_ = 0;
};

} // namespace

Moment Moment::coarse() {
    timespec unix_time{};
    timespec mono{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &unix_time);
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &mono);
    return {static_cast<std::uint32_t>(unix_time.tv_sec),
            static_cast<std::uint32_t>(mono.tv_sec * 1000 + mono.tv_nsec / 1'000'000)};
}

std::size_t respond(const Snapshot& snapshot, ByteView query, const Asker& asker, std::span<std::uint8_t> out,
                    RespondCounters& counters) {
    return respond(snapshot, Lookup(snapshot, query), asker, out, counters);
}

std::size_t respond(const Snapshot& snapshot, const Lookup& query, const Asker& asker,
                    std::span<std::uint8_t> out, RespondCounters& counters) {
    SL_CHECK(out.size() >= kMostUdpBytes);
    return Responder(snapshot, query, asker, out, counters).run();
}

} // namespace suanlu::dns
