// SPDX-License-Identifier: Apache-2.0
#include "dns/push/pushed_records.hpp"

#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

constexpr std::size_t kMostRecords = 100'000;

} // namespace

bool PushedRecords::is_news(const PushChange& change) {
    const Record& record = change.record;
    if (change.is_of_whole_set()) {
        std::erase_if(shown_, [&](const auto& entry) {
            const auto& [name, rr_class, type, rdata] = entry.first;
            return name == record.owner && (record.type == rr_type::kAny || record.type == type) &&
                   (change.rr_class == rr_class::kAny || change.rr_class == rr_class);
        });
        return true;
    }
    const Key key{record.owner, change.rr_class, record.type, record.rdata};
    if (change.is_removal()) {
        shown_.erase(key);
        return true;
    }
    const auto [shown, is_new] = shown_.try_emplace(key);
    const bool is_same = !is_new && shown->second.ttl == record.ttl;
    shown->second = {record.ttl, false};
    return !is_same;
}

Result<std::vector<PushChange>> PushedRecords::take(std::vector<PushChange> changes) {
    std::erase_if(changes, [&](const PushChange& change) { return !is_news(change); });
    if (shown_.size() > kMostRecords) {
        return Error{Errc::kOutOfRange, "more than " + std::to_string(kMostRecords) + " records"};
    }
    return changes;
}

void PushedRecords::begin() {
    for (auto& [key, shown] : shown_) {
        shown.is_doubted = true;
    }
}

std::vector<PushChange> PushedRecords::settle() {
    std::vector<PushChange> gone;
    std::erase_if(shown_, [&](const auto& entry) {
        if (entry.second.is_doubted) {
            const auto& [name, rr_class, type, rdata] = entry.first;
            gone.push_back({{name, type, PushChange::kRemoved, rdata}, rr_class});
        }
        return entry.second.is_doubted;
    });
    return gone;
}

} // namespace suanlu::dns
