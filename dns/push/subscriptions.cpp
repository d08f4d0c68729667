// SPDX-License-Identifier: Apache-2.0
#include "dns/push/subscriptions.hpp"

#include <algorithm>
#include <set>

#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

using Sets = std::map<std::uint16_t, Rrset>;

/// Lines of one PUSH or several, each once.
class ChangeList {
public:
    void add(const DomainName& owner, std::uint16_t type, std::uint32_t ttl, Bytes rdata) {
        if (seen_.emplace(owner, type, ttl, rdata).second) {
            (ttl >= PushChange::kAllRemoved ? removed_ : added_)
                .push_back({{owner, type, ttl, std::move(rdata)}, rr_class::kIn});
        }
    }
    void add_difference(const DomainName& owner, const Rrset& told, const Rrset& now) {
        if (now.rdatas.empty()) {
            add(owner, told.type, PushChange::kAllRemoved, {});
            return;
        }
        for (const Bytes& rdata : told.rdatas) {
            if (!std::binary_search(now.rdatas.begin(), now.rdatas.end(), rdata)) {
                add(owner, told.type, PushChange::kRemoved, rdata);
            }
        }
        for (const Bytes& rdata : now.rdatas) {
            const bool is_told = std::binary_search(told.rdatas.begin(), told.rdatas.end(), rdata);
            if (!is_told || told.ttl != now.ttl) {
                add(owner, now.type, now.ttl, rdata);
            }
        }
    }
    std::vector<PushChange> finish() && {
        std::move(added_.begin(), added_.end(), std::back_inserter(removed_));
        return std::move(removed_);
    }

private:
    std::set<std::tuple<DomainName, std::uint16_t, std::uint32_t, Bytes>> seen_;
    std::vector<PushChange> removed_;
    std::vector<PushChange> added_;
};

const Rrset& find_set(const Sets& sets, std::uint16_t type) {
    static const Rrset kNone;
    const auto found = sets.find(type);
    return found == sets.end() ? kNone : found->second;
}

} // namespace

bool Subscriptions::has(const PushQuestion& question) const {
    return std::any_of(all_.begin(), all_.end(),
                       [&](const auto& entry) { return entry.second.question == question; });
}

void Subscriptions::add(std::uint16_t id, PushQuestion question, const Snapshot& served) {
    const ServedName found = find_name(served, question.name, client_);
    all_.emplace(id, Subscription{std::move(question), found, true, {}});
}

bool Subscriptions::look_at(const Snapshot& served) {
    bool is_behind = false;
    for (auto& [id, subscription] : all_) {
        const ServedName found = find_name(served, subscription.question.name, client_);
        subscription.is_behind = subscription.is_behind || found.owner != subscription.found.owner ||
                                 found.class_number != subscription.found.class_number;
        subscription.found = found;
        is_behind = is_behind || subscription.is_behind;
    }
    return is_behind;
}

std::vector<PushChange> Subscriptions::take_changes(const Snapshot& served) {
    ChangeList changes;
    for (auto& [id, subscription] : all_) {
        if (!std::exchange(subscription.is_behind, false)) {
            continue;
        }
        const PushQuestion& question = subscription.question;
        Sets now = records_of(served, question.name, subscription.found, question.type);
        for (const auto& [type, set] : subscription.told) {
            changes.add_difference(question.name, set, find_set(now, type));
        }
        for (const auto& [type, set] : now) {
            if (!subscription.told.contains(type)) {
                changes.add_difference(question.name, Rrset{type, 0, {}, {}}, set);
            }
        }
        subscription.told = std::move(now);
    }
    return std::move(changes).finish();
}

} // namespace suanlu::dns
