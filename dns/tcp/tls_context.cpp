// SPDX-License-Identifier: Apache-2.0
#include "dns/tcp/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>
#include <string_view>

namespace suanlu::dns {

namespace {

constexpr std::string_view kDot = "\x03"
                                  "dot";

/// RFC 7301 section 3.2: whoever names protocols and not this one gets an alert.
int select_protocol(SSL* /*session*/, const unsigned char** out, unsigned char* out_bytes,
                    const unsigned char* offered, unsigned offered_bytes, void* /*nothing*/) {
    const auto* ours = reinterpret_cast<const unsigned char*>(kDot.data());
    unsigned char* selected = nullptr;
    const int found = SSL_select_next_proto(&selected, out_bytes, ours, static_cast<unsigned>(kDot.size()),
                                            offered, offered_bytes);
    *out = selected;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// The newest thing that OpenSSL complained about, and nothing of it left for others.
Error tls_error(const std::string& file) {
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
    ERR_clear_error();
    return Error{Errc::kBadInput, file + ": " + text.data()};
}

std::int64_t end_of_validity(SSL_CTX* context) {
    std::tm end{};
    const X509* certificate = SSL_CTX_get0_certificate(context);
    return ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1 ? ::timegm(&end) : 0;
}

} // namespace

Result<std::shared_ptr<TlsContext>> load_tls_context(const TlsIdentity& files) {
    ERR_clear_error();
    auto loaded = std::make_shared<TlsContext>();
    SSL_CTX* const context = loaded->context.native_handle();
    if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
        return tls_error(files.certificate);
    }
    if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        return tls_error(files.key);
    }
    loaded->expires = end_of_validity(context);
    SSL_CTX_set_alpn_select_cb(context, select_protocol, nullptr);
    return loaded;
}

Result<std::shared_ptr<asio::ssl::context>> client_tls_context(const std::string& ca) {
    ERR_clear_error();
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tlsv13_client);
    SSL_CTX* const native = context->native_handle();
    const int loaded =
        ca.empty() ? SSL_CTX_set_default_verify_paths(native) : SSL_CTX_load_verify_file(native, ca.c_str());
    if (loaded != 1) {
        return tls_error(ca.empty() ? "the system's authorities" : ca);
    }
    // 0 is success, unlike elsewhere.
    SL_CHECK(SSL_CTX_set_alpn_protos(native, reinterpret_cast<const unsigned char*>(kDot.data()),
                                     static_cast<unsigned>(kDot.size())) == 0);
    return context;
}

} // namespace suanlu::dns
