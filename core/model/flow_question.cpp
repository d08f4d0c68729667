// SPDX-License-Identifier: Apache-2.0
#include "core/model/flow_question.hpp"

#include <charconv>

namespace suanlu {

namespace {

Error wrong(std::size_t offset, const std::string& what) {
    return Error{Errc::kBadInput, "flow, offset " + std::to_string(offset) + ": " + what};
}

/// "ADDRESS:PORT", an IPv6 address in brackets; `offset` = where it begins in the whole text.
Status read_end(std::string_view text, std::size_t offset, Ip6& address, std::uint16_t& port) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return wrong(offset, "no port");
    }
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    const bool is_bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (is_bracketed) {
        host = host.substr(1, host.size() - 2);
    }
    const auto parsed = Ip6::parse(host);
    if (!parsed || parsed->is_mapped_v4() == is_bracketed) {
        return wrong(offset, "neither A.B.C.D nor [IPV6]: '" + std::string(text.substr(0, colon)) + "'");
    }
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (code != std::errc() || end != digits.data() + digits.size()) {
        return wrong(offset + colon + 1, "port is none: '" + std::string(digits) + "'");
    }
    address = *parsed;
    return {};
}

std::string end_text(const Ip6& address, std::uint16_t port) {
    const std::string text = address.is_mapped_v4() ? address.text() : "[" + address.text() + "]";
    return text + ":" + std::to_string(port);
}

} // namespace

Result<FiveTuple> parse_flow(std::string_view text) {
    const std::size_t arrow = text.find("->");
    if (arrow == std::string_view::npos) {
        return wrong(0, "no '->'");
    }
    const std::size_t slash = text.rfind('/');
    if (slash == std::string_view::npos || slash < arrow) {
        return wrong(text.size(), "no '/tcp' or '/udp'");
    }
    FiveTuple out;
    const std::string_view transport = text.substr(slash + 1);
    if (transport != "tcp" && transport != "udp") {
        return wrong(slash + 1, "neither tcp nor udp: '" + std::string(transport) + "'");
    }
    out.transport = transport == "tcp" ? Transport::kTcp : Transport::kUdp;
    SL_TRY_VOID(read_end(text.substr(0, arrow), 0, out.source, out.source_port));
    const std::size_t second = arrow + 2;
    SL_TRY_VOID(read_end(text.substr(second, slash - second), second, out.destination, out.destination_port));
    if (out.source.is_mapped_v4() != out.destination.is_mapped_v4()) {
        return wrong(second, "not of the source's IP version");
    }
    return out;
}

std::string to_text(const FiveTuple& flow) {
    return end_text(flow.source, flow.source_port) + "->" +
           end_text(flow.destination, flow.destination_port) + "/" + std::string(to_text(flow.transport));
}

} // namespace suanlu
