// SPDX-License-Identifier: Apache-2.0
#include "core/model/site.hpp"

namespace suanlu {

std::string_view to_text(SiteKind kind) {
    switch (kind) {
    case SiteKind::kMec:
        return "mec";
    case SiteKind::kIntelligent:
        return "intelligent";
    case SiteKind::kSuper:
        return "super";
    case SiteKind::kCloud:
        return "cloud";
    }
    return "unknown";
}

std::string_view to_text(SidBehaviour behaviour) {
    switch (behaviour) {
    case SidBehaviour::kEnd:
        return "End";
    case SidBehaviour::kEndDx6:
        return "End.DX6";
    case SidBehaviour::kEndDx4:
        return "End.DX4";
    case SidBehaviour::kEndDt6:
        return "End.DT6";
    case SidBehaviour::kEndX:
        return "End.X";
    case SidBehaviour::kEndDt4:
        return "End.DT4";
    case SidBehaviour::kEndDt46:
        return "End.DT46";
    }
    return "unknown";
}

} // namespace suanlu
