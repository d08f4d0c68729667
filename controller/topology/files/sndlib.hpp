// SPDX-License-Identifier: Apache-2.0
// What the two formats of SNDlib share: its capacity unit and the doubt whether its coordinates are degrees.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/topology/files/network_builder.hpp"

namespace suanlu {

struct SndlibNode {
    std::string name;
    double x = 0;
    double y = 0;
    bool has_place = false;
    std::size_t line = 0;
};

struct SndlibLink {
    std::string from;
    std::string to;
    /// Of the module that is installed already, in the file's unit; 0 = none.
    double capacity = 0;
    std::size_t line = 0;
};

struct SndlibNetwork {
    std::string unit;        ///< META section, e.g. MBITPERSEC; empty = not stated
    bool are_pixels = false; ///< the file says that coordinates are no degrees
    std::vector<SndlibNode> nodes;
    std::vector<SndlibLink> links;
};

Status add_sndlib(const SndlibNetwork& network, NetworkBuilder& into);

} // namespace suanlu
