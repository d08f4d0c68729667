// SPDX-License-Identifier: Apache-2.0
// The term "data": seconds until the data set and the job's own files are at the site. A site that holds the
// data costs what moving the job costs, the job's own site what moving the data costs: the least is the
// cheaper of the two. Pure.
#pragma once

#include "policies/strategy/terms.hpp"

namespace suanlu {

bool holds(const SiteAttributes& site, const Dataset& dataset);
TermReading holding_term(const Request& request, const SiteAttributes& site);

} // namespace suanlu
