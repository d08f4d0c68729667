// SPDX-License-Identifier: Apache-2.0
// The OPT record of one answer (RFC 6891 section 6.1): which options it says, how large that is, and its
// octets. What it names belongs to the query and the snapshot. Pure, no allocation.
#pragma once

#include "dns/answer/owner_answers.hpp"
#include "dns/answer/query.hpp"
#include "dns/answer/server_options.hpp"

namespace suanlu::dns {

struct OptRecord {
    Rcode rcode = Rcode::kNoError;
    bool is_dnssec_ok = false;
    /// Empty = not said.
    std::string_view nsid = {};
    /// Null, or not given = not said.
    const ClientSubnet* subnet = nullptr;
    std::uint8_t scope_bits = 0;
    /// Null = not said.
    const std::uint8_t* client_cookie = nullptr;
    ServerCookie server_cookie = {};
    /// RFC 7828 section 3.1.
    bool says_keepalive = false;
    std::uint16_t idle_100ms = 0;
    std::uint16_t extended_error = extended_error::kNone;
    /// RFC 8914 section 2: for people.
    std::string_view error_text = {};
    /// Octets in the padding option; kNoPadding = none.
    std::uint16_t padding = kNoPadding;

    static constexpr std::uint16_t kNoPadding = 0xffff;

    [[nodiscard]] std::size_t size() const;
    /// Writes size() octets.
    void write(std::uint8_t* at) const;
    /// Pads a message that is `before` octets long without this record to a multiple of 468 octets (RFC 8467
    /// section 4.1), at most to `limit`.
    void pad(std::size_t before, std::size_t limit);

private:
    [[nodiscard]] std::size_t subnet_octets() const { return (subnet->source_bits + 7U) / 8U; }
    [[nodiscard]] bool has_subnet() const { return subnet != nullptr && subnet->is_present(); }
    [[nodiscard]] bool has_error() const { return extended_error != extended_error::kNone; }
    std::uint8_t* write_subnet(std::uint8_t* at) const;
};

} // namespace suanlu::dns
