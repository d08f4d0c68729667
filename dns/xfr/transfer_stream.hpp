// SPDX-License-Identifier: Apache-2.0
// The messages of one AXFR (RFC 5936) or IXFR (RFC 1995): records of an immutable version, as many in each
// message as its room takes, owners compressed, each message signed where the query was. Pure; it belongs to
// the connection that it answers.
#pragma once

#include <optional>

#include "dns/answer/message_stream.hpp"
#include "dns/answer/opt_record.hpp"
#include "dns/xfr/tsig.hpp"
#include "dns/xfr/zone_version.hpp"

namespace suanlu::dns {

/// The records in the order of RFC 5936 section 2.2 or RFC 1995 section 4.
class TransferPlan {
public:
    static TransferPlan whole(std::shared_ptr<const ZoneHistory> history);
    /// `step` is an element of the history's differences: from there to the newest.
    static TransferPlan from(std::shared_ptr<const ZoneHistory> history,
                             const std::shared_ptr<const ZoneDifference>* step);
    /// The SOA alone: nothing is newer, or the client must come again by TCP.
    static TransferPlan soa(std::shared_ptr<const ZoneHistory> history);

    /// Null behind the last one.
    [[nodiscard]] const Record* next();

private:
    explicit TransferPlan(std::shared_ptr<const ZoneHistory> history) : history_(std::move(history)) {}
    std::shared_ptr<const ZoneHistory> history_;
    std::vector<std::span<const Record>> parts_;
    std::size_t part_ = 0;
    std::size_t place_ = 0;
};

class TransferStream final : public MessageStream {
public:
    /// `header`: id and flags of the query; the question is written as `query` has it.
    /// `is_padded`: every message is (RFC 9103 sections 7.9.1 and 7.10.3), where the query has EDNS.
    TransferStream(ByteView message, const Query& query, TransferPlan plan,
                   std::optional<TsigExchange> exchange, bool is_padded = false);
    std::size_t next(std::span<std::uint8_t> out) override;

private:
    std::size_t put_record(std::span<std::uint8_t> out, std::size_t at, const Record& record);

    Bytes head_;
    bool has_edns_;
    bool is_padded_;
    TransferPlan plan_;
    std::optional<TsigExchange> exchange_;
    const Record* waiting_;
    /// Of the message being written: the owner before, and where it stands.
    const DomainName* previous_ = nullptr;
    std::size_t previous_at_ = 0;
};

/// Appends `opt` at `at`, counts it and returns its end.
std::size_t put_opt(std::span<std::uint8_t> out, std::size_t at, const OptRecord& opt = {});

} // namespace suanlu::dns
