// SPDX-License-Identifier: Apache-2.0
// One DSO session (RFC 8490) as the server sees it, with its DNS Push subscriptions (RFC 8765): a message in,
// messages out; what to push; when the client has been silent for too long. It begins with the first request
// that is answered NOERROR. Pure; one owner.
#pragma once

#include <array>
#include <atomic>
#include <deque>

#include "core/support/clock.hpp"
#include "dns/push/subscriptions.hpp"

namespace suanlu::dns {

struct DsoLimits {
    /// Of all connections, and of one.
    std::size_t subscriptions = 10'000;
    std::size_t per_connection = 100;
    DsoTimeouts timeouts = {.inactivity_ms = 15'000, .keepalive_ms = 60'000};
    /// A message that nobody reads.
    unsigned stall_ms = 10'000;
};

enum class DsoOutcome : std::uint8_t {
#define SL_DSO_OUTCOME(outcome, code, answer, meaning) code,
#include "dns/push/dso_outcomes.def"
#undef SL_DSO_OUTCOME
};
inline constexpr std::size_t kDsoOutcomes = 0
#define SL_DSO_OUTCOME(outcome, code, answer, meaning) +1
#include "dns/push/dso_outcomes.def"
#undef SL_DSO_OUTCOME
    ;
std::string_view to_text(DsoOutcome outcome);

/// Of all sessions of a server; one writer, anybody reads.
struct DsoCounters {
    std::array<std::atomic<std::uint64_t>, kDsoOutcomes> outcomes{};
    std::atomic<std::uint64_t> pushes{0};
    std::atomic<std::uint64_t> added{0};
    std::atomic<std::uint64_t> removed{0};
    /// Now.
    std::atomic<std::uint64_t> sessions{0};
    std::atomic<std::uint64_t> subscriptions{0};

    void add(DsoOutcome outcome) {
        outcomes[static_cast<std::size_t>(outcome)].fetch_add(1, std::memory_order_relaxed);
    }
};

class DsoSession {
public:
    /// What the client may do depends on `is_tls`. `counters` outlive the session.
    DsoSession(const DsoLimits& limits, bool is_tls, const Ip6& client, MonoTime now, DsoCounters& counters);
    ~DsoSession();
    DsoSession(const DsoSession&) = delete;
    DsoSession& operator=(const DsoSession&) = delete;

    struct Reaction {
        /// With room for their length, in this order.
        std::vector<Bytes> messages;
        /// Abort the connection at once, without a word (RFC 8490 section 5.3).
        bool is_fatal = false;
    };
    /// `served` may be null where there is no TLS.
    Reaction take(ByteView message, const Snapshot* served, MonoTime now);
    /// The reaction's messages have been sent: the subscription that one of them accepted begins.
    void replied(const Snapshot* served, MonoTime now);
    /// A query came in the session. False: the connection is to be aborted.
    bool hear_query(ByteView query, MonoTime now);

    /// See Subscriptions::look_at.
    bool look_at(const Snapshot& served) { return subscriptions_.look_at(served); }
    /// The next message for the client, of what is served now; empty = it knows all.
    Bytes next_push(const Snapshot& served);
    /// A message is on its way, or has been taken by the client's side.
    void begin_send(MonoTime now) { sending_since_ = now; }
    void end_send(MonoTime now);
    /// Says that the client shall go and come back later (RFC 8490 section 6.6.1).
    Bytes retire(std::uint32_t retry_ms);

    [[nodiscard]] bool is_established() const { return is_established_; }
    /// When `ending` has a reason unless something happens before; nothing: never.
    [[nodiscard]] std::optional<MonoTime> deadline() const;
    /// Why the session ends at `now`, a time not before the deadline; counted.
    DsoOutcome end(MonoTime now);

private:
    struct Asked {
        std::uint16_t id = 0;
        PushQuestion question;
    };

    Reaction take_request(const DsoHead& head, ByteView message, const DsoTlv& primary,
                          const Snapshot* served);
    Reaction take_one_way(ByteView message, const DsoTlv& primary);
    Reaction subscribe(const DsoHead& head, ByteView message, const DsoTlv& tlv, const Snapshot* served);
    [[nodiscard]] DsoOutcome judge(const PushQuestion& question, const Snapshot* served) const;
    Reaction answer(const DsoHead& head, DsoOutcome outcome);
    Reaction abort(DsoOutcome outcome);
    [[nodiscard]] std::vector<std::pair<MonoTime, DsoOutcome>> deadlines() const;

    DsoLimits limits_;
    bool is_tls_;
    bool is_established_ = false;
    /// The client pads, so this side does.
    bool is_padded_ = false;
    bool is_padded_request_ = false;
    Subscriptions subscriptions_;
    std::optional<Asked> asked_;
    /// Of the last collection of changes, not yet in a message.
    std::deque<PushChange> unsaid_;
    MonoTime last_message_;
    /// Any message but KEEPALIVE.
    MonoTime last_activity_;
    std::optional<MonoTime> sending_since_;
    DsoCounters& counters_;
};

} // namespace suanlu::dns
