// SPDX-License-Identifier: Apache-2.0
#include "dns/xfr/tsig.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstring>

#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr std::uint16_t kFudgeSeconds = 300; // RFC 8945 section 10
constexpr std::size_t kLeastSecretBytes = 16;
constexpr std::size_t kTimeBytes = 6;

const EVP_MD* digest_of(TsigAlgorithm algorithm) {
    return algorithm == TsigAlgorithm::kHmacSha256 ? EVP_sha256() : EVP_sha512();
}

DomainName name_of(TsigAlgorithm algorithm) {
    return *DomainName::parse(algorithm == TsigAlgorithm::kHmacSha256 ? "hmac-sha256" : "hmac-sha512");
}

std::uint16_t u16_at(ByteView bytes, std::size_t place) {
    return static_cast<std::uint16_t>(bytes[place] << 8U | bytes[place + 1]);
}

void set_u16(std::uint8_t* at, std::size_t value) {
    at[0] = static_cast<std::uint8_t>(value >> 8U);
    at[1] = static_cast<std::uint8_t>(value);
}

void put_time(Bytes& out, std::uint64_t time) {
    put_integer(out, static_cast<std::uint16_t>(time >> 32U));
    put_integer(out, static_cast<std::uint32_t>(time));
}

/// Fields of rdata that are signed with every message.
void put_timers(Bytes& out, const TsigRecord& tsig) {
    put_time(out, tsig.time);
    put_integer(out, tsig.fudge_s);
}

/// RFC 8945 section 4.3.3.
void put_variables(Bytes& out, const TsigRecord& tsig) {
    put_bytes(out, tsig.key.canonical().wire());
    put_integer(out, rr_class::kAny);
    put_integer(out, std::uint32_t{0}); // TTL
    put_bytes(out, tsig.algorithm.canonical().wire());
    put_timers(out, tsig);
    put_integer(out, static_cast<std::uint16_t>(tsig.error));
    put_integer(out, static_cast<std::uint16_t>(tsig.other.size()));
    put_bytes(out, tsig.other);
}

Bytes record_of(const TsigRecord& tsig) {
    Bytes rdata;
    put_bytes(rdata, tsig.algorithm.wire());
    put_timers(rdata, tsig);
    put_integer(rdata, static_cast<std::uint16_t>(tsig.mac.size()));
    put_bytes(rdata, tsig.mac);
    put_integer(rdata, tsig.original_id);
    put_integer(rdata, static_cast<std::uint16_t>(tsig.error));
    put_integer(rdata, static_cast<std::uint16_t>(tsig.other.size()));
    put_bytes(rdata, tsig.other);
    Bytes out;
    put_bytes(out, tsig.key.wire());
    put_integer(out, rr_type::kTsig);
    put_integer(out, rr_class::kAny);
    put_integer(out, std::uint32_t{0});
    put_integer(out, static_cast<std::uint16_t>(rdata.size()));
    put_bytes(out, rdata);
    return out;
}

std::size_t append(std::span<std::uint8_t> out, std::size_t size, const TsigRecord& tsig) {
    const Bytes record = record_of(tsig);
    if (record.size() > out.size() - size) {
        return 0;
    }
    std::copy(record.begin(), record.end(), out.begin() + static_cast<std::ptrdiff_t>(size));
    set_u16(out.data() + 10, u16_at(out, 10) + 1U);
    return size + record.size();
}

Result<TsigRecord> read_rdata(DomainName key, ByteView rdata) {
    TsigRecord tsig;
    tsig.key = std::move(key);
    WireReader reader(rdata);
    SL_TRY(tsig.algorithm, DomainName::read_plain(reader));
    SL_TRY(const std::uint16_t time_high, reader.integer<std::uint16_t>());
    SL_TRY(const std::uint32_t time_low, reader.integer<std::uint32_t>());
    tsig.time = std::uint64_t{time_high} << 32U | time_low;
    SL_TRY(tsig.fudge_s, reader.integer<std::uint16_t>());
    SL_TRY(const std::uint16_t mac_bytes, reader.integer<std::uint16_t>());
    SL_TRY(const ByteView mac, reader.take(mac_bytes));
    tsig.mac.assign(mac.begin(), mac.end());
    SL_TRY(tsig.original_id, reader.integer<std::uint16_t>());
    SL_TRY(const std::uint16_t error, reader.integer<std::uint16_t>());
    tsig.error = static_cast<TsigError>(error);
    SL_TRY(const std::uint16_t other_bytes, reader.integer<std::uint16_t>());
    SL_TRY(const ByteView other, reader.take(other_bytes));
    tsig.other.assign(other.begin(), other.end());
    SL_TRY_VOID(reader.finish());
    return tsig;
}

/// A record's place and fields, rdata apart.
struct Place {
    std::size_t begin = 0;
    DomainName owner;
    std::uint16_t type = 0;
    std::uint16_t rr_class = 0;
    std::uint32_t ttl = 0;
    ByteView rdata;
};

Result<Place> read_record(ByteView message, WireReader& reader) {
    Place place;
    place.begin = reader.offset();
    SL_TRY(place.owner, DomainName::read(message, reader));
    SL_TRY(place.type, reader.integer<std::uint16_t>());
    SL_TRY(place.rr_class, reader.integer<std::uint16_t>());
    SL_TRY(place.ttl, reader.integer<std::uint32_t>());
    SL_TRY(const std::uint16_t size, reader.integer<std::uint16_t>());
    SL_TRY(place.rdata, reader.take(size));
    return place;
}

} // namespace

