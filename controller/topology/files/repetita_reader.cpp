// SPDX-License-Identifier: Apache-2.0
// REPETITA .graph (arXiv 1710.08665): `NODES n`, a header, `label x y` with x = longitude and y = latitude,
// then `EDGES m`, a header, `label src dest weight bw delay`; ends are positions in the list of nodes, bw is
// kbit/s.
//
// The unit of `delay` differs between the published graphs. In those made from the Topology Zoo it is 1.67
// per km of great circle, twice the speed of light were it microseconds, and a filler where a node has no
// coordinates: the column is not used, delay comes from the coordinates. In those made from Rocketfuel all
// coordinates are zero and the column has that source's whole milliseconds.
#include "controller/topology/files/number_text.hpp"
#include "controller/topology/files/readers.hpp"
#include "controller/topology/files/repetita_text.hpp"
#include "controller/topology/files/rocketfuel_delay.hpp"

namespace suanlu {

namespace {

constexpr double kKilo = 1000;

class GraphReader {
public:
    GraphReader(const TopologyText& text, const ReadOptions& options, NetworkBuilder& into)
        : lines_(text.name, text.text), options_(options), into_(into) {}

    Status read() {
        SL_TRY_VOID(read_nodes());
        tell_delay_column();
        SL_TRY_VOID(read_edges());
        return read_end(lines_);
    }

private:
    Status read_nodes() {
        SL_TRY(const std::uint32_t count,
               read_table_head(lines_, "NODES", "label x y", options_.most_routers));
        for (std::uint32_t index = 0; index < count; ++index) {
            SL_TRY(const auto words, lines_.words(3, "a node 'label x y'"));
            const auto x = to_number(words[1]);
            const auto y = to_number(words[2]);
            if (!x || !y) {
                return lines_.refuse("coordinates " + quoted(words[1]) + " " + quoted(words[2]) +
                                     " are no numbers");
            }
            FileRouter router;
            router.key = std::to_string(index);
            router.name = std::string(words[0]);
            if (*x != 0 || *y != 0) { // 0 0 stands for "nobody knows"
                router.place = Place{*x, *y};
                ++places_;
            }
            SL_TRY_VOID(into_.add_router(std::move(router), lines_.line()));
        }
        return {};
    }

    void tell_delay_column() {
        if (places_ != 0) {
            into_.note("the file's own delay column is not used: it is no physical delay");
            return;
        }
        into_.forbid_derived_delay();
        into_.note("no node has coordinates: the delay column is taken as Rocketfuel's milliseconds");
        column_is_milliseconds_ = true;
    }

    Status read_edges() {
        SL_TRY(const std::uint32_t count,
               read_table_head(lines_, "EDGES", "label src dest weight bw delay", options_.most_links));
        for (std::uint32_t index = 0; index < count; ++index) {
            SL_TRY(const auto words, lines_.words(6, "an edge 'label src dest weight bw delay'"));
            SL_TRY_VOID(read_edge(words));
        }
        return {};
    }

    Status read_edge(const std::vector<std::string_view>& words) {
        for (const std::string_view end : {words[1], words[2]}) {
            SL_TRY_VOID(read_position(lines_, end, into_.router_count()));
        }
        FileLink link;
        link.from = words[1];
        link.to = words[2];
        const auto weight = to_integer(words[3]);
        const auto kilobits = to_number(words[4]);
        const auto delay = to_integer(words[5]);
        if (!weight) {
            return lines_.refuse("weight " + quoted(words[3]) + " is no integer of 32 bits");
        }
        link.properties.igp_metric = *weight;
        link.has_igp_metric = true;
        link.properties.bandwidth = kilobits ? bits_per_second(*kilobits * kKilo) : std::nullopt;
        if (!link.properties.bandwidth) {
            return lines_.refuse("bw " + quoted(words[4]) + " is no bandwidth in kbit/s");
        }
        if (!delay) {
            return lines_.refuse("delay " + quoted(words[5]) + " is no integer of 32 bits");
        }
        if (column_is_milliseconds_) {
            const auto known = rocketfuel_delay(*delay, into_);
            if (!known) {
                return lines_.refuse("a delay of " + std::string(words[5]) + " ms");
            }
            link.properties.delay = *known;
        }
        return into_.add_link(link, lines_.line());
    }

    TextLines lines_;
    const ReadOptions& options_;
    NetworkBuilder& into_;
    std::size_t places_ = 0;
    bool column_is_milliseconds_ = false;
};

} // namespace

bool looks_like_repetita(std::string_view head) {
    std::string_view line = next_line(head);
    return next_word(line) == "NODES" && trimmed(next_line(head)) == "label x y";
}

Status read_repetita(const TopologyText& text, const ReadOptions& options, NetworkBuilder& into) {
    return GraphReader(text, options, into).read();
}

} // namespace suanlu
