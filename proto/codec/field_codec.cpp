// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/field_codec.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu::codec {

std::string item_path(std::string_view list, int index) {
    return std::string(list) + "[" + std::to_string(index) + "].";
}

Error bad_field(std::string_view field, std::string_view why) {
    return Error{Errc::kBadInput, std::string(field) + ": " + std::string(why)};
}

Error outside(std::string_view field, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
    return Error{Errc::kOutOfRange, std::string(field) + ": " + std::to_string(value) + " is outside " +
                                        std::to_string(least) + ".." + std::to_string(most)};
}

Status check_count(std::string_view field, int size, int most) {
    if (size < 0 || size > most) {
        return Error{Errc::kOutOfRange, std::string(field) + ": " + std::to_string(size) +
                                            " entries, at most " + std::to_string(most)};
    }
    return {};
}

Status check_range(std::string_view field, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
    if (value < least || value > most) {
        return outside(field, value, least, most);
    }
    return {};
}

Status check_number(std::string_view field, double value, double least, double most) {
    // Written so that NaN fails: no comparison with it is true.
    if (!(value >= least && value <= most)) {
        return Error{Errc::kOutOfRange, std::string(field) + ": " + std::to_string(value) + " is outside " +
                                            std::to_string(least) + ".." + std::to_string(most)};
    }
    return {};
}

Status check_name(std::string_view field, const std::string& value, bool may_be_empty) {
    if (value.empty() && !may_be_empty) {
        return bad_field(field, "is missing");
    }
    if (value.size() > kMaxName) {
        return bad_field(field, "is longer than " + std::to_string(kMaxName) + " bytes");
    }
    const bool printable = std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < 127; });
    if (!printable) {
        return bad_field(field, "has a blank or a byte that is not printable ASCII");
    }
    return {};
}

Status check_text(std::string_view field, const std::string& value, std::size_t most) {
    if (value.size() > most) {
        return bad_field(field, "is longer than " + std::to_string(most) + " bytes");
    }
    return {};
}

Result<Ip6> read_address(std::string_view field, const std::string& bytes, bool may_be_empty) {
    Ip6 out;
    if (bytes.empty() && may_be_empty) {
        return out;
    }
    if (bytes.size() != out.bytes.size()) {
        return bad_field(field, "an address has 16 bytes, this field has " + std::to_string(bytes.size()));
    }
    std::transform(bytes.begin(), bytes.end(), out.bytes.begin(),
                   [](char c) { return static_cast<std::uint8_t>(c); });
    return out;
}

Result<Prefix6> read_prefix(std::string_view field, const std::string& bytes, std::uint32_t length) {
    SL_TRY(const Ip6 address, read_address(field, bytes));
    SL_TRY_VOID(check_range(std::string(field) + ".length", length, 0, 128));
    for (unsigned bit = length; bit < 128; ++bit) {
        if ((address.bytes[bit / 8] & (0x80U >> (bit % 8))) != 0) {
            return bad_field(field, "has bits set beyond its length");
        }
    }
    return Prefix6{address, static_cast<std::uint8_t>(length)};
}

std::string write_address(const Ip6& address) {
    if (address.is_zero()) {
        return {};
    }
    return {address.bytes.begin(), address.bytes.end()};
}

} // namespace suanlu::codec
