// SPDX-License-Identifier: Apache-2.0
// The subscriptions of one DNS Push client (RFC 8765 section 6): what it was told of each, and what has
// become different since. Nothing queues up: who is behind is told the difference to what is served when its
// turn comes, in one go. Pure; one owner.
#pragma once

#include "dns/push/dso_message.hpp"
#include "dns/push/served_records.hpp"

namespace suanlu::dns {

class Subscriptions {
public:
    explicit Subscriptions(const Ip6& client) : client_(client) {}

    [[nodiscard]] std::size_t size() const { return all_.size(); }
    [[nodiscard]] bool has(std::uint16_t id) const { return all_.contains(id); }
    [[nodiscard]] bool has(const PushQuestion& question) const;

    /// Of a name of ours; its records are the first change.
    void add(std::uint16_t id, PushQuestion question, const Snapshot& served);
    /// False: there is none.
    bool remove(std::uint16_t id) { return all_.erase(id) > 0; }

    /// `served` takes the place of the snapshot of the last call or `add`, which may be gone afterwards.
    /// Returns whether there may be changes to take.
    bool look_at(const Snapshot& served);
    /// All that differs from what the client was told; then it counts as told. Removals come first, and a
    /// line that several subscriptions ask for comes once (RFC 8765 section 6.3.1).
    std::vector<PushChange> take_changes(const Snapshot& served);

private:
    struct Subscription {
        PushQuestion question;
        ServedName found;
        /// `found` is new to it.
        bool is_behind = true;
        std::map<std::uint16_t, Rrset> told;
    };

    Ip6 client_;
    /// By the id of their SUBSCRIBE.
    std::map<std::uint16_t, Subscription> all_;
};

} // namespace suanlu::dns
