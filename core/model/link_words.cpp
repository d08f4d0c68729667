// SPDX-License-Identifier: Apache-2.0
#include "core/model/link_words.hpp"

namespace suanlu {

std::string_view to_text(LinkLayer layer) {
    switch (layer) {
    case LinkLayer::kOtn:
        return "otn";
    case LinkLayer::kIpPrivate:
        return "ip-private";
    case LinkLayer::kInternet:
        return "internet";
    case LinkLayer::kUnknown:
        break;
    }
    return "unknown";
}

std::string_view to_text(Protection protection) {
    switch (protection) {
    case Protection::kIpsec:
        return "ipsec";
    case Protection::kMacsec:
        return "macsec";
    case Protection::kOtnsec:
        return "otnsec";
    case Protection::kQkd:
        return "qkd";
    case Protection::kNone:
        break;
    }
    return "none";
}

std::optional<LinkLayer> layer_of(std::string_view word) {
    for (const LinkLayer layer : {LinkLayer::kOtn, LinkLayer::kIpPrivate, LinkLayer::kInternet}) {
        if (to_text(layer) == word) {
            return layer;
        }
    }
    return std::nullopt;
}

std::optional<Protection> protection_of(std::string_view word) {
    for (const Protection protection : {Protection::kNone, Protection::kIpsec, Protection::kMacsec,
                                        Protection::kOtnsec, Protection::kQkd}) {
        if (to_text(protection) == word) {
            return protection;
        }
    }
    return std::nullopt;
}

} // namespace suanlu
