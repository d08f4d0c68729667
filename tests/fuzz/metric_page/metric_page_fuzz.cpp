// SPDX-License-Identifier: Apache-2.0
// Any bytes as a metric page, in both formats and through every adapter: no crash, no endless walk, every
// sample inside the page, every refusal with its line, and nothing that is not finite gets past an adapter.
#include <cmath>
#include <cstdlib>

#include "telemetry/adapter.hpp"
#include "telemetry/utf8.hpp"

namespace {

using namespace suanlu;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void walk(std::string_view page, TextFormat format) {
    PrometheusText text(page, format);
    std::size_t samples = 0;
    for (;;) {
        const auto sample = text.next();
        if (!sample) {
            require(sample.error().detail.starts_with("line "));
            require(*text.next() == nullptr); // a refused page stays at its end
            return;
        }
        if (*sample == nullptr) {
            return;
        }
        const std::string_view name = (*sample)->name;
        require(!name.empty() && name.data() >= page.data());
        require(name.data() + name.size() <= page.data() + page.size());
        for (const TextLabel& label : (*sample)->labels) {
            require(is_utf8(label.value));
        }
        require(++samples <= page.size());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view page(reinterpret_cast<const char*>(bytes), size);
    walk(page, TextFormat::kPrometheus);
    walk(page, TextFormat::kOpenMetrics);
    for (const char* adapter : {"vllm", "sglang", "node", "dcgm"}) {
        const auto readings =
            read_page(page, TextFormat::kPrometheus, *find_adapter(adapter), {"suanlu_pool_workers"});
        if (readings) {
            for (const Reading& reading : *readings) {
                require(!reading.quantity.empty() && std::isfinite(reading.value));
            }
        }
    }
    return 0;
}
