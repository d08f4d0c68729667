// SPDX-License-Identifier: Apache-2.0
#include "core/model/sample.hpp"

namespace suanlu {

std::string_view to_text(SiteLiveness liveness) {
    switch (liveness) {
    case SiteLiveness::kAlive:
        return "alive";
    case SiteLiveness::kSuspect:
        return "suspect";
    case SiteLiveness::kDead:
        return "dead";
    }
    return "unknown";
}

} // namespace suanlu
