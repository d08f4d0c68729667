// SPDX-License-Identifier: Apache-2.0
#include "dns/record/rr_type.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace suanlu::dns {

namespace {

using Named = std::pair<std::uint16_t, std::string_view>;

constexpr std::array kNames{
    Named{rr_type::kA, "A"},         Named{rr_type::kNs, "NS"},
    Named{rr_type::kCname, "CNAME"}, Named{rr_type::kSoa, "SOA"},
    Named{rr_type::kPtr, "PTR"},     Named{rr_type::kMx, "MX"},
    Named{rr_type::kTxt, "TXT"},     Named{rr_type::kAaaa, "AAAA"},
    Named{rr_type::kSrv, "SRV"},     Named{rr_type::kDname, "DNAME"},
    Named{rr_type::kDs, "DS"},       Named{rr_type::kRrsig, "RRSIG"},
    Named{rr_type::kNsec, "NSEC"},   Named{rr_type::kDnskey, "DNSKEY"},
    Named{rr_type::kNsec3, "NSEC3"}, Named{rr_type::kNsec3Param, "NSEC3PARAM"},
    Named{rr_type::kCds, "CDS"},     Named{rr_type::kCdnskey, "CDNSKEY"},
    Named{rr_type::kSvcb, "SVCB"},   Named{rr_type::kHttps, "HTTPS"},
    Named{rr_type::kAny, "ANY"},     Named{rr_type::kCmp, "CMP"},
};

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    return out;
}

} // namespace

std::string type_text(std::uint16_t type) {
    const auto found =
        std::find_if(kNames.begin(), kNames.end(), [&](const Named& n) { return n.first == type; });
    return found != kNames.end() ? std::string(found->second) : "TYPE" + std::to_string(type);
}

std::optional<std::uint16_t> parse_type(std::string_view text) {
    const std::string name = upper(text);
    const auto found =
        std::find_if(kNames.begin(), kNames.end(), [&](const Named& n) { return n.second == name; });
    if (found != kNames.end()) {
        return found->first;
    }
    std::uint16_t number = 0;
    if (!name.starts_with("TYPE")) {
        return std::nullopt;
    }
    const char* end = name.data() + name.size();
    const auto [stopped, ec] = std::from_chars(name.data() + 4, end, number);
    return ec == std::errc{} && stopped == end ? std::optional(number) : std::nullopt;
}

} // namespace suanlu::dns
