// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/alias_chain.hpp"

#include "dns/record/rdata_names.hpp"

namespace suanlu::dns {

namespace {

constexpr std::size_t kPointer = 0xc000;
constexpr std::size_t kQuestionTailBytes = 4; ///< type and class
constexpr std::size_t kTypeToTtlBytes = 8;
constexpr std::size_t kFixedBytes = kTypeToTtlBytes + 2; ///< to the rdata

constexpr bool is_pointer(std::uint8_t octet) {
    return octet >= 0xc0;
}

std::size_t u16_at(ByteView octets, std::size_t place) {
    return static_cast<std::size_t>(octets[place]) << 8U | octets[place + 1];
}

} // namespace

/// Appends to a section. What does not fit is left out, and known afterwards.
class AliasChain::Writer {
public:
    Writer(Octets& octets, Extent& extent) : octets_(octets), extent_(extent) {}

    void put(ByteView bytes) {
        if (bytes.size() > kMostBytes - extent_.octets) {
            has_room_ = false;
            return;
        }
        std::memcpy(octets_.data() + extent_.octets, bytes.data(), bytes.size());
        extent_.octets += bytes.size();
    }
    void put_u16(std::size_t value) {
        std::array<std::uint8_t, 2> bytes;
        dns::put_u16(bytes.data(), value);
        put(bytes);
    }
    /// The length of rdata that begins behind it, once its end is known.
    [[nodiscard]] std::size_t put_length() {
        put_u16(0);
        return extent_.octets;
    }
    void set_length(std::size_t rdata_at) {
        if (has_room_) {
            dns::put_u16(octets_.data() + rdata_at - 2, extent_.octets - rdata_at);
        }
    }
    void end_record() { ++extent_.records; }
    [[nodiscard]] bool has_room() const { return has_room_; }

private:
    Octets& octets_;
    Extent& extent_;
    bool has_room_ = true;
};

/// Copies records of a run. A pointer in it leads into the name that the run is said of (run_writer.hpp), so
/// it becomes one to where the message has that part of the name.
class AliasChain::RunCopy {
public:
    RunCopy(const AliasChain& chain, const RunView& run, std::size_t apex_bytes)
        : chain_(chain), run_(run), apex_at_(chain.query_.name_bytes - apex_bytes) {}

    /// Returns the record's type.
    std::uint16_t copy(Writer& to) {
        copy_name(to);
        const auto type = static_cast<std::uint16_t>(u16_at(run_.octets, at_));
        to.put(run_.octets.subspan(at_, kTypeToTtlBytes));
        const std::size_t rdata_end = at_ + kFixedBytes + u16_at(run_.octets, at_ + kTypeToTtlBytes);
        at_ += kFixedBytes;
        const std::size_t rdata_at = to.put_length();
        const RdataNames names = names_of(type);
        copy_octets(to, names.before);
        for (std::size_t i = 0; i < names.names; ++i) {
            copy_name(to);
        }
        copy_octets(to, rdata_end - at_);
        to.set_length(rdata_at);
        to.end_record();
        return type;
    }

private:
    void copy_octets(Writer& to, std::size_t count) {
        to.put(run_.octets.subspan(at_, count));
        at_ += count;
    }
    void copy_name(Writer& to) {
        while (!is_pointer(run_.octets[at_])) {
            const std::size_t label = run_.octets[at_] + 1U;
            copy_octets(to, label);
            if (label == 1) {
                return;
            }
        }
        to.put_u16(kPointer | chain_.place_in_name(pointed_to()));
        at_ += 2;
    }
    /// How far into the name the pointer leads.
    std::size_t pointed_to() {
        while (pointer_ < run_.apex_pointers.size() && run_.apex_pointers[pointer_] < at_) {
            ++pointer_;
        }
        const bool is_to_apex = pointer_ < run_.apex_pointers.size() && run_.apex_pointers[pointer_] == at_;
        return is_to_apex ? apex_at_ : (u16_at(run_.octets, at_) & ~kPointer) - kHeaderBytes;
    }

