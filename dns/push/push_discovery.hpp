// SPDX-License-Identifier: Apache-2.0
// Where the changes of a name can be subscribed to (RFC 8765 section 6.1): the zone by SOA, its servers of
// DNS Push by SRV, their addresses. Queries and answers of a resolver as octets, and the steps between them;
// whoever has sockets asks. Pure.
#pragma once

#include <functional>

#include "core/support/endpoint.hpp"
#include "dns/answer/owner_answers.hpp"
#include "dns/record/rrset.hpp"

namespace suanlu::dns {

struct ResolverQuestion {
    DomainName name;
    std::uint16_t type = 0;

    /// "www.c.example. SOA"
    [[nodiscard]] std::string text() const;
};

struct ResolverAnswer {
    Rcode rcode = Rcode::kNoError;
    /// The rest comes by TCP; there are no records.
    bool is_cut = false;
    std::vector<Record> answers;
    std::vector<Record> authority;
};

Bytes resolver_query(std::uint16_t id, const ResolverQuestion& question);
/// kBadInput: the message is malformed, or answers something else.
Result<ResolverAnswer> read_resolver_answer(ByteView message, std::uint16_t id,
                                            const ResolverQuestion& question);

struct PushHost {
    /// What its certificate is for, as the SRV record says it.
    DomainName name;
    /// In the order in which they are to be tried; at least one.
    std::vector<Endpoint> addresses;
};

/// A question to the resolver; an error where it has no answer for us.
using AskResolver = std::function<Result<ResolverAnswer>(const ResolverQuestion&)>;
/// The servers for `name`, in the order of RFC 2782, of which `seed` is the chance. kRefused where there are
/// none, with the step at which that was seen; errors of `ask` as they are.
Result<std::vector<PushHost>> discover_push(const DomainName& name, const AskResolver& ask,
                                            std::uint32_t seed);

} // namespace suanlu::dns
