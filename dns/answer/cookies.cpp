// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/cookies.hpp"

#include <algorithm>

namespace suanlu::dns {

namespace {

constexpr std::size_t kMostSecrets = 4;
constexpr std::uint8_t kVersion = 1;
/// RFC 9018 section 4.3, in seconds.
constexpr std::int32_t kMostAge = 3600;
constexpr std::int32_t kMostAhead = 300;
/// From this age on the client gets a new one.
constexpr std::int32_t kFreshAge = 1800;

constexpr std::size_t kTimePlace = 4;
constexpr std::size_t kHashPlace = 8;

/// `head`: the octets of the server cookie in front of its hash.
std::uint64_t hash_of(const SipKey& key, ByteView client_cookie, ByteView head, const Ip6& client) {
    std::array<std::uint8_t, kClientCookieBytes + kHashPlace + 16> input;
    const std::size_t skipped = client.is_mapped_v4() ? 12 : 0;
    auto end = std::copy(client_cookie.begin(), client_cookie.end(), input.begin());
    end = std::copy(head.begin(), head.end(), end);
    end = std::copy(client.bytes.begin() + skipped, client.bytes.end(), end);
    return siphash24(key, {input.data(), static_cast<std::size_t>(end - input.begin())});
}

/// SipHash's octets are those of its integer, the lowest first.
void put_hash(std::uint8_t* at, std::uint64_t hash) {
    for (int i = 0; i < 8; ++i) {
        at[i] = static_cast<std::uint8_t>(hash >> (8 * i));
    }
}

ServerCookie make_cookie(const SipKey& key, ByteView client_cookie, const Ip6& client, std::uint32_t now) {
    ServerCookie cookie{kVersion};
    for (int i = 0; i < 4; ++i) {
        cookie[kTimePlace + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(now >> (24 - 8 * i));
    }
    put_hash(cookie.data() + kHashPlace,
             hash_of(key, client_cookie, ByteView(cookie).first(kHashPlace), client));
    return cookie;
}

int digit_of(char letter) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto lower_case = static_cast<char>(letter >= 'A' && letter <= 'F' ? letter + ('a' - 'A') : letter);
    const std::size_t found = kDigits.find(lower_case);
    return found == std::string_view::npos ? -1 : static_cast<int>(found);
}

Result<SipKey> parse_secret(std::string_view text) {
    SipKey key{};
    if (text.size() != 2 * key.size()) {
        return Error{Errc::kBadInput, "a cookie secret has 32 hexadecimal digits"};
    }
    for (std::size_t i = 0; i < key.size(); ++i) {
        const int high = digit_of(text[2 * i]);
        const int low = digit_of(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return Error{Errc::kBadInput, "a cookie secret has 32 hexadecimal digits"};
        }
        key[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return key;
}

std::string_view without_blanks(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r";
    const std::size_t first = std::min(text.find_first_not_of(kBlanks), text.size());
    return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

constexpr std::string_view kOutcomeNames[] = {
#define SL_COOKIE_OUTCOME(outcome, code, meaning) #outcome,
#include "dns/answer/cookie_outcomes.def"
#undef SL_COOKIE_OUTCOME
};

} // namespace

std::string_view to_text(CookieOutcome outcome) {
    return outcome == CookieOutcome::kNone ? "none" : kOutcomeNames[static_cast<std::size_t>(outcome)];
}

Result<CookieSecrets> CookieSecrets::parse(std::string_view text, const std::string& name) {
    std::vector<SipKey> keys;
    for (std::size_t line = 1; !text.empty(); ++line) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view content = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::string_view secret = without_blanks(content.substr(0, content.find('#')));
        if (secret.empty()) {
            continue;
        }
        auto key = parse_secret(secret);
        if (key && keys.size() == kMostSecrets) {
            key = Error{Errc::kBadInput, "at most four cookie secrets"};
        }
        if (!key) {
            return std::move(key).error().with(name + ":" + std::to_string(line));
        }
        keys.push_back(*key);
    }
    if (keys.empty()) {
        return Error{Errc::kBadInput, name + ": no cookie secret"};
    }
    return CookieSecrets(std::move(keys));
}

CookieCheck CookieSecrets::check(ByteView option, const Ip6& client, std::uint32_t now) const {
    CookieCheck result;
    bool is_fresh = false;
    result.outcome = look_at(option, client, now, is_fresh);
    if (is_fresh) {
        std::copy_n(option.begin() + kClientCookieBytes, kServerCookieBytes, result.next.begin());
    } else {
        result.next = make_cookie(keys_.front(), option.first(kClientCookieBytes), client, now);
    }
    return result;
}

CookieOutcome CookieSecrets::look_at(ByteView option, const Ip6& client, std::uint32_t now,
                                     bool& is_fresh) const {
    const ByteView cookie = option.subspan(kClientCookieBytes);
    if (cookie.empty()) {
        return CookieOutcome::kClientOnly;
    }
    if (cookie.size() != kServerCookieBytes || cookie[0] != kVersion) {
        return CookieOutcome::kWrong;
    }
    const auto is_made_by = [&](const SipKey& key) {
        ServerCookie made;
        put_hash(made.data(),
                 hash_of(key, option.first(kClientCookieBytes), cookie.first(kHashPlace), client));
        return std::memcmp(made.data(), cookie.data() + kHashPlace, 8) == 0;
    };
    const auto key = std::find_if(keys_.begin(), keys_.end(), is_made_by);
    if (key == keys_.end()) {
        return CookieOutcome::kWrong;
    }
    std::uint32_t made_at = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        made_at = made_at << 8U | cookie[kTimePlace + i];
    }
    // Serial number arithmetic (RFC 1982), as RFC 9018 section 4.3 wants it: the clock's end is not an age.
    const auto age = static_cast<std::int32_t>(now - made_at);
    if (age > kMostAge || age < -kMostAhead) {
        return CookieOutcome::kExpired;
    }
    is_fresh = age < kFreshAge && key == keys_.begin();
    return CookieOutcome::kValid;
}

} // namespace suanlu::dns
