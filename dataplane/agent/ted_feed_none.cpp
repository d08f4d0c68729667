// SPDX-License-Identifier: Apache-2.0
// A build without a TED reader.
#include "dataplane/agent/ted_feed.hpp"

namespace suanlu {

struct TedFeed::State {};

TedFeed::TedFeed(std::unique_ptr<State> state) : state_(std::move(state)) {
}
TedFeed::~TedFeed() = default;

Result<std::unique_ptr<TedFeed>> TedFeed::open(asio::io_context&, const AgentConfig& config,
                                               Mailbox<LinkReport>&) {
    if (config.ted) {
        return Error{Errc::kUnsupported, "ted: this build reads no TED"};
    }
    return std::unique_ptr<TedFeed>(new TedFeed(std::make_unique<State>()));
}

void TedFeed::stop() {
}

} // namespace suanlu
