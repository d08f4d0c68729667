// SPDX-License-Identifier: Apache-2.0
#include "dns/push/dso_message.hpp"

#include "dns/answer/query.hpp"
#include "dns/record/rdata_names.hpp"

namespace suanlu::dns {

namespace {

constexpr std::uint8_t kOpcode = 6;
constexpr std::uint8_t kOpcodeBits = 0x78;
constexpr std::uint8_t kResponseBit = 0x80;
constexpr std::size_t kLengthRoom = 2;
constexpr std::size_t kTlvHeadBytes = 4;
/// Nobody has use for more; each takes memory while the message is looked at.
constexpr std::size_t kMostTlvs = 16;
constexpr std::size_t kPadTo = 468;
/// 35 blocks of padding are the most below the 16 382 octets of RFC 8765 section 6.3.1.
constexpr std::size_t kMostPaddedPush = 35 * kPadTo - kTlvHeadBytes;
constexpr std::size_t kMostMessageBytes = 0xffff;
/// Type, class, TTL, length of rdata.
constexpr std::size_t kFixedRecordBytes = 10;

WireReader reader_of(ByteView message, const DsoTlv& tlv) {
    return WireReader(message.first(tlv.end), tlv.begin);
}

/// Of a SUBSCRIBE or a RECONFIRM (RFC 8765 sections 6.2.1, 6.5.1): its one name has nothing to point to.
Result<PushQuestion> read_question(WireReader& reader) {
    PushQuestion question;
    SL_TRY(question.name, DomainName::read_plain(reader));
    SL_TRY(question.type, reader.integer<std::uint16_t>());
    SL_TRY(question.rr_class, reader.integer<std::uint16_t>());
    return question;
}

Result<PushChange> read_change(ByteView message, WireReader& reader) {
    PushChange change;
    SL_TRY(change.record.owner, DomainName::read(message, reader));
    SL_TRY(change.record.type, reader.integer<std::uint16_t>());
    SL_TRY(change.rr_class, reader.integer<std::uint16_t>());
    const WireReader at_ttl = reader;
    SL_TRY(change.record.ttl, reader.integer<std::uint32_t>());
    SL_TRY(const auto length, reader.integer<std::uint16_t>());
    if (!change.has_meaning()) {
        SL_TRY([[maybe_unused]] const ByteView ignored, reader.take(length));
        return change;
    }
    if (change.is_of_whole_set()) {
        if (length != 0) {
            return at_ttl.error("rdata in the removal of a whole set");
        }
        // Of a name in all classes: whatever the type says.
        change.record.type = change.rr_class == rr_class::kAny ? rr_type::kAny : change.record.type;
        return change;
    }
    if (change.record.type == rr_type::kAny || change.rr_class == rr_class::kAny) {
        return at_ttl.error("a record of type or class ANY");
    }
    SL_TRY(change.record.rdata, read_rdata(message, reader, change.record.type, length));
    return change;
}

} // namespace

bool is_dso(ByteView message) {
    return message.size() >= kHeaderBytes && (message[2] & kOpcodeBits) == kOpcode << 3U;
}

DsoHead read_dso_head(ByteView message) {
    return {static_cast<std::uint16_t>(message[0] << 8U | message[1]), (message[2] & kResponseBit) != 0,
            static_cast<Rcode>(message[3] & 0xfU)};
}

Result<std::vector<DsoTlv>> read_dso_tlvs(ByteView message) {
    for (std::size_t at = 4; at < kHeaderBytes; ++at) {
        if (message[at] != 0) {
            return wire_error(at, "a record is counted, and DSO has none");
        }
    }
    std::vector<DsoTlv> out;
    WireReader reader(message, kHeaderBytes);
    while (!reader.is_at_end()) {
        if (out.size() == kMostTlvs) {
            return reader.error("too many TLVs");
        }
        SL_TRY(const auto type, reader.integer<std::uint16_t>());
        SL_TRY(const auto length, reader.integer<std::uint16_t>());
        const std::size_t begin = reader.offset();
        SL_TRY([[maybe_unused]] const ByteView value, reader.take(length));
        out.push_back({static_cast<DsoType>(type), begin, reader.offset()});
    }
    return out;
}

Result<DsoTimeouts> read_keepalive(ByteView message, const DsoTlv& tlv) {
    WireReader reader = reader_of(message, tlv);
    DsoTimeouts timeouts;
    SL_TRY(timeouts.inactivity_ms, reader.integer<std::uint32_t>());
    SL_TRY(timeouts.keepalive_ms, reader.integer<std::uint32_t>());
    SL_TRY_VOID(reader.finish());
    return timeouts;
}

Result<std::uint32_t> read_retry_delay(ByteView message, const DsoTlv& tlv) {
    WireReader reader = reader_of(message, tlv);
    SL_TRY(const auto delay, reader.integer<std::uint32_t>());
    SL_TRY_VOID(reader.finish());
    return delay;
}

Result<PushQuestion> read_subscribe(ByteView message, const DsoTlv& tlv) {
    WireReader reader = reader_of(message, tlv);
    SL_TRY(PushQuestion question, read_question(reader));
    SL_TRY_VOID(reader.finish());
    return question;
}

Result<std::uint16_t> read_unsubscribe(ByteView message, const DsoTlv& tlv) {
    WireReader reader = reader_of(message, tlv);
    SL_TRY(const auto id, reader.integer<std::uint16_t>());
    SL_TRY_VOID(reader.finish());
    return id;
}

Result<PushChange> read_reconfirm(ByteView message, const DsoTlv& tlv) {
    WireReader reader = reader_of(message, tlv);
    SL_TRY(PushQuestion question, read_question(reader));
    if (question.type == rr_type::kAny || question.rr_class == rr_class::kAny) {
        return reader.error("type or class ANY is no record");
    }
    const ByteView rdata = reader.rest();
    return PushChange{{std::move(question.name), question.type, 0, {rdata.begin(), rdata.end()}},
                      question.rr_class};
}

Result<std::vector<PushChange>> read_push(ByteView message, const DsoTlv& tlv) {
    WireReader reader = reader_of(message, tlv);
    std::vector<PushChange> out;
    while (!reader.is_at_end()) {
        SL_TRY(PushChange change, read_change(message, reader));
        if (change.has_meaning()) { // RFC 8765 section 6.3.1: else passed over, and nothing but this line
            out.push_back(std::move(change));
        }
    }
    return out;
}

DsoWriter::DsoWriter(const DsoHead& head) : out_(kLengthRoom) {
    put_integer(out_, head.id);
    out_.push_back(static_cast<std::uint8_t>((head.is_response ? kResponseBit : 0) | kOpcode << 3U));
    out_.push_back(static_cast<std::uint8_t>(head.rcode));
    out_.resize(kLengthRoom + kHeaderBytes);
}

void DsoWriter::begin(DsoType type, std::size_t bytes) {
    put_integer(out_, static_cast<std::uint16_t>(type));
    put_integer(out_, static_cast<std::uint16_t>(bytes));
}

DsoWriter& DsoWriter::keepalive(const DsoTimeouts& timeouts) {
    begin(DsoType::kKeepalive, 8);
    put_integer(out_, timeouts.inactivity_ms);
    put_integer(out_, timeouts.keepalive_ms);
    return *this;
}

DsoWriter& DsoWriter::retry_delay(std::uint32_t milliseconds) {
    begin(DsoType::kRetryDelay, 4);
    put_integer(out_, milliseconds);
    return *this;
}

DsoWriter& DsoWriter::subscribe(const PushQuestion& question) {
    begin(DsoType::kSubscribe, question.name.size() + 4);
    put_bytes(out_, question.name.wire());
    put_integer(out_, question.type);
    put_integer(out_, question.rr_class);
    return *this;
}

DsoWriter& DsoWriter::unsubscribe(std::uint16_t id) {
    begin(DsoType::kUnsubscribe, 2);
    put_integer(out_, id);
    return *this;
}

void DsoWriter::pad(Bytes& framed) {
    const std::size_t size = framed.size() - kLengthRoom + kTlvHeadBytes;
    const std::size_t padding = (kPadTo - size % kPadTo) % kPadTo;
    if (size + padding <= kMostMessageBytes &&
        (size <= kMostPushBytes) == (size + padding <= kMostPushBytes)) {
        put_integer(framed, static_cast<std::uint16_t>(DsoType::kPadding));
        put_integer(framed, static_cast<std::uint16_t>(padding));
        framed.resize(framed.size() + padding);
    }
}

PushWriter::PushWriter() : out_(DsoWriter(DsoHead{}).finish()) {
    put_integer(out_, static_cast<std::uint16_t>(DsoType::kPush));
    put_integer(out_, std::uint16_t{0});
}

bool PushWriter::is_empty() const {
    return out_.size() == kLengthRoom + kHeaderBytes + kTlvHeadBytes;
}

PushWriter::Room PushWriter::add(const PushChange& change) {
    const Record& record = change.record;
    const bool is_known = owner_ && owner_->first == record.owner;
    const std::size_t more = (is_known ? 2 : record.owner.size()) + kFixedRecordBytes + record.rdata.size();
    const std::size_t size = out_.size() - kLengthRoom + more;
    if (size > kMostPaddedPush && !is_empty()) {
        return Room::kNextMessage;
    }
    if (size > kMostPushBytes) {
        return Room::kNowhere;
    }
    if (is_known) {
        put_integer(out_, static_cast<std::uint16_t>(0xc000U | owner_->second));
    } else {
        owner_ = {record.owner, out_.size() - kLengthRoom};
        put_bytes(out_, record.owner.wire());
    }
    put_integer(out_, record.type);
    put_integer(out_, change.rr_class);
    put_integer(out_, record.ttl);
    put_integer(out_, static_cast<std::uint16_t>(record.rdata.size()));
    put_bytes(out_, record.rdata);
    return Room::kTaken;
}

Bytes PushWriter::finish(bool is_padded) && {
    const std::size_t value_at = kLengthRoom + kHeaderBytes + kTlvHeadBytes;
    put_u16(out_.data() + value_at - 2, out_.size() - value_at);
    if (is_padded) {
        DsoWriter::pad(out_);
    }
    return std::move(out_);
}

} // namespace suanlu::dns
