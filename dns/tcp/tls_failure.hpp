// SPDX-License-Identifier: Apache-2.0
// Why a handshake failed, as the metrics count it.
#pragma once

#include <boost/system/error_code.hpp>
#include <cstdint>
#include <string_view>

namespace suanlu::dns {

enum class TlsFailure : std::uint8_t {
#define SL_TLS_FAILURE(failure, code, meaning) code,
#include "dns/tcp/tls_failures.def"
#undef SL_TLS_FAILURE
};
inline constexpr std::size_t kTlsFailures = 0
#define SL_TLS_FAILURE(failure, code, meaning) +1
#include "dns/tcp/tls_failures.def"
#undef SL_TLS_FAILURE
    ;
std::string_view to_text(TlsFailure failure);
/// Of a handshake that ended with `ec`.
TlsFailure failure_of(const boost::system::error_code& ec);

} // namespace suanlu::dns
