// SPDX-License-Identifier: Apache-2.0
// Domain names (RFC 1035 section 3.1): at most 63 octets a label and 255 in all, root label included.
// Comparison ignores the case of ASCII letters (RFC 4343); the case itself is kept, because answers echo it.
// Pure value.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "dns/record/wire.hpp"

namespace suanlu::dns {

inline constexpr std::size_t kMostLabelBytes = 63;
inline constexpr std::size_t kMostNameBytes = 255;

/// Lower case of ASCII letters. Length octets are below 'A', so it may run over a whole wire name.
constexpr std::uint8_t lower(std::uint8_t octet) {
    return static_cast<std::uint8_t>(octet + (octet >= 'A' && octet <= 'Z' ? 'a' - 'A' : 0));
}

class DomainName {
public:
    /// The root.
    DomainName() = default;

    /// Master-file form (RFC 1035 section 5.1): "a.b.", "\." and "\046" escapes; the last dot may be left
    /// out.
    static Result<DomainName> parse(std::string_view text);
    /// One name of `message` at the reader's place, compression pointers followed (RFC 1035 section 4.1.4).
    /// Each pointer must lead before the place where the name so far began, so that no loop is possible.
    static Result<DomainName> read(ByteView message, WireReader& reader);
    /// The same without compression, as rdata of SVCB needs (RFC 9460 section 2.2).
    static Result<DomainName> read_plain(WireReader& reader);

    /// Uncompressed wire form with the root label.
    [[nodiscard]] ByteView wire() const { return view_of(wire_); }
    [[nodiscard]] std::size_t size() const { return wire_.size(); }
    [[nodiscard]] bool is_root() const { return wire_.size() == 1; }
    /// Labels without the root.
    [[nodiscard]] std::size_t labels() const;
    /// Master-file form with the last dot.
    [[nodiscard]] std::string text() const;
    /// RFC 4034 section 6.2: letters in lower case.
    [[nodiscard]] DomainName canonical() const;
    [[nodiscard]] bool is_at_or_below(const DomainName& ancestor) const;
    /// Without the first label; the root's parent is the root.
    [[nodiscard]] DomainName parent() const;
    [[nodiscard]] bool is_wildcard() const { return wire_.starts_with(std::string_view("\1*", 2)); }
    /// `label` (raw octets, 1..63) in front. kOutOfRange when it does not fit.
    [[nodiscard]] Result<DomainName> child(std::string_view label) const;

    /// Canonical order of RFC 4034 section 6.1: by labels from the right.
    [[nodiscard]] std::weak_ordering operator<=>(const DomainName& other) const;
    [[nodiscard]] bool operator==(const DomainName& other) const;

private:
    std::string wire_{'\0'};
};

/// Canonical order of two uncompressed lower-case wire names; what denial of existence searches by.
std::weak_ordering compare_canonical(ByteView a, ByteView b);

} // namespace suanlu::dns
