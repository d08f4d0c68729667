// SPDX-License-Identifier: Apache-2.0
// What the tests of topology readers share: reading a text under a file name, its refusal as text, and
// looking up a link by names. A failed reading ends the test with the refusal.
#pragma once

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "controller/topology/files/topology_file.hpp"

namespace suanlu::topology_test {

inline ReadTopology read(const std::string& name, const std::string& text, const ReadOptions& options = {}) {
    auto out = read_topology({name, text}, options);
    if (!out) {
        throw std::runtime_error(out.error().text());
    }
    return *std::move(out);
}

/// "code: FILE:LINE: what", or "read" when nothing was refused.
inline std::string refusal(const std::string& name, const std::string& text,
                           const ReadOptions& options = {}) {
    const auto out = read_topology({name, text}, options);
    return out ? "read" : out.error().text();
}

inline const TopologyLink& link(const ReadTopology& read, std::string_view from, std::string_view to) {
    for (const TopologyLink& link : read.view.links) {
        if (read.view.routers[link.from].name == from && read.view.routers[link.to].name == to) {
            return link;
        }
    }
    throw std::runtime_error("no link " + std::string(from) + ">" + std::string(to));
}

inline bool has_note(const ReadTopology& read, std::string_view part) {
    for (const std::string& note : read.facts.notes) {
        if (note.find(part) != std::string::npos) {
            return true;
        }
    }
    return false;
}

} // namespace suanlu::topology_test
