// SPDX-License-Identifier: Apache-2.0
// The stream of site reports to suanlud, kept up by a thread of its own with backoff of 100 ms .. 2 s and
// jitter. Only the newest report waits: a slow controller gets fewer reports, never old ones. Refusals are
// counted and logged.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/model/sample.hpp"
#include "core/support/endpoint.hpp"
#include "core/support/result.hpp"
#include "core/support/rpc_credentials.hpp"

namespace suanlu {

struct ReportCounters {
    std::uint64_t sent = 0;
    std::uint64_t replaced = 0; ///< a newer report took its place before it was written
    std::uint64_t refused = 0;
    std::uint64_t connects = 0;
    std::uint64_t failures = 0;
    bool is_connected = false;
};

class ReportClient {
public:
    /// Starts connecting at once. kNotFound / kRefused as open_channel.
    static Result<std::unique_ptr<ReportClient>> open(const Endpoint& controller, const TlsFiles& tls,
                                                      const std::string& server_name);
    /// Ends the stream and joins the thread.
    ~ReportClient();
    ReportClient(const ReportClient&) = delete;
    ReportClient& operator=(const ReportClient&) = delete;

    /// From any thread.
    void send(SiteReport report);
    [[nodiscard]] ReportCounters counters() const;

private:
    struct State;
    explicit ReportClient(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace suanlu
