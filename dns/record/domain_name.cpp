// SPDX-License-Identifier: Apache-2.0
#include "dns/record/domain_name.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace suanlu::dns {

namespace {

constexpr std::size_t kMostLabels = 127;

/// Where each label of a plain wire name begins, and how many there are.
struct LabelStarts {
    std::array<std::uint8_t, kMostLabels> at{};
    std::size_t count = 0;

    explicit LabelStarts(ByteView wire) {
        for (std::size_t place = 0; wire[place] != 0; place += wire[place] + 1U) {
            at[count++] = static_cast<std::uint8_t>(place);
        }
    }
};

std::weak_ordering compare_labels(ByteView a, ByteView b) {
    const auto less = [](std::uint8_t x, std::uint8_t y) { return lower(x) < lower(y); };
    if (std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), less)) {
        return std::weak_ordering::less;
    }
    return std::lexicographical_compare(b.begin(), b.end(), a.begin(), a.end(), less)
               ? std::weak_ordering::greater
               : std::weak_ordering::equivalent;
}

Error text_error(std::size_t place, std::string_view what) {
    return {Errc::kBadInput, "name, character " + std::to_string(place + 1) + ": " + std::string(what)};
}

/// The octet behind a backslash at `place`; leaves `place` on its last character.
Result<char> escaped(std::string_view text, std::size_t& place) {
    const auto digit = [&](std::size_t ahead) {
        return place + ahead < text.size() && text[place + ahead] >= '0' && text[place + ahead] <= '9';
    };
    if (++place >= text.size()) {
        return text_error(place, "nothing behind the backslash");
    }
    if (!digit(0)) {
        return text[place];
    }
    if (!digit(1) || !digit(2)) {
        return text_error(place, "an escaped octet has three digits");
    }
    const int value = (text[place] - '0') * 100 + (text[place + 1] - '0') * 10 + (text[place + 2] - '0');
    if (value > 255) {
        return text_error(place, "an octet is at most 255");
    }
    place += 2;
    return static_cast<char>(value);
}

} // namespace

Result<DomainName> DomainName::parse(std::string_view text) {
    DomainName name;
    if (text == ".") {
        return name;
    }
    std::string wire;
    std::string label;
    const auto close = [&](std::size_t place) -> Status {
        if (label.empty()) {
            return text_error(place, "an empty label");
        }
        if (label.size() > kMostLabelBytes || wire.size() + label.size() + 2 > kMostNameBytes) {
            return Error{Errc::kOutOfRange, "a label has at most 63 octets, a name at most 255"};
        }
        wire += static_cast<char>(label.size());
        wire += label;
        label.clear();
        return {};
    };
    for (std::size_t place = 0; place < text.size(); ++place) {
        if (text[place] == '.') {
            SL_TRY_VOID(close(place));
        } else if (text[place] == '\\') {
            SL_TRY(const char octet, escaped(text, place));
            label += octet;
        } else {
            label += text[place];
        }
    }
    if (!label.empty() || wire.empty()) {
        SL_TRY_VOID(close(text.size()));
    }
    name.wire_ = wire + '\0';
    return name;
}

Result<DomainName> DomainName::read(ByteView message, WireReader& reader) {
    DomainName name;
    name.wire_.clear();
    WireReader at = reader;
    std::size_t began = reader.offset();
    bool has_jumped = false;
    for (;;) {
        SL_TRY(const auto length, at.integer<std::uint8_t>());
        if (length >= 0xc0) {
            SL_TRY(const auto low, at.integer<std::uint8_t>());
            const std::size_t target = (length & 0x3fU) << 8U | low;
            if (target >= began) {
                return wire_error(at.offset() - 2, "a compression pointer leads forward");
            }
            if (!has_jumped) {
                reader = at;
                has_jumped = true;
            }
            began = target;
            at = WireReader(message, target);
            continue;
        }
        if (length > kMostLabelBytes) {
            return wire_error(at.offset() - 1, "a label type that nobody uses");
        }
        SL_TRY(const ByteView label, at.take(length));
        if (name.wire_.size() + length + 1 > kMostNameBytes) {
            return wire_error(at.offset(), "a name has more than 255 octets");
        }
        name.wire_ += static_cast<char>(length);
        name.wire_ += text_of(label);
        if (length == 0) {
            break;
        }
    }
    if (!has_jumped) {
        reader = at;
    }
    return name;
}

