// SPDX-License-Identifier: Apache-2.0
// A session of DNS Push (RFC 8765) as its client sees it, with one subscription or more: what to say, what
// the server's messages mean, when the session is to be kept alive (RFC 8490 section 6.5) and when the server
// counts as gone. Pure; one owner.
#pragma once

#include "core/support/clock.hpp"
#include "dns/push/dso_message.hpp"

namespace suanlu::dns {

class PushClient {
public:
    /// At least one question, and no more than there are ids.
    PushClient(std::vector<PushQuestion> questions, MonoTime now)
        : questions_(std::move(questions)), is_active_(questions_.size()), last_heard_(now) {}

    /// The first messages; each with room for its length, as all.
    [[nodiscard]] std::vector<Bytes> subscribe() const;

    struct Heard {
        enum class What : std::uint8_t { kNothing, kSubscribed, kRefused, kChanges, kRetired };

        /// kSubscribed: to everything that was asked for.
        What what = What::kNothing;
        /// Of kRefused: which one, and why; or one that was in force is no longer (RFC 8490 section 5.6).
        PushQuestion question;
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
    Result<Heard> take_answer(std::size_t number, Rcode rcode, ByteView message,
                              const std::vector<DsoTlv>& tlvs);
    Result<Heard> take_request(const DsoHead& head, const DsoTlv& primary) const;
    Result<Heard> take_one_way(ByteView message, const DsoTlv& primary);
    Result<Heard> take_push(ByteView message, const DsoTlv& primary) const;
    [[nodiscard]] bool is_asked(const PushChange& change) const;
    Status agree(ByteView message, const DsoTlv& keepalive);

    /// The id of the SUBSCRIBE of each is its place and one.
    std::vector<PushQuestion> questions_;
    std::vector<bool> is_active_;
    std::size_t active_ = 0;
    DsoTimeouts timeouts_;
    std::uint16_t last_id_ = 0;
    /// The id of a KEEPALIVE without its answer.
    std::optional<std::uint16_t> asked_;
    MonoTime last_heard_;
    std::optional<MonoTime> last_keepalive_;
};

/// What a refusal means to people.
std::string refusal_text(Rcode rcode);

} // namespace suanlu::dns
