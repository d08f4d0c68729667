// SPDX-License-Identifier: Apache-2.0
// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF. Label values end up
// in protobuf strings, which must be valid. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace suanlu {

/// Number of code points; nullopt when the bytes are not UTF-8.
inline std::optional<std::size_t> utf8_length(std::string_view text) {
    std::size_t points = 0;
    for (std::size_t i = 0; i < text.size(); ++points) {
        const auto lead = static_cast<std::uint8_t>(text[i]);
        const std::size_t extra = lead < 0x80   ? 0
                                  : lead < 0xc2 ? 4
                                  : lead < 0xe0 ? 1
                                  : lead < 0xf0 ? 2
                                  : lead < 0xf5 ? 3
                                                : 4;
        if (extra == 4 || text.size() - i <= extra) {
            return std::nullopt;
        }
        std::uint32_t point = extra == 0 ? lead : lead & (0x3fU >> extra);
        for (std::size_t k = 1; k <= extra; ++k) {
            const auto next = static_cast<std::uint8_t>(text[i + k]);
            if ((next & 0xc0U) != 0x80U) {
                return std::nullopt;
            }
            point = (point << 6U) | (next & 0x3fU);
        }
        const bool is_overlong = (extra == 2 && point < 0x800) || (extra == 3 && point < 0x10000);
        if (is_overlong || (point >= 0xd800 && point < 0xe000) || point > 0x10ffff) {
            return std::nullopt;
        }
        i += extra + 1;
    }
    return points;
}

inline bool is_utf8(std::string_view text) {
    return utf8_length(text).has_value();
}

} // namespace suanlu
