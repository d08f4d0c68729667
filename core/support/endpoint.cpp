// SPDX-License-Identifier: Apache-2.0
#include "core/support/endpoint.hpp"

#include <charconv>

namespace suanlu {

bool Endpoint::is_local() const {
    if (is_unix()) {
        return true;
    }
    if (address.is_mapped_v4()) {
        return address.bytes[12] == 127;
    }
    Ip6 loopback;
    loopback.bytes[15] = 1;
    return address == loopback;
}

std::string Endpoint::text() const {
    if (is_unix()) {
        return "unix:" + unix_path;
    }
    const std::string host = address.is_mapped_v4() ? address.text() : "[" + address.text() + "]";
    return host + ":" + std::to_string(port);
}

Result<Endpoint> Endpoint::parse(std::string_view text) {
    const auto bad = [&](const char* why) {
        return Error{Errc::kBadInput,
                     "'" + std::string(text) + "' " + why + " (want ADDRESS:PORT, [V6]:PORT or unix:PATH)"};
    };
    Endpoint out;
    if (text.starts_with("unix:")) {
        out.unix_path = text.substr(5);
        // sun_path holds 108 bytes with its terminator.
        return out.unix_path.empty() || out.unix_path.size() > 107
                   ? Result<Endpoint>(bad("is no socket path"))
                   : out;
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return bad("has no port");
    }
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    unsigned port = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (ec != std::errc{} || end != digits.data() + digits.size() || port > 65535) {
        return bad("has a bad port");
    }
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return bad("needs brackets around the IPv6 address");
    }
    SL_TRY(out.address, Ip6::parse(host));
    out.port = static_cast<std::uint16_t>(port);
    return out;
}

} // namespace suanlu
