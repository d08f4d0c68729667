// SPDX-License-Identifier: Apache-2.0
// The only door to Boost.Asio: aliases, the strand type, and spawn_owned, which replaces detached coroutines.
// A coroutine that ends in an exception is a broken invariant here: it is logged by name and the process
// aborts, because Asio's own `detached` would swallow it silently.
#pragma once

#include <utility> // before Asio: some versions of awaitable.hpp use std::exchange without it

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <exception>
#include <string>

namespace suanlu {

namespace asio = boost::asio;
using Strand = asio::strand<asio::io_context::executor_type>;
template <class T>
using Task = asio::awaitable<T>;

[[noreturn]] void task_failed(const std::string& name, std::exception_ptr why);

/// Starts a coroutine on its owner's strand. `name` appears in the log if it fails.
template <class Awaitable>
void spawn_owned(const Strand& strand, std::string name, Awaitable task) {
    asio::co_spawn(strand, std::move(task), [name = std::move(name)](std::exception_ptr why) {
        if (why) {
            task_failed(name, why);
        }
    });
}

/// Waits on the calling coroutine's executor; false when the timer was cancelled.
/// Give the result a name before testing it: g++ 12 miscompiles a co_await inside a condition or an argument
/// list (seen as a lost `this` after the first resumption).
Task<bool> wait_for(asio::steady_timer& timer, asio::steady_timer::duration delay);

} // namespace suanlu
