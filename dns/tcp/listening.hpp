// SPDX-License-Identifier: Apache-2.0
// Addresses between suanlu's form and Asio's, and an acceptor bound as the server needs it.
#pragma once

#include "core/model/ip6.hpp"
#include "core/support/asio.hpp"
#include "core/support/endpoint.hpp"

namespace suanlu::dns {

/// IPv4 mapped.
Ip6 client_of(const asio::ip::tcp::endpoint& endpoint);
asio::ip::tcp::endpoint endpoint_of(const Endpoint& listen);

/// Listens. `is_shared`: with others who say so, a successor. kUnreachable when the address cannot be had.
Status bind(asio::ip::tcp::acceptor& acceptor, const Endpoint& wanted, bool is_shared);

} // namespace suanlu::dns
