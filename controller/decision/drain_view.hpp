// SPDX-License-Identifier: Apache-2.0
// How far the drain of a site is, from what the ingresses report: live slots and exceptions, whether QUIC
// connection ids still name it, and whether anybody has yet to say. A site is empty only when every ingress
// says so now. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "controller/decision/decision.hpp"

namespace suanlu {

enum class DrainState : std::uint8_t { kNone, kDraining, kEmpty };
/// "", "draining", "empty".
std::string_view to_text(DrainState state);

struct DrainView {
    DrainState state = DrainState::kNone;
    std::uint64_t slots = 0;
    std::uint64_t exceptions = 0;
    /// Ingresses at which QUIC connection ids still name it: flows that nobody can count.
    std::uint32_t named = 0;
    /// Ingresses whose word is missing or old.
    std::uint32_t silent = 0;
};

DrainView drain_view(const Decision& decision, const Site& site, MonoTime now);

} // namespace suanlu
