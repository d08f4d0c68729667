// SPDX-License-Identifier: Apache-2.0
#include "dns/record/octet_text.hpp"

namespace suanlu::dns {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

Error digit_error(std::size_t place) {
    return {Errc::kBadInput, "character " + std::to_string(place + 1) + " is no digit of this form"};
}

/// Collects digits of `bits` bits into octets; what is left over must be zero.
class Collector {
public:
    explicit Collector(unsigned bits) : bits_(bits) {}

    void add(std::size_t digit) {
        held_ = held_ << bits_ | static_cast<std::uint32_t>(digit);
        held_bits_ += bits_;
        if (held_bits_ >= 8) {
            held_bits_ -= 8;
            octets_.push_back(static_cast<std::uint8_t>(held_ >> held_bits_));
            held_ &= (1U << held_bits_) - 1;
        }
    }
    Result<Bytes> finish() && {
        if (held_ != 0 || held_bits_ >= bits_) {
            return Error{Errc::kBadInput, "the last octet is not complete"};
        }
        return std::move(octets_);
    }

private:
    unsigned bits_;
    std::uint32_t held_ = 0;
    unsigned held_bits_ = 0;
    Bytes octets_;
};

} // namespace

std::string hex_text(ByteView bytes) {
    std::string out;
    for (const std::uint8_t byte : bytes) {
        out += kHexDigits[byte >> 4U];
        out += kHexDigits[byte & 0xfU];
    }
    return out;
}

Result<Bytes> parse_hex(std::string_view text) {
    Collector collector(4);
    for (std::size_t place = 0; place < text.size(); ++place) {
        const char c = text[place];
        if (is_blank(c)) {
            continue;
        }
        const std::size_t digit =
            kHexDigits.find(static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c));
        if (digit == std::string_view::npos) {
            return digit_error(place);
        }
        collector.add(digit);
    }
    return std::move(collector).finish();
}

Result<Bytes> parse_base64(std::string_view text) {
    Collector collector(6);
    bool is_padded = false;
    for (std::size_t place = 0; place < text.size(); ++place) {
        const char c = text[place];
        if (is_blank(c)) {
            continue;
        }
        const std::size_t digit = kBase64Digits.find(c);
        is_padded = is_padded || c == '=';
        if (is_padded ? c != '=' : digit == std::string_view::npos) {
            return digit_error(place);
        }
        if (!is_padded) {
            collector.add(digit);
        }
    }
    return std::move(collector).finish();
}

} // namespace suanlu::dns
