// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/lookup.hpp"

namespace suanlu::dns {

Lookup::Lookup(const Snapshot& snapshot, ByteView bytes) : bytes_(bytes), fault_(parse_query(bytes, query_)) {
    if (fault_ == QueryFault::kNone) {
        snapshot.trace(query_, trail_);
    }
}

void Lookup::fetch_owner(const Snapshot& snapshot) {
    owner_ = fault_ == QueryFault::kNone ? snapshot.guess(trail_) : nullptr;
}

void Lookup::fetch_place(const Snapshot& snapshot, const Ip6& source) {
    set_ = owner_ == nullptr ? nullptr : owner_->find(query_.type);
    if (set_ != nullptr) {
        class_number_ =
            set_->classes == 0 ? std::uint16_t{0} : class_of(snapshot.classes(), query_, source).number;
        owner_->fetch_place(*set_, class_number_, query_.is_dnssec_ok);
    }
}

void Lookup::fetch_run() const {
    if (set_ != nullptr) {
        owner_->fetch_run(*set_, class_number_, query_.is_dnssec_ok);
    }
}

} // namespace suanlu::dns
