// SPDX-License-Identifier: Apache-2.0
// Where a program's certificate is: paths only, read when a connection is made. Pure value.
#pragma once

#include <string>

#include "core/support/yaml_walk.hpp"

namespace suanlu {

/// Paths of PEM files; all empty = no TLS.
struct TlsFiles {
    std::string ca;
    std::string certificate;
    std::string key;

    [[nodiscard]] bool is_set() const { return !ca.empty(); }
};

/// Reads `tls: {ca, certificate, key}` (all three or none of it).
inline TlsFiles read_tls(YamlNode node) {
    TlsFiles tls;
    if (node.is_present()) {
        tls.ca = node.required("ca").text();
        tls.certificate = node.required("certificate").text();
        tls.key = node.required("key").text();
    }
    return tls;
}

} // namespace suanlu
