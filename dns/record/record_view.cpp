// SPDX-License-Identifier: Apache-2.0
#include "dns/record/record_view.hpp"

#include <algorithm>

#include "dns/record/octet_text.hpp"
#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

constexpr std::string_view kRegistered[] = {"mandatory", "alpn", "no-default-alpn", "port",
                                            "ipv4hint",  "ech",  "ipv6hint",        "dohpath"};

FieldView number(std::string name, std::uint64_t value) {
    return {std::move(name), std::to_string(value), true};
}

/// Text with whatever is not printable escaped, so that a record cannot write on the terminal.
std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c >= ' ' && c < 0x7f) {
            out += c;
        } else {
            out += "\\x" + hex_text(view_of({&c, 1}));
        }
    }
    return out;
}

template <std::size_t kBytes>
std::string addresses(ByteView value) {
    std::string out;
    for (; value.size() >= kBytes; value = value.subspan(kBytes)) {
        Ip6 address;
        if constexpr (kBytes == 4) {
            address.bytes[10] = address.bytes[11] = 0xff;
        }
        std::copy_n(value.begin(), kBytes, address.bytes.end() - kBytes);
        out += (out.empty() ? "" : ",") + address.text();
    }
    return out;
}

std::string alpn_text(ByteView value) {
    std::string out;
    for (WireReader reader(value); !reader.is_at_end();) {
        out += out.empty() ? "" : ",";
        out += printable(text_of(*reader.take(*reader.integer<std::uint8_t>())));
    }
    return out;
}

std::string keys_text(ByteView value) {
    std::string out;
    for (WireReader reader(value); !reader.is_at_end();) {
        const std::uint16_t key = *reader.integer<std::uint16_t>();
        out += (out.empty() ? "" : ",") +
               (key < std::size(kRegistered) ? std::string(kRegistered[key]) : "key" + std::to_string(key));
    }
    return out;
}

Status view_params(RecordView& view, const SvcParams& params) {
    SL_TRY(const ComputeKeys keys, compute_keys_of(params));
    view.keys = view_of_keys(keys);
    for (const SvcParam& param : params) {
        const bool is_ours = std::any_of(view.keys.begin(), view.keys.end(),
                                         [&](const KeyView& key) { return key.key == param.key; });
        if (!is_ours) {
            view.others.push_back(view_of_param(param));
        }
    }
    return {};
}

Result<RecordView> view_svcb(std::uint16_t type, ByteView rdata) {
    SL_TRY(const SvcbRecord record, read_svcb(rdata));
    RecordView view{type_text(type), {number("priority", record.priority)}, {}, {}};
    view.head.push_back({"target", record.target.text(), false});
    SL_TRY_VOID(view_params(view, record.params));
    return view;
}

Result<RecordView> view_cmp(ByteView rdata) {
    SL_TRY(const CmpRecord record, read_cmp(rdata));
    RecordView view{type_text(rr_type::kCmp), {}, {}, {}};
    view.head = {number("site_id", record.site_id),
                 number("generation", record.generation),
                 {"draining", (record.flags & CmpRecord::kDraining) != 0 ? "yes" : "no", false}};
    for (const SvcParam& param : record.params) {
        if (param.key <= svc_key::kIpv6Hint) {
            return Error{Errc::kBadInput, "key " + std::to_string(param.key) + " has no meaning in CMP"};
        }
    }
    SL_TRY_VOID(view_params(view, record.params));
    return view;
}

Result<RecordView> view_txt(ByteView rdata) {
    SL_TRY(const std::vector<std::string> strings, read_txt(rdata));
    SL_TRY(const ComputeKeys keys, compute_keys_of(strings));
    RecordView view{type_text(rr_type::kTxt), {}, view_of_keys(keys), {}};
    for (const std::string& text : strings) {
        const std::size_t equals = std::min(text.find('='), text.size());
        const std::string name = printable(text.substr(0, equals));
        const bool is_ours = std::any_of(view.keys.begin(), view.keys.end(),
                                         [&](const KeyView& key) { return key.name == name; });
        if (!is_ours) {
            view.others.push_back(
                {name, printable(std::string_view(text).substr(std::min(equals + 1, text.size()))), false});
        }
    }
    return view;
}

} // namespace

FieldView view_of_param(const SvcParam& param) {
    const std::string name = param.key < std::size(kRegistered) ? std::string(kRegistered[param.key])
                                                                : "key" + std::to_string(param.key);
    switch (param.key) {
    case svc_key::kMandatory:
        return {name, keys_text(param.value), false};
    case svc_key::kAlpn:
        return {name, alpn_text(param.value), false};
    case svc_key::kPort:
        return number(name, *WireReader(param.value).integer<std::uint16_t>());
    case svc_key::kIpv4Hint:
        return {name, addresses<4>(param.value), false};
    case svc_key::kIpv6Hint:
        return {name, addresses<16>(param.value), false};
    default:
        return {name, hex_text(param.value), false};
    }
}

bool has_compute_keys(std::uint16_t type) {
    using namespace rr_type;
    return type == kSvcb || type == kHttps || type == kCmp || type == kTxt;
}

Result<RecordView> view_record(std::uint16_t type, ByteView rdata) {
    switch (type) {
    case rr_type::kSvcb:
    case rr_type::kHttps:
        return view_svcb(type, rdata);
    case rr_type::kCmp:
        return view_cmp(rdata);
    case rr_type::kTxt:
        return view_txt(rdata);
    default:
        return Error{Errc::kUnsupported, type_text(type) + " carries no compute keys"};
    }
}

} // namespace suanlu::dns
