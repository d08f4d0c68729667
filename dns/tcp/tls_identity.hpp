// SPDX-License-Identifier: Apache-2.0
// Where the certificate of DNS by TLS is: paths only, read at the start and on reload. Pure value.
#pragma once

#include <string>

namespace suanlu::dns {

/// Paths of PEM files.
struct TlsIdentity {
    /// The server's own certificate first, then those that lead to what clients trust.
    std::string certificate;
    std::string key;
};

} // namespace suanlu::dns
