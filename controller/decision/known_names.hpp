// SPDX-License-Identifier: Apache-2.0
// Names that an ingress may report about: those of the inventory. What a report says of others is left out
// before anybody keeps it, so that no agent, old or hostile, makes the controller grow. Pure.
#pragma once

#include <cstdint>

#include "controller/decision/inventory.hpp"
#include "core/model/sample.hpp"

namespace suanlu {

/// Rows of reports that named what the inventory does not have.
struct LeftOut {
    std::uint64_t services = 0;
    std::uint64_t sites = 0;
    std::uint64_t paths = 0; ///< of such sites, or of another site than they say

    LeftOut& operator+=(const LeftOut& other) {
        services += other.services;
        sites += other.sites;
        paths += other.paths;
        return *this;
    }
    bool operator==(const LeftOut&) const = default;
};

/// Takes them out of the report.
LeftOut leave_out_unknown(const Inventory& inventory, IngressReport& report);

} // namespace suanlu
