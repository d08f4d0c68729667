// SPDX-License-Identifier: Apache-2.0
// Any bytes as isisd's TED: no crash, a refusal names a field, and what is accepted has names at both ends.
#include <cstdlib>

#include "telemetry/ted/ted_history.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace suanlu;
    const std::string_view json(reinterpret_cast<const char*>(bytes), size);
    auto content = parse_ted(json, {{"r1", "R1"}, {"10.0.255.2", "R2"}});
    if (!content) {
        if (!content.error().detail.starts_with("ted") && !content.error().detail.starts_with("TED")) {
            std::abort();
        }
        return 0;
    }
    for (const LinkState& link : content->links) {
        if (link.from.empty() || link.to.empty() || (link.delay && link.delay->value > 0xffffffU)) {
            std::abort();
        }
    }
    TedHistory history("P1", std::chrono::seconds(2));
    const bool is_empty = content->links.empty();
    if (history.on_reading(*std::move(content), MonoTime{}).has_value() == is_empty) {
        std::abort();
    }
    return 0;
}
