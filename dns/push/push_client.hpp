// SPDX-License-Identifier: Apache-2.0
// One subscription of DNS Push (RFC 8765) as its client sees it: what to say, what the server's messages
// mean, when the session is to be kept alive (RFC 8490 section 6.5) and when the server counts as gone. A
// session is this one subscription. Pure; one owner.
#pragma once

#include "core/support/clock.hpp"
#include "dns/push/dso_message.hpp"

namespace suanlu::dns {

class PushClient {
public:
    PushClient(PushQuestion question, MonoTime now) : question_(std::move(question)), last_heard_(now) {}

    /// The first message; with room for its length, as all.
    [[nodiscard]] Bytes subscribe() const;

    struct Heard {
        enum class What : std::uint8_t { kNothing, kSubscribed, kRefused, kChanges, kRetired };

        What what = What::kNothing;
        /// Of kRefused.
        Rcode rcode = Rcode::kNoError;
        /// When to come back: of kRetired always, of kRefused where the refusal may pass.
        std::optional<std::uint32_t> retry_ms;
        std::vector<PushChange> changes;
        /// Changes that nobody asked for; they are left out (RFC 8765 section 6.3.1).
        std::size_t unasked = 0;
        /// To be sent, unless empty.
        Bytes reply;
    };
    /// An error, with its offset: no server of DNS Push says that; the connection is to be aborted.
    Result<Heard> take(ByteView message, MonoTime now);

    /// When to say KEEPALIVE, unless a message comes before; nothing: never.
    [[nodiscard]] std::optional<MonoTime> keepalive_due() const;
    Bytes keepalive(MonoTime now);
    /// When a server that says nothing is gone; nothing: never.
    [[nodiscard]] std::optional<MonoTime> deadline() const;

private:
    Result<Heard> take_response(const DsoHead& head, ByteView message, const std::vector<DsoTlv>& tlvs);
    Result<Heard> take_one_way(ByteView message, const DsoTlv& primary);
    Result<Heard> take_push(ByteView message, const DsoTlv& primary) const;
    [[nodiscard]] bool is_asked(const PushChange& change) const;
    Status agree(ByteView message, const DsoTlv& keepalive);

    PushQuestion question_;
    bool is_subscribed_ = false;
    DsoTimeouts timeouts_;
    std::uint16_t last_id_ = 1;
    /// The id of a KEEPALIVE without its answer.
    std::optional<std::uint16_t> asked_;
    MonoTime last_heard_;
    std::optional<MonoTime> last_keepalive_;
};

/// What a refusal means to people.
std::string refusal_text(Rcode rcode);

} // namespace suanlu::dns
