// SPDX-License-Identifier: Apache-2.0
// Where the counters of each site lie (sl_site.counter). A site keeps its place while it is known, so that
// its counts go on when it leaves a Plan and returns; only when every place is taken does a new one get that
// of a site that has gone. Pure; owned by SteerTables.
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "core/model/ids.hpp"
#include "dataplane/steer/wire.h"

namespace suanlu {

class CounterPlaces {
public:
    struct Place {
        std::uint32_t index = 0;
        bool is_new = false; ///< holds nothing of this site: to be cleared before packets count there
    };

    void adopt(SiteId site, std::uint32_t index) { places_[site] = index; }

    /// `is_known`: sites whose place may not be taken, those of the Plan in force and of the next one.
    template <class IsKnown>
    Place take(SiteId site, const IsKnown& is_known) {
        if (const auto found = places_.find(site); found != places_.end()) {
            return {found->second, false};
        }
        if (places_.size() >= SL_SITE_COUNTERS) {
            std::erase_if(places_, [&](const auto& item) { return !is_known(item.first); });
        }
        std::set<std::uint32_t> taken;
        for (const auto& [other, index] : places_) {
            taken.insert(index);
        }
        std::uint32_t index = 0;
        while (taken.contains(index)) {
            ++index;
        }
        places_[site] = index;
        return {index, true};
    }

private:
    std::map<SiteId, std::uint32_t> places_;
};

} // namespace suanlu
