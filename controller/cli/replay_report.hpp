// SPDX-License-Identifier: Apache-2.0
// How a replay and a what-if look, as tables and as JSON. Pure.
#pragma once

#include <string>

#include "controller/decision/what_if.hpp"

namespace suanlu {

struct ReplayNotes {
    /// About a torn record, another inventory, a journal that begins in the middle; each a sentence.
    std::vector<std::string> notes;
};

std::string show(const Replay& run, const ReplayNotes& notes, bool colour);
std::string show(const WhatIf& answer, const ReplayNotes& notes, bool colour);
std::string json_text(const Replay& run, const ReplayNotes& notes);
std::string json_text(const WhatIf& answer, const ReplayNotes& notes);

} // namespace suanlu
