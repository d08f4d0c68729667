// SPDX-License-Identifier: Apache-2.0
// What a server of DNS by TLS (RFC 7858) shows its clients: certificate chain, key, and the rules of every
// handshake: TLS 1.3 only (RFC 9103 section 7.2), ALPN "dot" for those who name any protocol. Immutable;
// connections hold the one that they began with, so that a new one disturbs nobody.
#pragma once

#include <cstdint>
#include <memory>

#include "core/support/asio_tls.hpp"
#include "core/support/result.hpp"
#include "dns/tcp/tls_identity.hpp"

namespace suanlu::dns {

struct TlsContext {
    asio::ssl::context context{asio::ssl::context::tlsv13_server};
    /// Unix seconds: the end of the certificate's validity.
    std::int64_t expires = 0;
};

/// kBadInput with the file and OpenSSL's words: unreadable, malformed, a key that is not the certificate's.
/// An expired certificate is used, for clients that go by its key (RFC 7858 section 4.2): the caller warns.
Result<std::shared_ptr<TlsContext>> load_tls_context(const TlsIdentity& files);

/// Of a client: TLS 1.3, ALPN "dot", and servers that the authorities of `ca` vouch for, a file; empty =
/// those of the system. kBadInput with the file and OpenSSL's words.
Result<std::shared_ptr<asio::ssl::context>> client_tls_context(const std::string& ca);

} // namespace suanlu::dns
