// SPDX-License-Identifier: Apache-2.0
// The feed of DNS servers: a whole view first, then what changed, and beats in between. A follower that reads
// slowly gets the newest view when it is ready, never a queue of old ones. Callers are local or carry a
// certificate named "dns". gRPC's threads.
#pragma once

#include "controller/api/controller_probe.hpp"
#include "controller/dns_view/dns_publisher.hpp"
#include "suanlu/v1/dns.grpc.pb.h"

namespace suanlu {

class DnsServer final : public v1::DnsFeed::CallbackService {
public:
    /// `publisher`: null when the inventory has no section `dns`; then every call is refused.
    DnsServer(DnsPublisher* publisher, ControllerProbe& probe) : publisher_(publisher), probe_(probe) {}

    grpc::ServerWriteReactor<v1::DnsUpdate>* Follow(grpc::CallbackServerContext* context,
                                                    const v1::DnsFollow* request) override;

private:
    DnsPublisher* publisher_;
    ControllerProbe& probe_;
};

} // namespace suanlu
