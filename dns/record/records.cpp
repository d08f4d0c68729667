// SPDX-License-Identifier: Apache-2.0
#include "dns/record/records.hpp"

#include <algorithm>

namespace suanlu::dns {

namespace {

/// RFC 9460 section 8: keys in the list ascend, are there, and the list does not name itself.
Status check_mandatory(const SvcParams& params) {
    const SvcParam* mandatory = find_param(params, svc_key::kMandatory);
    if (mandatory == nullptr) {
        return {};
    }
    WireReader reader(mandatory->value);
    if (reader.is_at_end()) {
        return Error{Errc::kBadInput, "mandatory names no key"};
    }
    std::uint32_t least = 1;
    while (!reader.is_at_end()) {
        SL_TRY(const auto key, reader.integer<std::uint16_t>());
        if (key < least || find_param(params, key) == nullptr) {
            return Error{Errc::kBadInput,
                         "mandatory names key " + std::to_string(key) + ", which is missing or out of order"};
        }
        least = key + 1U;
    }
    return {};
}

/// RFC 9460 section 7.1: at least one id, none empty, all within the value.
bool is_alpn(ByteView value) {
    std::size_t place = 0;
    while (place < value.size() && value[place] != 0) {
        place += value[place] + 1U;
    }
    return !value.empty() && place == value.size();
}

bool is_well_formed(const SvcParam& param) {
    const std::size_t size = param.value.size();
    switch (param.key) {
    case svc_key::kAlpn:
        return is_alpn(param.value);
    case svc_key::kNoDefaultAlpn:
        return size == 0;
    case svc_key::kPort:
        return size == 2;
    case svc_key::kIpv4Hint:
        return size > 0 && size % 4 == 0;
    case svc_key::kIpv6Hint:
        return size > 0 && size % 16 == 0;
    default:
        return true;
    }
}

Status check_params(const SvcParams& params) {
    for (const SvcParam& param : params) {
        if (!is_well_formed(param)) {
            return Error{Errc::kBadInput, "the value of key " + std::to_string(param.key) + " is malformed"};
        }
    }
    return check_mandatory(params);
}

/// Names of the accelerators as draft-liu-cats-dns-service-discovery-01 writes them are free text.
std::vector<std::string> draft_strings(const ComputeKeys& keys) {
    std::vector<std::string> out{"txtvers=1"};
    if (keys.cap) {
        out.push_back("load=" + std::to_string(100 - std::min<int>(keys.cap->free_permille, 1000) / 10));
    }
    if (keys.net) {
        out.push_back("lat=" + std::to_string(keys.net->delay_100us / 10) + "." +
                      std::to_string(keys.net->delay_100us % 10));
    }
    if (keys.level) {
        out.push_back("accel=" + std::string(ComputeLevel::kAccelerators[keys.level->accelerator]));
    }
    if (keys.price) {
        out.push_back("cost=" + std::to_string(keys.price->micro));
    }
    return out;
}

} // namespace

Result<SvcbRecord> read_svcb(ByteView rdata) {
    WireReader reader(rdata);
    SvcbRecord record;
    SL_TRY(record.priority, reader.integer<std::uint16_t>());
    SL_TRY(record.target, DomainName::read_plain(reader));
    SL_TRY(record.params, read_params(reader));
    SL_TRY_VOID(check_params(record.params));
    return record;
}

Bytes write_svcb(const SvcbRecord& record) {
    Bytes out;
    put_integer(out, record.priority);
    put_bytes(out, record.target.wire());
    write_params(out, record.params);
    return out;
}

Result<CmpRecord> read_cmp(ByteView rdata) {
    WireReader reader(rdata);
    CmpRecord record;
    SL_TRY(const auto version, reader.integer<std::uint8_t>());
    if (version != CmpRecord::kVersion) {
        return Error{Errc::kUnsupported, "CMP version " + std::to_string(version)};
    }
    SL_TRY(record.flags, reader.integer<std::uint8_t>());
    SL_TRY([[maybe_unused]] const auto reserved, reader.integer<std::uint16_t>());
    SL_TRY(record.site_id, reader.integer<std::uint32_t>());
    SL_TRY(record.generation, reader.integer<std::uint32_t>());
    SL_TRY(record.params, read_params(reader));
    return record;
}

Bytes write_cmp(const CmpRecord& record) {
    Bytes out{CmpRecord::kVersion, record.flags, 0, 0};
    put_integer(out, record.site_id);
    put_integer(out, record.generation);
    write_params(out, record.params);
    return out;
}

Bytes write_txt(const ComputeKeys& keys) {
    std::vector<std::string> strings = draft_strings(keys);
    for (std::string& text : compute_texts(keys)) {
        strings.push_back(std::move(text));
    }
    Bytes out;
    for (const std::string& text : strings) {
        SL_CHECK(text.size() <= 255);
        out.push_back(static_cast<std::uint8_t>(text.size()));
        put_bytes(out, view_of(text));
    }
    return out;
}

Result<std::vector<std::string>> read_txt(ByteView rdata) {
    WireReader reader(rdata);
    std::vector<std::string> strings;
    do {
        SL_TRY(const auto length, reader.integer<std::uint8_t>());
        SL_TRY(const ByteView text, reader.take(length));
        strings.emplace_back(text_of(text));
    } while (!reader.is_at_end());
    return strings;
}

Result<ComputeKeys> compute_keys_of(const std::vector<std::string>& strings) {
    ComputeKeys keys;
    for (const std::string& text : strings) {
        const Status status = read_compute_text(text, keys);
        if (!status && status.error().code != Errc::kNotFound) {
            return status.error();
        }
    }
    return keys;
}

} // namespace suanlu::dns
