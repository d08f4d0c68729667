// SPDX-License-Identifier: Apache-2.0
#include "dns/record/svc_params.hpp"

#include <algorithm>

namespace suanlu::dns {

namespace {

auto place_of(auto& params, std::uint16_t key) {
    return std::lower_bound(params.begin(), params.end(), key,
                            [](const SvcParam& p, std::uint16_t k) { return p.key < k; });
}

} // namespace

Result<SvcParams> read_params(WireReader& reader) {
    SvcParams params;
    while (!reader.is_at_end()) {
        const std::size_t place = reader.offset();
        SL_TRY(const auto key, reader.integer<std::uint16_t>());
        if (key == svc_key::kInvalid) {
            return wire_error(place, "key 65535 is invalid");
        }
        if (!params.empty() && key <= params.back().key) {
            return wire_error(place, "key " + std::to_string(key) + " behind key " +
                                         std::to_string(params.back().key) + ", keys must ascend");
        }
        SL_TRY(const auto length, reader.integer<std::uint16_t>());
        SL_TRY(const ByteView value, reader.take(length));
        params.push_back({key, Bytes(value.begin(), value.end())});
    }
    return params;
}

void write_params(Bytes& out, const SvcParams& params) {
    std::uint32_t least = 0;
    for (const SvcParam& param : params) {
        SL_CHECK(param.key >= least && param.value.size() <= 0xffff);
        least = param.key + 1U;
        put_integer(out, param.key);
        put_integer(out, static_cast<std::uint16_t>(param.value.size()));
        put_bytes(out, param.value);
    }
}

void set_param(SvcParams& params, SvcParam param) {
    const auto place = place_of(params, param.key);
    if (place != params.end() && place->key == param.key) {
        place->value = std::move(param.value);
    } else {
        params.insert(place, std::move(param));
    }
}

const SvcParam* find_param(const SvcParams& params, std::uint16_t key) {
    const auto place = place_of(params, key);
    return place != params.end() && place->key == key ? &*place : nullptr;
}

} // namespace suanlu::dns