Result<TsigAlgorithm> parse_tsig_algorithm(std::string_view text) {
    if (text == "hmac-sha256") {
        return TsigAlgorithm::kHmacSha256;
    }
    if (text == "hmac-sha512") {
        return TsigAlgorithm::kHmacSha512;
    }
    return Error{Errc::kUnsupported, "hmac-sha256 or hmac-sha512, not " + std::string(text)};
}

Result<Bytes> parse_tsig_secret(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
        text.remove_suffix(1);
    }
    Bytes out(text.size() / 4 * 3 + 3);
    const int size = text.size() % 4 != 0 || text.empty()
                         ? -1
                         : EVP_DecodeBlock(out.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                           static_cast<int>(text.size()));
    if (size < 0) {
        return Error{Errc::kBadInput, "the secret is not base64"};
    }
    const auto padding = static_cast<std::size_t>(text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0);
    out.resize(static_cast<std::size_t>(size) - padding);
    if (out.size() < kLeastSecretBytes) {
        return Error{Errc::kBadInput, "a secret has at least 128 bits"};
    }
    return out;
}

Result<std::optional<SignedMessage>> take_tsig(ByteView message) {
    if (message.size() < kHeaderBytes) {
        return wire_error(message.size(), "no header");
    }
    WireReader reader(message, kHeaderBytes);
    for (std::size_t left = u16_at(message, 4); left > 0; --left) {
        SL_TRY_VOID(DomainName::read(message, reader).and_then([&](auto&&) { return reader.take(4); }));
    }
    const std::size_t records = std::size_t{u16_at(message, 6)} + u16_at(message, 8) + u16_at(message, 10);
    for (std::size_t number = 1; number <= records; ++number) {
        SL_TRY(Place place, read_record(message, reader));
        if (place.type != rr_type::kTsig) {
            continue;
        }
        if (number != records || u16_at(message, 10) == 0 || place.rr_class != rr_class::kAny ||
            place.ttl != 0 || !reader.is_at_end()) {
            return wire_error(place.begin, "TSIG is not the last record, or not of class ANY and TTL 0");
        }
        SignedMessage found;
        SL_TRY(found.tsig, read_rdata(std::move(place.owner), place.rdata));
        found.message.assign(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(place.begin));
        set_u16(found.message.data(), found.tsig.original_id);
        set_u16(found.message.data() + 10, u16_at(message, 10) - 1U);
        return std::optional(std::move(found));
    }
    return std::optional<SignedMessage>();
}

Bytes TsigExchange::mac_of(ByteView message, const TsigRecord& tsig, bool with_variables) const {
    Bytes input;
    if (!previous_.empty()) {
        put_integer(input, static_cast<std::uint16_t>(previous_.size()));
        put_bytes(input, previous_);
    }
    put_bytes(input, message);
    with_variables ? put_variables(input, tsig) : put_timers(input, tsig);
    Bytes mac(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    const unsigned char* made =
        HMAC(digest_of(key_->algorithm), key_->secret.data(), static_cast<int>(key_->secret.size()),
             input.data(), input.size(), mac.data(), &size);
    SL_CHECK(made != nullptr);
    mac.resize(size);
    return mac;
}

TsigError TsigExchange::check(const SignedMessage& signed_message, std::uint64_t unix_now) {
    const TsigRecord& tsig = signed_message.tsig;
    if (tsig.key != key_->name || tsig.algorithm != name_of(key_->algorithm)) {
        return TsigError::kBadKey;
    }
    const Bytes right = mac_of(signed_message.message, tsig, true);
    // A shorter MAC is compared as far as it goes: not below ten octets or half the hash (section 5.2.2.1).
    if (tsig.mac.size() > right.size() || tsig.mac.size() < std::max<std::size_t>(10, right.size() / 2) ||
        CRYPTO_memcmp(tsig.mac.data(), right.data(), tsig.mac.size()) != 0) {
        return TsigError::kBadSignature;
    }
    previous_ = tsig.mac;
    query_time_ = tsig.time;
    const std::uint64_t apart = tsig.time > unix_now ? tsig.time - unix_now : unix_now - tsig.time;
    if (apart > tsig.fudge_s) {
        return TsigError::kBadTime;
    }
    return tsig.mac.size() < right.size() ? TsigError::kBadTruncation : TsigError::kNone;
}

std::size_t TsigExchange::sign(std::span<std::uint8_t> out, std::size_t size, std::uint64_t unix_now,
                               TsigError error) {
    TsigRecord tsig{key_->name, name_of(key_->algorithm), unix_now, kFudgeSeconds,
                    {},         u16_at(out, 0),           error,    {}};
    if (error == TsigError::kBadTime) { // section 5.2.3
        put_time(tsig.other, unix_now);
        tsig.time = query_time_;
    }
    tsig.mac = mac_of(ByteView(out).first(size), tsig, is_first_);
    previous_ = tsig.mac;
    is_first_ = false;
    return append(out, size, tsig);
}

std::size_t TsigExchange::record_bytes() const {
    return key_->name.size() + 10 + name_of(key_->algorithm).size() + kTimeBytes + 10 + EVP_MAX_MD_SIZE +
           kTimeBytes;
}

std::size_t append_unsigned_tsig(std::span<std::uint8_t> out, std::size_t size, const TsigRecord& query,
                                 TsigError error, std::uint64_t unix_now) {
    return append(out, size,
                  {query.key, query.algorithm, unix_now, kFudgeSeconds, {}, query.original_id, error, {}});
}

} // namespace suanlu::dns
