// SPDX-License-Identifier: Apache-2.0
#include "dns/tcp/tls_failure.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "core/support/asio_tls.hpp"

namespace suanlu::dns {

std::string_view to_text(TlsFailure failure) {
    static constexpr std::string_view kTexts[] = {
#define SL_TLS_FAILURE(failure, code, meaning) #failure,
#include "dns/tcp/tls_failures.def"
#undef SL_TLS_FAILURE
    };
    return kTexts[static_cast<std::size_t>(failure)];
}

TlsFailure failure_of(const boost::system::error_code& ec) {
    if (ec.category() != asio::error::get_ssl_category()) {
        return TlsFailure::kGone;
    }
    const int reason = ERR_GET_REASON(static_cast<unsigned long>(ec.value()));
    switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
        return TlsFailure::kVersion;
    case SSL_R_NO_APPLICATION_PROTOCOL:
        return TlsFailure::kProtocol;
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
        return TlsFailure::kGone;
    default:
        return reason > SSL_AD_REASON_OFFSET ? TlsFailure::kAlert : TlsFailure::kMalformed;
    }
}

} // namespace suanlu::dns
