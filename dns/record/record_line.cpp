// SPDX-License-Identifier: Apache-2.0
#include "dns/record/record_line.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "dns/record/octet_text.hpp"
#include "dns/record/rdata_names.hpp"
#include "dns/record/record_view.hpp"

namespace suanlu::dns {

namespace {

/// A quoted character string with whatever is not printable as \DDD.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (octet >= ' ' && octet < 0x7f) {
            out += c;
        } else {
            std::array<char, 5> escaped{};
            (void)std::snprintf(escaped.data(), escaped.size(), "\\%03u", octet);
            out += escaped.data();
        }
    }
    return out + '"';
}

template <std::size_t kBytes>
Result<std::string> address_text(ByteView rdata) {
    if (rdata.size() != kBytes) {
        return wire_error(rdata.size(), "no address");
    }
    Ip6 address;
    if constexpr (kBytes == 4) {
        address.bytes[10] = address.bytes[11] = 0xff;
    }
    std::copy(rdata.begin(), rdata.end(), address.bytes.end() - kBytes);
    return address.text();
}

/// `shorts` numbers of 16 bits, `names` names, `longs` numbers of 32 bits.
Result<std::string> fields_text(ByteView rdata, std::size_t shorts, std::size_t names, std::size_t longs) {
    std::string out;
    WireReader reader(rdata);
    for (; shorts > 0; --shorts) {
        SL_TRY(const auto number, reader.integer<std::uint16_t>());
        out += std::to_string(number) + " ";
    }
    for (; names > 0; --names) {
        SL_TRY(const DomainName name, DomainName::read_plain(reader));
        out += name.text() + " ";
    }
    for (; longs > 0; --longs) {
        SL_TRY(const auto number, reader.integer<std::uint32_t>());
        out += std::to_string(number) + " ";
    }
    SL_TRY_VOID(reader.finish());
    out.pop_back();
    return out;
}

Result<std::string> strings_text(ByteView rdata) {
    SL_TRY(const std::vector<std::string> strings, read_txt(rdata));
    std::string out;
    for (const std::string& text : strings) {
        out += (out.empty() ? "" : " ") + quoted(text);
    }
    return out;
}

/// RFC 9460 section 2.1; any key may be written by its number.
std::string param_text(const SvcParam& param) {
    switch (param.key) {
    case svc_key::kMandatory:
    case svc_key::kAlpn:
    case svc_key::kPort:
    case svc_key::kIpv4Hint:
    case svc_key::kIpv6Hint: {
        const FieldView field = view_of_param(param);
        return field.name + "=" + field.text;
    }
    default:
        return "key" + std::to_string(param.key) + "=" + quoted(text_of(param.value));
    }
}

Result<std::string> svcb_text(ByteView rdata) {
    SL_TRY(const SvcbRecord record, read_svcb(rdata));
    std::string out = std::to_string(record.priority) + " " + record.target.text();
    for (const SvcParam& param : record.params) {
        out += " " + param_text(param);
    }
    return out;
}

Result<std::string> known_text(std::uint16_t type, ByteView rdata) {
    switch (type) {
    case rr_type::kA:
        return address_text<4>(rdata);
    case rr_type::kAaaa:
        return address_text<16>(rdata);
    case rr_type::kNs:
    case rr_type::kCname:
    case rr_type::kPtr:
    case rr_type::kDname:
        return fields_text(rdata, 0, 1, 0);
    case rr_type::kMx:
        return fields_text(rdata, 1, 1, 0);
    case rr_type::kSrv:
        return fields_text(rdata, 3, 1, 0);
    case rr_type::kSoa:
        return fields_text(rdata, 0, 2, 5);
    case rr_type::kTxt:
        return strings_text(rdata);
    case rr_type::kSvcb:
    case rr_type::kHttps:
        return svcb_text(rdata);
    default:
        return Error{Errc::kUnsupported, "no form of its own"};
    }
}

} // namespace

std::string rdata_text(std::uint16_t type, ByteView rdata) {
    const Result<std::string> known = known_text(type, rdata);
    if (known) {
        return *known;
    }
    return "\\# " + std::to_string(rdata.size()) + (rdata.empty() ? "" : " " + hex_text(rdata));
}

std::string record_line(const Record& record) {
    return record.owner.text() + " " + std::to_string(record.ttl) + " IN " + type_text(record.type) + " " +
           rdata_text(record.type, record.rdata);
}

} // namespace suanlu::dns
