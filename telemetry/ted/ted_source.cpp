// SPDX-License-Identifier: Apache-2.0
#include "telemetry/ted/ted_source.hpp"

#include <mutex>

#include "core/support/log.hpp"
#include "telemetry/ted/vty_client.hpp"

namespace suanlu {

namespace {

constexpr const char* kCommand = "show isis mpls-te database json";

} // namespace

struct TedSource::State {
    State(asio::io_context& io, TedSourceConfig c, Mailbox<LinkReport>& o)
        : strand(asio::make_strand(io)), timer(strand), config(std::move(c)), out(o),
          history(config.source, config.keepalive) {}

    Strand strand;
    asio::steady_timer timer;
    TedSourceConfig config;
    Mailbox<LinkReport>& out;
    TedHistory history;
    SteadyClock clock;
    bool is_stopped = false;
    mutable std::mutex mutex; // guards `shown` only
    Status shown;

    static Task<void> poll(std::shared_ptr<State> state) {
        while (!state->is_stopped) {
            auto reply = co_await vty_command(state->config.vty, kCommand, state->config.timeout);
            state->take(std::move(reply));
            const bool is_due = co_await wait_for(state->timer, state->config.interval);
            if (!is_due) {
                break;
            }
        }
    }

    void take(Result<std::string> reply) {
        const TedState before = history.state();
        std::string problem;
        if (!reply) {
            history.on_poll_error();
            problem = reply.error().text();
        } else if (auto content = parse_ted(*reply, config.names); !content) {
            history.on_parse_error();
            problem = content.error().text();
        } else if (auto report = history.on_reading(*std::move(content), clock.now())) {
            (void)out.push(
                *std::move(report)); // a full mailbox counts the drop; the keepalive repeats the content
        }
        if (history.state() != before || problem != shown.last_error) {
            log_info("ted.state", {{"state", to_text(history.state())}, {"problem", problem}});
        }
        std::lock_guard lock(mutex);
        shown = {history.state(), history.counters(), problem};
    }
};

TedSource::TedSource(asio::io_context& io, TedSourceConfig config, Mailbox<LinkReport>& out)
    : state_(std::make_shared<State>(io, std::move(config), out)) {
    spawn_owned(state_->strand, "ted.poll", State::poll(state_));
}

TedSource::~TedSource() {
    stop();
}

void TedSource::stop() {
    asio::post(state_->strand, [state = state_] {
        state->is_stopped = true;
        state->timer.cancel();
    });
}

TedSource::Status TedSource::status() const {
    std::lock_guard lock(state_->mutex);
    return state_->shown;
}

} // namespace suanlu
