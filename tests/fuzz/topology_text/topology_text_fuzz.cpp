// SPDX-License-Identifier: Apache-2.0
// Any bytes as a topology file: no crash, a refusal has a file and a line, and what is accepted is a network
// whose links lie between its routers. The first line names the reader (or "demands"), otherwise content
// decides; what follows a zero byte is the file beside it.
#include <cstdlib>

#include "controller/topology/files/demands_file.hpp"

namespace {

using namespace suanlu;

void must(bool holds) {
    if (!holds) {
        std::abort();
    }
}

/// "in:12: what" or the same of the file beside it.
void check_refusal(const Error& error) {
    const std::string& text = error.detail;
    must(text.starts_with("in.intra:") || text.starts_with("beside.intra:"));
    const std::size_t digits = text.find(':') + 1;
    const std::size_t end = text.find_first_not_of("0123456789", digits);
    must(end != digits && text.compare(end, 2, ": ") == 0 && text.size() > end + 2);
}

void check_network(const TopologyView& view) {
    must(view.by_name.size() == view.routers.size());
    std::uint32_t last = 0;
    for (const TopologyLink& link : view.links) {
        must(link.from < view.routers.size() && link.to < view.routers.size() && link.from != link.to);
        must(link.from >= last && link.igp_metric <= kUnusableMetric);
        must(link.delay == kUnreachableDelay || link.delay.value <= kMostDelay);
        must(!link.bandwidth || (link.bandwidth->value >= 0 && link.bandwidth->value <= 1e18));
        last = link.from;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(bytes), size);
    const std::string_view first = rest.substr(0, rest.find('\n'));
    ReadOptions options;
    options.most_routers = 2000;
    options.most_links = 8000;
    bool is_demands = first == "demands";
    bool is_named = is_demands;
    for (const TopologyReader& reader : topology_readers()) {
        if (reader.name == first) {
            options.format = reader.name;
            is_named = true;
        }
    }
    rest.remove_prefix(is_named ? std::min(first.size() + 1, rest.size()) : 0);
    const std::string_view text = rest.substr(0, rest.find('\0'));
    if (is_demands) {
        const auto demands = read_demands("in.intra", text, 50);
        demands ? must(demands->size() <= kMostDemands) : check_refusal(demands.error());
        return 0;
    }
    TopologyText document{"in.intra", text};
    if (text.size() < rest.size()) {
        document.companion_name = "beside.intra";
        document.companion = rest.substr(text.size() + 1);
    }
    const auto topology = read_topology(document, options);
    topology ? check_network(topology->view) : check_refusal(topology.error());
    return 0;
}
