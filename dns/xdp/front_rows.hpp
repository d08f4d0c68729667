// SPDX-License-Identifier: Apache-2.0
// What the XDP front holds of a snapshot, as rows of front.h: positive answers that are one run of records
// and short enough. All else is the sockets' to say. Pure.
#pragma once

#include <utility>
#include <vector>

#include "dns/answer/snapshot.hpp"
#include "dns/xdp/front.h"

namespace suanlu::dns {

struct FrontQuestion {
    sd_question key;
    /// size 0: of those who get it the sockets take care.
    std::vector<sd_answer> variants;
    /// Empty = one variant for everybody.
    std::vector<std::uint16_t> variant_of_class;
};

/// Without and with DO. A question none of whose variants fits is left out.
std::vector<FrontQuestion> front_questions(const OwnerAnswers& owner, const ZoneDenials& zone);

/// A row per prefix: each address is in the class, and has the scope, that ClientClasses::find says. Of two
/// rows with the same key the later one counts.
std::vector<std::pair<sd_class_key, sd_class>> front_classes(const ClientClasses& classes);

} // namespace suanlu::dns
