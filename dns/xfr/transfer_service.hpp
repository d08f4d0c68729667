// SPDX-License-Identifier: Apache-2.0
// Who may have which zone, and the answers that respond() leaves: AXFR, IXFR, signed queries, and the SOA of
// zones that only secondaries see. Immutable, part of a snapshot; any thread. What it refuses is counted as a
// query fault, what it gives as a transfer.
#pragma once

#include <atomic>

#include "dns/answer/query.hpp"
#include "dns/answer/respond.hpp"
#include "dns/xfr/transfer_stream.hpp"

namespace suanlu::dns {

/// Any of its parts may be left out; what is there must hold.
struct TransferRule {
    Prefix6 from{};
    /// Null = no signature is needed.
    std::shared_ptr<const TsigKey> key;
    /// By TLS or not at all (RFC 9103).
    bool is_tls_only = false;
};

struct TransferZone {
    std::vector<TransferRule> allow;
    /// Null = there is nothing yet: SERVFAIL.
    std::shared_ptr<const ZoneHistory> history;
    /// Only for those who may transfer it: its SOA is not in the snapshot.
    bool is_hidden = false;
};

/// Of all threads.
struct TransferCounters {
    std::atomic<std::uint64_t> whole{0};
    std::atomic<std::uint64_t> incremental{0};
    /// IXFR answered with the whole zone: the journal does not go back so far, or is larger.
    std::atomic<std::uint64_t> fallback{0};
    /// IXFR of a client that has the newest version.
    std::atomic<std::uint64_t> current{0};
    /// IXFR by UDP, told to come again by TCP.
    std::atomic<std::uint64_t> udp{0};
};

class TransferService final : public StreamAnswerer {
public:
    TransferService(std::map<DomainName, TransferZone> zones, std::shared_ptr<const TsigKeys> keys,
                    std::shared_ptr<TransferCounters> counters)
        : zones_(std::move(zones)), keys_(std::move(keys)), counters_(std::move(counters)) {}

    [[nodiscard]] std::unique_ptr<MessageStream> answer(const Snapshot& snapshot, ByteView query,
                                                        const Asker& asker,
                                                        RespondCounters& counters) const override;

private:
    struct Request;
    [[nodiscard]] std::unique_ptr<MessageStream> refuse(const Request& request, QueryFault fault,
                                                        Rcode rcode) const;
    [[nodiscard]] std::unique_ptr<MessageStream>
    refuse_signature(const Request& request, const TsigRecord& tsig, TsigError error) const;
    [[nodiscard]] std::unique_ptr<MessageStream> answer_checked(const Request& request) const;
    [[nodiscard]] std::unique_ptr<MessageStream> transfer(const Request& request,
                                                          const TransferZone& zone) const;
    [[nodiscard]] std::unique_ptr<MessageStream> answer_ordinary(const Request& request) const;
    [[nodiscard]] const TransferZone* zone_of(const Request& request) const;

    std::map<DomainName, TransferZone> zones_;
    std::shared_ptr<const TsigKeys> keys_;
    std::shared_ptr<TransferCounters> counters_;
};

} // namespace suanlu::dns
