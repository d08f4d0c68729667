// SPDX-License-Identifier: Apache-2.0
#include "core/model/service.hpp"

namespace suanlu {

std::string_view to_text(Transport transport) {
    return transport == Transport::kTcp ? "tcp" : "udp";
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
    }
    return "unknown";
}

} // namespace suanlu
