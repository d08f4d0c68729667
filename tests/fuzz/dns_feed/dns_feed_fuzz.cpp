// SPDX-License-Identifier: Apache-2.0
// The feed's reader on a stream of two messages: nothing that it takes may break what a server builds on,
// that parts are in order, references hold, and a refusal leaves the view as it was.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/support/error.hpp"
#include "proto/codec/dns_codec.hpp"

namespace {

void check(const suanlu::DnsView& view) {
    SL_CHECK(!view.classes.empty() && !view.zone.empty() && view.zone.back() == '.');
    for (std::size_t k = 1; k < view.sites.size(); ++k) {
        SL_CHECK(view.sites[k - 1]->id < view.sites[k]->id);
    }
    for (const auto& service : view.services) {
        SL_CHECK(service->answers.size() == view.classes.size());
        for (const suanlu::DnsAnswer& answer : service->answers) {
            SL_CHECK(answer.ranks.empty() == (answer.basis != suanlu::DnsBasis::kApplied));
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const std::size_t first = size == 0 ? 0 : size - bytes[size - 1] % size;
    suanlu::DnsFeedReader reader;
    for (const std::string_view part : {text.substr(0, first), text.substr(first), text.substr(0, first)}) {
        const auto view = reader.take_bytes(part);
        if (view && *view) {
            check(**view);
        }
    }
    return 0;
}
