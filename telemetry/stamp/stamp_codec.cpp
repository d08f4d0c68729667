// SPDX-License-Identifier: Apache-2.0
#include "telemetry/stamp/stamp_codec.hpp"

namespace suanlu {

namespace {

constexpr std::uint32_t kNtpMinusUnix = 2'208'988'800U;
constexpr std::int64_t kNanos = 1'000'000'000;

class Writer {
public:
    explicit Writer(StampBytes& out) : out_(out) {}
    void u8(std::uint8_t v) { out_[at_++] = v; }
    void u16(std::uint16_t v) {
        u8(static_cast<std::uint8_t>(v >> 8));
        u8(static_cast<std::uint8_t>(v));
    }
    void u32(std::uint32_t v) {
        u16(static_cast<std::uint16_t>(v >> 16));
        u16(static_cast<std::uint16_t>(v));
    }
    void time(NtpTime t) {
        u32(t.seconds);
        u32(t.fraction);
    }
    void skip(std::size_t bytes) { at_ += bytes; }

private:
    StampBytes& out_;
    std::size_t at_ = 0;
};

/// Every read is inside: the callers check for kStampBytes first.
class Reader {
public:
    explicit Reader(std::span<const std::uint8_t> in) : in_(in) {}
    std::uint8_t u8() { return in_[at_++]; }
    std::uint16_t u16() {
        const auto high = static_cast<std::uint16_t>(u8() << 8);
        return static_cast<std::uint16_t>(high | u8());
    }
    std::uint32_t u32() {
        const std::uint32_t high = static_cast<std::uint32_t>(u16()) << 16;
        return high | u16();
    }
    NtpTime time() {
        const std::uint32_t seconds = u32();
        return {seconds, u32()};
    }
    void skip(std::size_t bytes) { at_ += bytes; }

private:
    std::span<const std::uint8_t> in_;
    std::size_t at_ = 0;
};

Status check_length(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < kStampBytes) {
        return Error{Errc::kBadInput, "offset " + std::to_string(bytes.size()) + ": a STAMP packet has " +
                                          std::to_string(kStampBytes) + " bytes at least"};
    }
    return {};
}

} // namespace

NtpTime to_ntp(std::chrono::nanoseconds unix_time) {
    const std::int64_t seconds = unix_time.count() / kNanos;
    const auto rest = static_cast<std::uint64_t>(unix_time.count() % kNanos);
    return {static_cast<std::uint32_t>(static_cast<std::uint64_t>(seconds) + kNtpMinusUnix),
            static_cast<std::uint32_t>((rest << 32) / static_cast<std::uint64_t>(kNanos))};
}

std::chrono::nanoseconds difference(NtpTime later, NtpTime earlier) {
    const std::uint64_t a = (static_cast<std::uint64_t>(later.seconds) << 32) | later.fraction;
    const std::uint64_t b = (static_cast<std::uint64_t>(earlier.seconds) << 32) | earlier.fraction;
    const auto units = static_cast<std::int64_t>(a - b);
    const std::int64_t whole = units >> 32;
    const std::uint64_t part = static_cast<std::uint64_t>(units) & 0xffff'ffffU;
    return std::chrono::nanoseconds(whole * kNanos + static_cast<std::int64_t>((part * kNanos) >> 32));
}

StampBytes to_bytes(const StampProbe& probe) {
    StampBytes out{};
    Writer w(out);
    w.u32(probe.sequence);
    w.time(probe.sent);
    w.u16(probe.error_estimate);
    w.u16(probe.session);
    return out;
}

StampBytes to_bytes(const StampReply& reply) {
    StampBytes out{};
    Writer w(out);
    w.u32(reply.sequence);
    w.time(reply.sent);
    w.u16(reply.error_estimate);
    w.u16(reply.session);
    w.time(reply.received);
    w.u32(reply.sender_sequence);
    w.time(reply.sender_sent);
    w.u16(reply.sender_error_estimate);
    w.skip(2);
    w.u8(reply.sender_hop_limit);
    return out;
}

Result<StampProbe> parse_stamp_probe(std::span<const std::uint8_t> bytes) {
    SL_TRY_VOID(check_length(bytes));
    Reader r(bytes);
    StampProbe out;
    out.sequence = r.u32();
    out.sent = r.time();
    out.error_estimate = r.u16();
    out.session = r.u16();
    return out;
}

Result<StampReply> parse_stamp_reply(std::span<const std::uint8_t> bytes) {
    SL_TRY_VOID(check_length(bytes));
    Reader r(bytes);
    StampReply out;
    out.sequence = r.u32();
    out.sent = r.time();
    out.error_estimate = r.u16();
    out.session = r.u16();
    out.received = r.time();
    out.sender_sequence = r.u32();
    out.sender_sent = r.time();
    out.sender_error_estimate = r.u16();
    r.skip(2);
    out.sender_hop_limit = r.u8();
    return out;
}

} // namespace suanlu
