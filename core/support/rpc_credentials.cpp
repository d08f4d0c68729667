// SPDX-License-Identifier: Apache-2.0
#include "core/support/rpc_credentials.hpp"

#include "core/support/whole_file.hpp"

namespace suanlu {

namespace {

struct Pem {
    std::string ca;
    std::string certificate;
    std::string key;
};

Result<Pem> read_all(const TlsFiles& tls) {
    Pem pem;
    SL_TRY(pem.ca, read_whole_file(tls.ca));
    SL_TRY(pem.certificate, read_whole_file(tls.certificate));
    SL_TRY(pem.key, read_whole_file(tls.key));
    return pem;
}

Status check_plaintext(const Endpoint& endpoint) {
    if (!endpoint.is_local()) {
        return Error{Errc::kRefused, "plaintext on " + endpoint.text() +
                                         ": only loopback and unix sockets may go without tls"};
    }
    return {};
}

} // namespace

Result<std::shared_ptr<grpc::ServerCredentials>> server_credentials(const Endpoint& listen,
                                                                    const TlsFiles& tls) {
    if (!tls.is_set() || listen.is_unix()) {
        SL_TRY_VOID(check_plaintext(listen));
        return grpc::InsecureServerCredentials();
    }
    SL_TRY(const Pem pem, read_all(tls));
    grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_root_certs = pem.ca;
    options.pem_key_cert_pairs.push_back({pem.key, pem.certificate});
    return grpc::SslServerCredentials(options);
}

Result<std::shared_ptr<grpc::Channel>> open_channel(const Endpoint& server, const TlsFiles& tls,
                                                    const std::string& server_name) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 1000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 1000);
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
    // In gRPC this is also the time that a connection and its TLS handshake may take.
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2000);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
    // Connections are not shared between channels: whoever opens a new one gets a new connection.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    std::shared_ptr<grpc::ChannelCredentials> credentials;
    if (!tls.is_set() || server.is_unix()) {
        SL_TRY_VOID(check_plaintext(server));
        credentials = grpc::InsecureChannelCredentials();
    } else {
        SL_TRY(const Pem pem, read_all(tls));
        grpc::SslCredentialsOptions options;
        options.pem_root_certs = pem.ca;
        options.pem_cert_chain = pem.certificate;
        options.pem_private_key = pem.key;
        credentials = grpc::SslCredentials(options);
        arguments.SetSslTargetNameOverride(server_name);
    }
    // An explicit scheme keeps gRPC's DNS resolver out of it.
    const char* scheme = server.is_unix() ? "" : server.address.is_mapped_v4() ? "ipv4:" : "ipv6:";
    const std::string target = scheme + server.text();
    return grpc::CreateCustomChannel(target, credentials, arguments);
}

std::string peer_name(const grpc::ServerContextBase& context) {
    const auto names = context.auth_context()->FindPropertyValues("x509_common_name");
    return names.empty() ? "local" : std::string(names.front().data(), names.front().size());
}

} // namespace suanlu
