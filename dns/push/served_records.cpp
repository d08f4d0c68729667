// SPDX-License-Identifier: Apache-2.0
#include "dns/push/served_records.hpp"

#include <algorithm>

#include "dns/answer/composition.hpp"
#include "dns/record/rdata_names.hpp"
#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

constexpr std::size_t kQuestionFixedBytes = 4;

Query question_of(const DomainName& name) {
    Query query;
    const ByteView wire = name.wire();
    std::transform(wire.begin(), wire.end(), query.name.begin(), lower);
    query.name_bytes = static_cast<std::uint8_t>(wire.size());
    for (std::size_t at = 0; wire[at] != 0; at += wire[at] + 1U) {
        query.label_at[query.labels++] = static_cast<std::uint8_t>(at);
    }
    return query;
}

/// The message that would carry the run: names in it point into the question.
Bytes message_of(const Snapshot& snapshot, const DomainName& name, const OwnerAnswers& owner,
                 const RunView& run) {
    const std::size_t body = kHeaderBytes + name.size() + kQuestionFixedBytes;
    Bytes message(body + run.octets.size());
    std::copy(name.wire().begin(), name.wire().end(), message.begin() + kHeaderBytes);
    Composition parts;
    parts.add(run);
    const std::size_t apex_at = kHeaderBytes + name.size() - snapshot.zone(owner).apex.size();
    const std::size_t end = parts.write(message, {body, apex_at, false, true});
    SL_CHECK(end == message.size());
    return message;
}

/// Adds the answer's next record to `set` when it is one of the set; what follows an alias is not.
Status read_record(ByteView message, WireReader& reader, const DomainName& name, Rrset& set) {
    SL_TRY(const DomainName owner, DomainName::read(message, reader));
    SL_TRY(const auto type, reader.integer<std::uint16_t>());
    SL_TRY([[maybe_unused]] const auto rr_class, reader.integer<std::uint16_t>());
    SL_TRY(const auto ttl, reader.integer<std::uint32_t>());
    SL_TRY(const auto length, reader.integer<std::uint16_t>());
    SL_TRY(Bytes rdata, read_rdata(message, reader, type, length));
    if (type == set.type && owner == name) {
        set.ttl = ttl;
        set.rdatas.push_back(std::move(rdata));
    }
    return {};
}

} // namespace

ServedName find_name(const Snapshot& snapshot, const DomainName& name, const Ip6& client) {
    const Query query = question_of(name);
    NameTrail trail;
    snapshot.trace(query, trail);
    std::size_t skipped = 0;
    const OwnerAnswers* owner = snapshot.closest(query, trail, skipped);
    if (owner == nullptr || owner->below() == Below::kReferral) {
        return {};
    }
    if (owner->below() == Below::kNotReady) {
        return {ServedName::Standing::kNotReady};
    }
    return {ServedName::Standing::kOurs, skipped == 0 ? owner : nullptr,
            class_of(snapshot.classes(), query, client).number};
}

std::map<std::uint16_t, Rrset> records_of(const Snapshot& snapshot, const DomainName& name,
                                          const ServedName& found, std::uint16_t type) {
    std::map<std::uint16_t, Rrset> out;
    for (const OwnerAnswers::Set& set :
         found.owner == nullptr ? std::span<const OwnerAnswers::Set>() : found.owner->sets()) {
        const RunView run = found.owner->run(set, found.class_number, false);
        const bool is_wanted = set.type != rr_type::kRrsig && (type == rr_type::kAny || type == set.type);
        if (!is_wanted || run.counts->rcode != Rcode::kNoError) {
            continue; // the channel is secure without signatures
        }
        const Bytes message = message_of(snapshot, name, *found.owner, run);
        WireReader reader(message, message.size() - run.octets.size());
        Rrset rrset{set.type, 0, {}, {}};
        for (std::size_t i = 0; i < run.counts->answers; ++i) {
            const Status read = read_record(message, reader, name, rrset);
            SL_CHECK(read.has_value()); // this process wrote it
        }
        if (!rrset.rdatas.empty()) {
            std::sort(rrset.rdatas.begin(), rrset.rdatas.end());
            out.emplace(set.type, std::move(rrset));
        }
    }
    return out;
}

} // namespace suanlu::dns
