// SPDX-License-Identifier: Apache-2.0
#include "dns/xfr/transfer_stream.hpp"

#include <algorithm>

#include "core/support/unix_time.hpp"
#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

/// Pointers reach no further (RFC 1035 section 4.1.4), and a connection holds no more than this.
constexpr std::size_t kMessageBytes = 16384;
constexpr std::uint8_t kQrAa = 0x84;

void set_u16(std::uint8_t* at, std::size_t value) {
    at[0] = static_cast<std::uint8_t>(value >> 8U);
    at[1] = static_cast<std::uint8_t>(value);
}

void put_u16(std::span<std::uint8_t> out, std::size_t& at, std::size_t value) {
    set_u16(out.data() + at, value);
    at += 2;
}

} // namespace

std::size_t put_opt(std::span<std::uint8_t> out, std::size_t at, const OptRecord& opt) {
    opt.write(out.data() + at);
    ++out[11];
    return at + opt.size();
}

TransferPlan TransferPlan::soa(std::shared_ptr<const ZoneHistory> history) {
    TransferPlan plan(std::move(history));
    plan.parts_ = {{&plan.history_->newest->soa, 1}};
    return plan;
}

TransferPlan TransferPlan::whole(std::shared_ptr<const ZoneHistory> history) {
    TransferPlan plan = soa(std::move(history));
    for (const VersionPart& part : plan.history_->newest->parts) {
        plan.parts_.emplace_back(*part);
    }
    plan.parts_.push_back(plan.parts_.front());
    return plan;
}

TransferPlan TransferPlan::from(std::shared_ptr<const ZoneHistory> history,
                                const std::shared_ptr<const ZoneDifference>* step) {
    TransferPlan plan = soa(std::move(history));
    const auto* const end =
        plan.history_->differences.data() + static_cast<std::ptrdiff_t>(plan.history_->differences.size());
    for (; step != end; ++step) {
        const ZoneDifference& difference = **step;
        plan.parts_.emplace_back(&difference.from, 1);
        plan.parts_.emplace_back(difference.removed);
        plan.parts_.emplace_back(&difference.to, 1);
        plan.parts_.emplace_back(difference.added);
    }
    plan.parts_.push_back(plan.parts_.front());
    return plan;
}

const Record* TransferPlan::next() {
    while (part_ < parts_.size() && place_ == parts_[part_].size()) {
        ++part_;
        place_ = 0;
    }
    return part_ == parts_.size() ? nullptr : &parts_[part_][place_++];
}

TransferStream::TransferStream(ByteView message, const Query& query, TransferPlan plan,
                               std::optional<TsigExchange> exchange, bool is_padded)
    : head_(message.begin(),
            message.begin() + static_cast<std::ptrdiff_t>(kHeaderBytes + query.name_bytes + 4U)),
      has_edns_(query.has_edns), is_padded_(is_padded), plan_(std::move(plan)),
      exchange_(std::move(exchange)), waiting_(plan_.next()) {
    head_[2] = static_cast<std::uint8_t>(kQrAa | (head_[2] & 0x01U)); // RD is copied
    head_[3] = 0;
    std::fill(head_.begin() + 4, head_.begin() + kHeaderBytes, std::uint8_t{0});
    head_[5] = 1;
}

std::size_t TransferStream::next(std::span<std::uint8_t> out) {
    if (waiting_ == nullptr) {
        return 0;
    }
    std::copy(head_.begin(), head_.end(), out.begin());
    // The question's name is the zone's: what all owners end in.
    previous_ = nullptr;
    const std::size_t signature = exchange_ ? exchange_->record_bytes() : 0;
    const std::size_t reserved = signature + (has_edns_ ? OptRecord().size() : 0);
    std::size_t at = head_.size();
    std::size_t count = 0;
    while (waiting_ != nullptr) {
        const std::size_t limit = (count == 0 ? out.size() : std::min(out.size(), kMessageBytes)) - reserved;
        const std::size_t end = put_record(out.first(limit), at, *waiting_);
        if (end == 0) {
            break;
        }
        at = end;
        ++count;
        waiting_ = plan_.next();
    }
    if (count == 0) {
        waiting_ = nullptr; // no message is large enough: the client sees the transfer end early
        return 0;
    }
    set_u16(out.data() + 6, count);
    if (has_edns_) {
        OptRecord opt;
        if (is_padded_) {
            opt.pad(at + signature, out.size());
        }
        at = put_opt(out, at, opt);
        has_edns_ = is_padded_; // else in the first message only (RFC 5936 section 2.2.5)
    }
    return exchange_ ? exchange_->sign(out, at, unix_seconds()) : at;
}

/// The place behind the record; 0 = no room.
std::size_t TransferStream::put_record(std::span<std::uint8_t> out, std::size_t at, const Record& record) {
    const std::size_t apex_bytes = head_.size() - kHeaderBytes - 4;
    const ByteView owner = record.owner.wire();
    const std::size_t own = owner.size() - apex_bytes; // every owner is at or below the apex
    if (at + own + 12 + record.rdata.size() > out.size()) {
        return 0;
    }
    if (previous_ != nullptr && *previous_ == record.owner) {
        put_u16(out, at, 0xc000U | previous_at_);
    } else {
        const std::size_t begin = at;
        std::copy_n(owner.begin(), own, out.begin() + static_cast<std::ptrdiff_t>(at));
        at += own;
        put_u16(out, at, 0xc000U | kHeaderBytes);
        previous_ = begin < 0x4000 ? &record.owner : nullptr;
        previous_at_ = begin;
    }
    put_u16(out, at, record.type);
    put_u16(out, at, rr_class::kIn);
    put_u16(out, at, record.ttl >> 16U);
    put_u16(out, at, record.ttl & 0xffffU);
    put_u16(out, at, record.rdata.size());
    std::copy(record.rdata.begin(), record.rdata.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
    return at + record.rdata.size();
}

} // namespace suanlu::dns
