// SPDX-License-Identifier: Apache-2.0
#include "core/model/service.hpp"

namespace suanlu {

std::string_view to_text(Transport transport) {
    switch (transport) {
    case Transport::kTcp:
        return "tcp";
    case Transport::kUdp:
        return "udp";
    case Transport::kAny:
        break;
    }
    return "any";
}

std::string_view to_text(Affinity affinity) {
    switch (affinity) {
    case Affinity::kFlow:
        return "flow";
    case Affinity::kSource:
        return "source";
    case Affinity::kMovable:
        return "movable";
    case Affinity::kNone:
        return "none";
    case Affinity::kPair:
        return "source-destination";
    }
    return "unknown";
}

} // namespace suanlu