    const AliasChain& chain_;
    const RunView& run_;
    std::size_t apex_at_;
    std::size_t at_ = 0;
    std::size_t pointer_ = 0;
};

AliasChain::AliasChain(ByteView message, const Query& question)
    : message_(message), answers_at_(kHeaderBytes + question.name_bytes + kQuestionTailBytes),
      query_(question) {
}

bool AliasChain::append(const Composition& step, std::size_t apex_bytes) {
    const State before = state_;
    for (const RunView& run : step.runs()) {
        if (!append_run(run, apex_bytes)) {
            state_ = before;
            return false;
        }
    }
    return true;
}

bool AliasChain::append_run(const RunView& run, std::size_t apex_bytes) {
    for (std::size_t i = 0; i < state_.runs; ++i) {
        if (runs_[i].run == run.counts) {
            // Another time the same aliases are a loop; a DNAME that leads below itself makes new ones.
            return !run.counts->leads_on;
        }
    }
    if (state_.runs == kMostRuns) {
        return false;
    }
    runs_[state_.runs++] = {run.counts, end()};
    RunCopy copy(*this, run, apex_bytes);
    Writer answers(answers_, state_.answers);
    for (std::size_t i = 0; i < run.counts->answers; ++i) {
        const std::size_t owner_at = end();
        const bool is_alias = copy.copy(answers) == rr_type::kCname;
        if (!answers.has_room() || (is_alias && !add_alias(owner_at, skip_name(owner_at) + kFixedBytes))) {
            return false;
        }
    }
    Writer authority(authority_, state_.authority);
    for (std::size_t i = 0; i < run.counts->authority; ++i) {
        copy.copy(authority);
    }
    Writer additional(additional_, state_.additional);
    for (std::size_t i = 0; i < run.counts->needed_additional; ++i) { // glue (RFC 9471)
        copy.copy(additional);
    }
    return authority.has_room() && additional.has_room();
}

bool AliasChain::redirect(const OwnerAnswers& owner) {
    const State before = state_;
    const std::size_t dname = dname_at(owner);
    const std::size_t owner_at = end();
    Writer answers(answers_, state_.answers);
    answers.put_u16(kPointer | label_at(name_at_));
    answers.put_u16(rr_type::kCname);
    for (std::size_t i = 2; i < kTypeToTtlBytes; ++i) { // class and TTL
        const std::uint8_t copied = octet(dname + i);
        answers.put({&copied, 1});
    }
    const std::size_t rdata_at = answers.put_length();
    std::size_t label = label_at(name_at_);
    for (std::size_t left = query_.name_bytes - owner.name().size(); left > 0;) {
        const std::size_t octets = octet(label) + 1U;
        for (std::size_t i = 0; i < octets; ++i) {
            const std::uint8_t copied = octet(label + i);
            answers.put({&copied, 1});
        }
        left -= octets;
        label = label_at(label + octets);
    }
    answers.put_u16(kPointer | (dname + kFixedBytes));
    answers.set_length(rdata_at);
    answers.end_record();
    if (!answers.has_room() || !add_alias(owner_at, answers_at_ + rdata_at)) {
        state_ = before;
        return false;
    }
    return true;
}

bool AliasChain::is_too_long(const OwnerAnswers& owner) const {
    const std::size_t dname = dname_at(owner);
    const std::size_t target = skip_name(dname + kFixedBytes) - (dname + kFixedBytes);
    return query_.name_bytes - owner.name().size() + target > kMostNameBytes;
}

std::size_t AliasChain::dname_at(const OwnerAnswers& owner) const {
    const RunCounts* const dname = owner.otherwise(query_.is_dnssec_ok).counts;
    std::size_t run = 0;
    while (runs_[run].run != dname) {
        SL_CHECK(++run < state_.runs);
    }
    return skip_name(runs_[run].at);
}

bool AliasChain::add_alias(std::size_t owner_at, std::size_t target_at) {
    for (std::size_t i = 0; i < state_.aliases; ++i) {
        if (is_same_name(owners_[i], owner_at)) {
            return false;
        }
    }
    if (state_.aliases == kMostAliases) {
        return false;
    }
    owners_[state_.aliases++] = owner_at;
    state_.target_at = target_at;
    return true;
}

void AliasChain::advance() {
    name_at_ = state_.target_at;
    query_.labels = 0;
    query_.name_bytes = 0;
    for (std::size_t label = label_at(name_at_);; label = label_at(label + octet(label) + 1U)) {
        const std::size_t octets = octet(label) + 1U;
        SL_CHECK(query_.name_bytes + octets <= kMostNameBytes); // the zone's check and is_too_long see to it
        for (std::size_t i = 0; i < octets; ++i) {
            query_.name[query_.name_bytes + i] = lower(octet(label + i));
        }
        if (octets > 1) {
            query_.label_at[query_.labels++] = query_.name_bytes;
        }
        query_.name_bytes = static_cast<std::uint8_t>(query_.name_bytes + octets);
        if (octets == 1) {
            return;
        }
    }
}

Composition AliasChain::composition(const RunCounts& last) {
    const std::array<std::pair<const Octets*, Extent>, 3> sections{
        {{&answers_, state_.answers}, {&authority_, state_.authority}, {&additional_, state_.additional}}};
    const auto records = [&](std::size_t section) {
        return static_cast<std::uint16_t>(sections[section].second.records);
    };
    counts_[0].rcode = last.rcode;
    counts_[0].extended_error = last.extended_error;
    counts_[0].is_authoritative = last.rcode == Rcode::kNoError;
    counts_[0].answers = records(0);
    counts_[1].authority = records(1);
    counts_[2].additional = counts_[2].needed_additional = records(2);
    Composition out;
    for (std::size_t i = 0; i < sections.size(); ++i) {
        const auto& [octets, extent] = sections[i];
        counts_[i].needed_octets = static_cast<std::uint32_t>(extent.octets);
        out.add({counts_[i], ByteView(*octets).first(extent.octets), {}});
    }
    return out;
}

std::size_t AliasChain::label_at(std::size_t place) const {
    while (is_pointer(octet(place))) {
        place = (static_cast<std::size_t>(octet(place)) << 8U | octet(place + 1)) & ~kPointer;
    }
    return place;
}

std::size_t AliasChain::skip_name(std::size_t place) const {
    while (octet(place) != 0 && !is_pointer(octet(place))) {
        place += octet(place) + 1U;
    }
    return place + (octet(place) == 0 ? 1 : 2);
}

std::size_t AliasChain::place_in_name(std::size_t octets) const {
    std::size_t label = label_at(name_at_);
    while (octets > 0) {
        const std::size_t passed = octet(label) + 1U;
        SL_CHECK(passed > 1 && passed <= octets); // pointers lead to labels of the name
        octets -= passed;
        label = label_at(label + passed);
    }
    return label;
}

bool AliasChain::is_same_name(std::size_t a, std::size_t b) const {
    for (a = label_at(a), b = label_at(b);;) {
        const std::size_t octets = octet(a) + 1U;
        for (std::size_t i = 0; i < octets; ++i) {
            if (lower(octet(a + i)) != lower(octet(b + i))) {
                return false;
            }
        }
        if (octets == 1) {
            return true;
        }
        a = label_at(a + octets);
        b = label_at(b + octets);
    }
}

} // namespace suanlu::dns
