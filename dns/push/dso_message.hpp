// SPDX-License-Identifier: Apache-2.0
// Messages of DNS Stateful Operations (RFC 8490 section 5.4) and of DNS Push (RFC 8765 section 6): octets to
// values and back, for servers and clients. Errors name the offset in the message. Messages that are written
// begin with room for their length (RFC 1035 section 4.2.2). Pure.
#pragma once

#include <optional>

#include "dns/answer/owner_answers.hpp"
#include "dns/record/rrset.hpp"

namespace suanlu::dns {

enum class DsoType : std::uint16_t {
    kReserved = 0,
    kKeepalive = 1,
    kRetryDelay = 2,
    kPadding = 3,
    kSubscribe = 0x40,
    kPush = 0x41,
    kUnsubscribe = 0x42,
    kReconfirm = 0x43,
};

struct DsoHead {
    /// 0 = one way: nobody answers it.
    std::uint16_t id = 0;
    bool is_response = false;
    Rcode rcode = Rcode::kNoError;
};

struct DsoTlv {
    DsoType type = DsoType::kReserved;
    /// Of the value, in the message.
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// Opcode 6; a message too short for a header is none.
bool is_dso(ByteView message);
/// Of a message that is_dso().
DsoHead read_dso_head(ByteView message);
/// The primary one first, then additional ones. Refuses counts of records other than 0, and none at all.
Result<std::vector<DsoTlv>> read_dso_tlvs(ByteView message);

/// RFC 8490 section 7.1, in milliseconds; the defaults hold until a server says something else (section 6.2).
struct DsoTimeouts {
    static constexpr std::uint32_t kNever = 0xffffffff;
    static constexpr std::uint32_t kLeastKeepalive = 10'000;

    std::uint32_t inactivity_ms = 15'000;
    std::uint32_t keepalive_ms = 15'000;
};

/// What a SUBSCRIBE asks for (RFC 8765 section 6.2).
struct PushQuestion {
    DomainName name;
    std::uint16_t type = 0;
    std::uint16_t rr_class = 0;

    bool operator==(const PushQuestion&) const = default;
};

/// One line of a PUSH (RFC 8765 section 6.3).
struct PushChange {
    static constexpr std::uint32_t kRemoved = 0xffffffff;
    /// Every record of the type, or of all with type ANY; rdata is empty.
    static constexpr std::uint32_t kAllRemoved = 0xfffffffe;

    Record record;
    std::uint16_t rr_class = 0;

    bool operator==(const PushChange&) const = default;
    [[nodiscard]] bool is_removal() const { return record.ttl >= kAllRemoved; }
    [[nodiscard]] bool is_of_whole_set() const { return record.ttl == kAllRemoved; }
    /// Other TTLs say nothing.
    [[nodiscard]] bool has_meaning() const { return record.ttl <= 0x7fffffff || is_removal(); }
};

Result<DsoTimeouts> read_keepalive(ByteView message, const DsoTlv& tlv);
/// Milliseconds.
Result<std::uint32_t> read_retry_delay(ByteView message, const DsoTlv& tlv);
Result<PushQuestion> read_subscribe(ByteView message, const DsoTlv& tlv);
/// The id of the SUBSCRIBE that it ends.
Result<std::uint16_t> read_unsubscribe(ByteView message, const DsoTlv& tlv);
/// The record that a client doubts (RFC 8765 section 6.5); its TTL is not said.
Result<PushChange> read_reconfirm(ByteView message, const DsoTlv& tlv);
Result<std::vector<PushChange>> read_push(ByteView message, const DsoTlv& tlv);

class DsoWriter {
public:
    explicit DsoWriter(const DsoHead& head);

    DsoWriter& keepalive(const DsoTimeouts& timeouts);
    DsoWriter& retry_delay(std::uint32_t milliseconds);
    DsoWriter& subscribe(const PushQuestion& question);
    DsoWriter& unsubscribe(std::uint16_t id);
    /// To a multiple of 468 octets (RFC 8467 section 4.1).
    DsoWriter& pad() {
        pad(out_);
        return *this;
    }
    /// The same of a message that somebody else wrote.
    static void pad(Bytes& framed);
    [[nodiscard]] Bytes finish() { return std::move(out_); }

private:
    void begin(DsoType type, std::size_t bytes);

    Bytes out_;
};

/// The longest that a PUSH may be (RFC 8765 section 6.3.1).
inline constexpr std::size_t kMostPushBytes = 16'382;

/// One PUSH. A change that leaves no room for padding has a message to itself.
class PushWriter {
public:
    PushWriter();

    enum class Room : std::uint8_t { kTaken, kNextMessage, kNowhere };
    /// kNowhere: no PUSH can hold it.
    Room add(const PushChange& change);
    [[nodiscard]] bool is_empty() const;
    [[nodiscard]] Bytes finish(bool is_padded) &&;

private:
    Bytes out_;
    /// Owner of the last change, and where it stands.
    std::optional<std::pair<DomainName, std::size_t>> owner_;
};

} // namespace suanlu::dns
