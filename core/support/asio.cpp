// SPDX-License-Identifier: Apache-2.0
#include "core/support/asio.hpp"

#include "core/support/log.hpp"

namespace suanlu {

void task_failed(const std::string& name, std::exception_ptr why) {
    try {
        std::rethrow_exception(std::move(why));
    } catch (const std::exception& e) {
        log_error("task.failed", {{"task", name}, {"why", e.what()}});
    } catch (...) {
        log_error("task.failed", {{"task", name}, {"why", "unknown exception"}});
    }
    std::abort();
}

Task<bool> wait_for(asio::steady_timer& timer, asio::steady_timer::duration delay) {
    timer.expires_after(delay);
    boost::system::error_code ec;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    co_return !ec;
}

} // namespace suanlu
