// SPDX-License-Identifier: Apache-2.0
// What the snapshot says of one name, as runs of an answer: step 3 of RFC 1034 section 4.3.2, once for the
// question's name and once for each one that an alias leads to. Pure, no allocation.
#pragma once

#include "dns/answer/composition.hpp"
#include "dns/answer/snapshot.hpp"

namespace suanlu::dns {

struct Step {
    Composition parts;
    const ZoneDenials* zone = nullptr;
    /// Above the name, with a DNAME that says where it leads; null = none.
    const OwnerAnswers* redirects = nullptr;
    ClientClass client;
    Rcode rcode = Rcode::kNoError;
    bool depends_on_client = false;
    /// The name is an alias, and what it leads to is yet to be looked up.
    bool leads_on = false;
};

/// Fills an empty `step` for a client at `source`. kNotOurs, kNotReady: there is nothing to be said.
QueryFault look_up(const Snapshot& snapshot, const Query& query, const NameTrail& trail, const Ip6& source,
                   Step& step);

} // namespace suanlu::dns
