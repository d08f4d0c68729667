// SPDX-License-Identifier: Apache-2.0
#include "simulator/policy_titles.hpp"

#include <array>
#include <utility>

namespace suanlu::sim {

namespace {

using Title = std::pair<std::string_view, std::string_view>;
constexpr std::array kTitles{
    Title{"default", "ours: shares from a convex split, then the better of two sites for every new flow"},
    Title{"split", "the shares of the convex split alone"},
    Title{"fixed", "the first shares of the convex split, never changed"},
    Title{"nearest", "everything to the site with the least delay"},
    Title{"least-load", "everything to the site with the fewest jobs per worker"},
    Title{"joint", "everything to the site with the least delay and wait together"},
    Title{"free-capacity", "at random, weighted by free capacity"},
    Title{"static", "at random, weighted by capacity"},
    Title{"random", "at random, all sites alike"},
    Title{"round-robin", "one site after the other"},
    Title{"jsq2", "the less loaded of two random sites"},
    Title{"jsq2-joint", "the one of two random sites with the least delay and wait"},
    Title{"prequal", "probes in a pool: among the lightly loaded sites the one with the least latency"},
    Title{"clairvoyant-greedy", "reference: knows every queue and size, best for the job itself"},
    Title{"clairvoyant-externality", "reference: the same, and counts what the job costs all others"},
    Title{"instant-joint", "reference: joint with news that are never old"},
};

} // namespace

std::string_view policy_title(std::string_view policy) {
    for (const auto& [name, title] : kTitles) {
        if (name == policy) {
            return title;
        }
    }
    return {};
}

} // namespace suanlu::sim
