// SPDX-License-Identifier: Apache-2.0
// Transaction signatures (RFC 8945): the TSIG record of a message read, checked and written; HMAC by OpenSSL.
// Comparison takes the same time wherever two MACs differ. Pure: the caller says what time it is.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "dns/record/domain_name.hpp"

namespace suanlu::dns {

enum class TsigAlgorithm : std::uint8_t { kHmacSha256, kHmacSha512 };

struct TsigKey {
    DomainName name;
    TsigAlgorithm algorithm = TsigAlgorithm::kHmacSha256;
    Bytes secret;
};
using TsigKeys = std::map<DomainName, std::shared_ptr<const TsigKey>>;

/// "hmac-sha256" or "hmac-sha512".
Result<TsigAlgorithm> parse_tsig_algorithm(std::string_view text);
/// Base64 (RFC 4648 section 4) as tsig-keygen and keymgr print it, at least 128 bits.
Result<Bytes> parse_tsig_secret(std::string_view text);

/// RFC 8945 section 3 and its registry.
enum class TsigError : std::uint16_t {
    kNone = 0,
    kBadSignature = 16,
    kBadKey = 17,
    kBadTime = 18,
    kBadTruncation = 22,
};

struct TsigRecord {
    DomainName key;
    DomainName algorithm;
    /// Unix seconds, 48 bits.
    std::uint64_t time = 0;
    std::uint16_t fudge_s = 300;
    Bytes mac;
    std::uint16_t original_id = 0;
    TsigError error = TsigError::kNone;
    Bytes other;
};

/// A message taken apart: what was signed, and the signature.
struct SignedMessage {
    /// Without the TSIG record, under the id that the signer gave it.
    Bytes message;
    TsigRecord tsig;
};

/// Nothing when the message has no TSIG. An error: it is malformed, not the last record, or there are two.
Result<std::optional<SignedMessage>> take_tsig(ByteView message);

/// One exchange under one key: a query, and the messages of its answer, each signed over the one before.
class TsigExchange {
public:
    explicit TsigExchange(std::shared_ptr<const TsigKey> key) : key_(std::move(key)) {}

    /// Checks what came in, in the order of RFC 8945 section 5.2; kBadTime and kBadTruncation are told only
    /// to those whose signature is right.
    TsigError check(const SignedMessage& signed_message, std::uint64_t unix_now);
    /// Appends a TSIG to the message in the first `size` octets of `out` and returns the new size.
    /// 0 = no room. The first call signs with all variables, later ones with the timers only (section 5.3.1).
    std::size_t sign(std::span<std::uint8_t> out, std::size_t size, std::uint64_t unix_now,
                     TsigError error = TsigError::kNone);
    /// Most octets that sign() adds.
    [[nodiscard]] std::size_t record_bytes() const;
    [[nodiscard]] const TsigKey& key() const { return *key_; }

private:
    [[nodiscard]] Bytes mac_of(ByteView message, const TsigRecord& tsig, bool with_variables) const;

    std::shared_ptr<const TsigKey> key_;
    /// MAC of the message before, of the query at first.
    Bytes previous_;
    /// Time of the query, which an answer of kBadTime repeats.
    std::uint64_t query_time_ = 0;
    bool is_first_ = true;
};

/// Appends the unsigned TSIG that says kBadKey or kBadSignature (section 5.3.2). 0 = no room.
std::size_t append_unsigned_tsig(std::span<std::uint8_t> out, std::size_t size, const TsigRecord& query,
                                 TsigError error, std::uint64_t unix_now);

} // namespace suanlu::dns
