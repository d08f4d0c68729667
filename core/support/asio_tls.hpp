// SPDX-License-Identifier: Apache-2.0
// TLS streams of Boost.Asio, beside asio.hpp because they bring OpenSSL along and few files need them.
// Whoever includes it links OpenSSL.
#pragma once

#include "core/support/asio.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
