// SPDX-License-Identifier: Apache-2.0
// Tells secondaries by UDP that a zone changed, and reads their answers (RFC 1996), signed where a key is
// configured. Its strand owns all of it; Asio stays in the .cpp. What could not be sent or got no right
// answer is counted, and tried again by the schedule.
#pragma once

#include <atomic>
#include <memory>

#include "core/support/asio.hpp"
#include "core/support/endpoint.hpp"
#include "dns/xfr/tsig.hpp"
#include "dns/xfr/zone_version.hpp"

namespace suanlu::dns {

struct NotifyTarget {
    Endpoint to;
    /// Null = unsigned.
    std::shared_ptr<const TsigKey> key;
};

struct NotifyCounters {
    std::uint64_t sent = 0;
    std::uint64_t acknowledged = 0;
    /// The secondary said no: it does not know the zone, or not this server.
    std::uint64_t refused = 0;
    std::uint64_t given_up = 0;
    /// Datagrams that answer nothing that was sent, or whose signature is wrong.
    std::uint64_t strange = 0;
    std::uint64_t send_failures = 0;
};

class NotifyClient {
public:
    struct Subscription {
        DomainName zone;
        NotifyTarget target;
    };
    /// Sends from the first of `listen` of the target's family, for secondaries know their primary by its
    /// address. kUnreachable when a socket cannot be had.
    static Result<std::unique_ptr<NotifyClient>>
    open(asio::io_context& io, const std::vector<Endpoint>& listen, std::vector<Subscription> subscriptions);
    ~NotifyClient();
    NotifyClient(const NotifyClient&) = delete;
    NotifyClient& operator=(const NotifyClient&) = delete;

    /// `soa` is the zone's newest. Tells every secondary of `zone`.
    void changed(const DomainName& zone, const Record& soa);
    void stop();
    [[nodiscard]] const NotifyCounters& counters() const;

private:
    struct State;
    explicit NotifyClient(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace suanlu::dns
