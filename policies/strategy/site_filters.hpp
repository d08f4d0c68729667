// SPDX-License-Identifier: Apache-2.0
// Hard filters of a placement: what excludes a site whatever its terms say. In a fixed order, so that the
// first reason is always the same one; each reason names the filter and the number or word that failed. A
// site that does not state what a filter asks for cannot be shown to pass and is rejected, unless the policy
// lists the filter in `allow_unknown`. Pure.
#pragma once

#include <string>

#include "policies/strategy/terms.hpp"

namespace suanlu {

/// "residency: HK is not one of CN"; empty = passes.
std::string filter_site(const TermQuestion& question);
/// Its parts, in this order: whether the site is up, what neither load nor the way to it changes, the rest.
std::string filter_state(const TermQuestion& question);
std::string filter_place(const TermQuestion& question);
std::string filter_path_and_load(const TermQuestion& question);

} // namespace suanlu
