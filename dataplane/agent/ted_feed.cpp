// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/ted_feed.hpp"

#include "telemetry/ted/ted_source.hpp"

namespace suanlu {

struct TedFeed::State {
    std::unique_ptr<TedSource> source;
};

TedFeed::TedFeed(std::unique_ptr<State> state) : state_(std::move(state)) {
}
TedFeed::~TedFeed() = default;

Result<std::unique_ptr<TedFeed>> TedFeed::open(asio::io_context& io, const AgentConfig& config,
                                               Mailbox<LinkReport>& out) {
    auto state = std::make_unique<State>();
    if (config.ted) {
        TedSourceConfig ted;
        ted.vty = config.ted->vty;
        ted.interval = config.ted->interval;
        ted.source = config.node;
        state->source = std::make_unique<TedSource>(io, std::move(ted), out);
    }
    return std::unique_ptr<TedFeed>(new TedFeed(std::move(state)));
}

void TedFeed::stop() {
    if (state_->source) {
        state_->source->stop();
    }
}

} // namespace suanlu
