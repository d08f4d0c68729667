// SPDX-License-Identifier: Apache-2.0
// The answer to a name that leads to other names of ours (RFC 1034 section 4.3.2 step 3a, RFC 6672 section
// 3.2): what is said of each is copied behind what was said of the one before, names compressed against the
// question or the alias that led there. Only what could not be put together beforehand comes here. Lies on
// the stack, no allocation; what has no room is left to the resolver, which asks on from the last alias.
#pragma once

#include "dns/answer/composition.hpp"
#include "dns/answer/query.hpp"

namespace suanlu::dns {

class AliasChain {
public:
    /// Begins at the name of `question`, which stands in `message` behind the header. Both outlive it.
    AliasChain(ByteView message, const Query& question);

    /// The question, for the name where the chain stands.
    [[nodiscard]] const Query& query() const { return query_; }
    /// Appends what `step` says of that name, without what may be left out; `apex_bytes`: length of its
    /// zone's name. False: no room for all of it, or an alias that is here already; then nothing is appended.
    [[nodiscard]] bool append(const Composition& step, std::size_t apex_bytes);
    /// Appends the CNAME that the DNAME of `owner`, appended before, makes of the name (RFC 6672 section
    /// 3.1): the labels in front of the owner, in their own case, and a pointer to the DNAME's target. False
    /// as above.
    [[nodiscard]] bool redirect(const OwnerAnswers& owner);
    /// The name that this makes is too long.
    [[nodiscard]] bool is_too_long(const OwnerAnswers& owner) const;
    /// Goes to where the last alias leads.
    void advance();

    /// Its runs lie in this object. `last`: what else was said in the last step.
    [[nodiscard]] Composition composition(const RunCounts& last);

private:
    static constexpr std::size_t kMostAliases = 16;
    /// Of all steps, in a section; within what compression pointers reach.
    static constexpr std::size_t kMostBytes = 8192;
    static constexpr std::size_t kMostRuns = 3 * kMostAliases;
    using Octets = std::array<std::uint8_t, kMostBytes>;

    /// Of the records of a section.
    struct Extent {
        std::size_t octets = 0;
        std::size_t records = 0;
    };
    /// Everything that is undone when a step does not fit.
    struct State {
        Extent answers;
        Extent authority;
        Extent additional;
        std::size_t aliases = 0;
        std::size_t runs = 0;
        /// Where the last alias leads.
        std::size_t target_at = 0;
    };
    /// A run and where in the message its first record is, if that is an answer.
    struct Appended {
        const RunCounts* run;
        std::size_t at;
    };
    class Writer;
    class RunCopy;

    [[nodiscard]] bool append_run(const RunView& run, std::size_t apex_bytes);
    /// The message has an alias of the name at one place to the name at the other one.
    [[nodiscard]] bool add_alias(std::size_t owner_at, std::size_t target_at);
    [[nodiscard]] std::size_t end() const { return answers_at_ + state_.answers.octets; }
    [[nodiscard]] std::uint8_t octet(std::size_t place) const {
        return place < answers_at_ ? message_[place] : answers_[place - answers_at_];
    }
    /// The place of the label that begins at one of the message, or that a pointer there leads to.
    [[nodiscard]] std::size_t label_at(std::size_t place) const;
    /// Where the label is that stands behind so many octets of the present name.
    [[nodiscard]] std::size_t place_in_name(std::size_t octets) const;
    [[nodiscard]] bool is_same_name(std::size_t a, std::size_t b) const;
    /// Of a DNAME that was appended: where its type is.
    [[nodiscard]] std::size_t dname_at(const OwnerAnswers& owner) const;
    [[nodiscard]] std::size_t skip_name(std::size_t place) const;

    ByteView message_;
    std::size_t answers_at_;
    Query query_;
    /// Of the name that `query_` asks for.
    std::size_t name_at_ = kHeaderBytes;
    State state_;
    std::array<std::size_t, kMostAliases> owners_;
    std::array<Appended, kMostRuns> runs_;
    Octets answers_;
    Octets authority_;
    Octets additional_;
    std::array<RunCounts, 3> counts_;
};

} // namespace suanlu::dns