Result<DomainName> DomainName::read_plain(WireReader& reader) {
    DomainName name;
    name.wire_.clear();
    for (;;) {
        SL_TRY(const auto length, reader.integer<std::uint8_t>());
        if (length > kMostLabelBytes) {
            return wire_error(reader.offset() - 1, "a compressed or unknown label in an uncompressed name");
        }
        SL_TRY(const ByteView label, reader.take(length));
        if (name.wire_.size() + length + 1 > kMostNameBytes) {
            return wire_error(reader.offset(), "a name has more than 255 octets");
        }
        name.wire_ += static_cast<char>(length);
        name.wire_ += text_of(label);
        if (length == 0) {
            return name;
        }
    }
}

std::size_t DomainName::labels() const {
    return LabelStarts(wire()).count;
}

std::string DomainName::text() const {
    if (is_root()) {
        return ".";
    }
    std::string out;
    for (WireReader reader(wire()); reader.left() > 1;) {
        const std::uint8_t length = *reader.integer<std::uint8_t>();
        const ByteView label = *reader.take(length);
        for (const std::uint8_t octet : label) {
            if (octet <= ' ' || octet >= 0x7f) {
                const std::string digits = std::to_string(octet);
                out += '\\' + std::string(3 - digits.size(), '0') + digits;
            } else {
                if (std::string_view(".\\\"();@$").find(static_cast<char>(octet)) != std::string_view::npos) {
                    out += '\\';
                }
                out += static_cast<char>(octet);
            }
        }
        out += '.';
    }
    return out;
}

DomainName DomainName::canonical() const {
    DomainName name = *this;
    for (char& octet : name.wire_) {
        octet = static_cast<char>(lower(static_cast<std::uint8_t>(octet)));
    }
    return name;
}

bool DomainName::is_at_or_below(const DomainName& ancestor) const {
    const std::size_t mine = labels();
    const std::size_t its = ancestor.labels();
    if (its > mine) {
        return false;
    }
    const LabelStarts starts(wire());
    const std::size_t from = its == mine ? 0 : its == 0 ? wire_.size() - 1 : starts.at[mine - its];
    const ByteView end = wire().subspan(from);
    return std::equal(end.begin(), end.end(), ancestor.wire().begin(), ancestor.wire().end(),
                      [](std::uint8_t x, std::uint8_t y) { return lower(x) == lower(y); });
}

DomainName DomainName::parent() const {
    DomainName name;
    if (!is_root()) {
        name.wire_ = wire_.substr(static_cast<std::uint8_t>(wire_[0]) + 1U);
    }
    return name;
}

Result<DomainName> DomainName::child(std::string_view label) const {
    if (label.empty() || label.size() > kMostLabelBytes || wire_.size() + label.size() + 1 > kMostNameBytes) {
        return Error{Errc::kOutOfRange, "a label of " + std::to_string(label.size()) +
                                            " octets does not fit in front of " + text()};
    }
    DomainName name;
    name.wire_ = static_cast<char>(label.size()) + std::string(label) + wire_;
    return name;
}

std::weak_ordering DomainName::operator<=>(const DomainName& other) const {
    return compare_canonical(wire(), other.wire());
}

bool DomainName::operator==(const DomainName& other) const {
    return wire_.size() == other.wire_.size() && is_at_or_below(other);
}

std::weak_ordering compare_canonical(ByteView a, ByteView b) {
    const LabelStarts in_a(a);
    const LabelStarts in_b(b);
    for (std::size_t i = 1; i <= std::min(in_a.count, in_b.count); ++i) {
        const std::size_t x = in_a.at[in_a.count - i];
        const std::size_t y = in_b.at[in_b.count - i];
        const auto order = compare_labels(a.subspan(x + 1, a[x]), b.subspan(y + 1, b[y]));
        if (order != std::weak_ordering::equivalent) {
            return order;
        }
    }
    return in_a.count <=> in_b.count;
}

} // namespace suanlu::dns
