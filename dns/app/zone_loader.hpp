// SPDX-License-Identifier: Apache-2.0
// From the configuration's files to a snapshot: read, computed, signed, built. Keeps signatures that still
// hold from one time to the next. Single-threaded; a failure leaves nothing behind.
#pragma once

#include "dns/answer/snapshot.hpp"
#include "dns/app/dns_config.hpp"

namespace suanlu::dns {

class ZoneLoader {
public:
    /// Any error names its file.
    Result<std::shared_ptr<const Snapshot>> load(const DnsConfig& config);
};

} // namespace suanlu::dns
