// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/request.hpp"

#include <charconv>

namespace suanlu {

namespace {

std::uint32_t part(const Version& version, std::size_t i) {
    return i < version.parts.size() ? version.parts[i] : 0;
}

} // namespace

std::optional<Version> Version::parse(std::string_view text) {
    Version out;
    const char* at = text.data();
    const char* const end = text.data() + text.size();
    while (true) {
        std::uint32_t number = 0;
        const auto [next, ec] = std::from_chars(at, end, number);
        if (ec != std::errc{} || out.parts.size() == 8) {
            return std::nullopt;
        }
        out.parts.push_back(number);
        if (next == end) {
            return out;
        }
        if (*next != '.') {
            return std::nullopt;
        }
        at = next + 1;
    }
}

std::string Version::text() const {
    std::string out;
    for (const std::uint32_t number : parts) {
        out += (out.empty() ? "" : ".") + std::to_string(number);
    }
    return out;
}

bool Version::is_at_least(const Version& least) const {
    for (std::size_t i = 0; i < parts.size() || i < least.parts.size(); ++i) {
        if (part(*this, i) != part(least, i)) {
            return part(*this, i) > part(least, i);
        }
    }
    return true;
}

bool Version::is_equal(const Version& other) const {
    return is_at_least(other) && other.is_at_least(*this);
}

std::string NamedVersion::text() const {
    return version ? name + " " + version->text() : name;
}

} // namespace suanlu
