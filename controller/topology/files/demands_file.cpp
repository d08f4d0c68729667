// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/files/demands_file.hpp"

#include "controller/topology/files/number_text.hpp"
#include "controller/topology/files/repetita_text.hpp"

namespace suanlu {

Result<std::vector<Demand>> read_demands(std::string_view name, std::string_view text, std::size_t routers) {
    TextLines lines(name, text);
    SL_TRY(const std::uint32_t count, read_table_head(lines, "DEMANDS", "label src dest bw", kMostDemands));
    std::vector<Demand> out;
    for (std::uint32_t row = 0; row < count; ++row) {
        SL_TRY(const auto words, lines.words(4, "a demand 'label src dest bw'"));
        Demand demand;
        SL_TRY(demand.from, read_position(lines, words[1], routers));
        SL_TRY(demand.to, read_position(lines, words[2], routers));
        const auto kilobits = to_number(words[3]);
        const auto rate = kilobits ? bits_per_second(*kilobits * 1000) : std::nullopt;
        if (!rate) {
            return lines.refuse("bw " + quoted(words[3]) + " is no bandwidth in kbit/s");
        }
        demand.rate = *rate;
        out.push_back(demand);
    }
    SL_TRY_VOID(read_end(lines));
    return out;
}

Result<std::vector<Demand>> load_demands(const std::string& path, const TopologyView& network,
                                         const ReadOptions& options) {
    SL_TRY(const std::string text, load_text(path, options));
    return read_demands(path, text, network.routers.size());
}

} // namespace suanlu
