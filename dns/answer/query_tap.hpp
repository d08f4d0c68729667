// SPDX-License-Identifier: Apache-2.0
// Who looks on while queries are answered (dnstap). Called by the thread that answers, after the answer is
// made, so it must not wait. Pure interface.
#pragma once

#include "dns/answer/respond.hpp"

namespace suanlu::dns {

class QueryTap {
public:
    QueryTap() = default;
    QueryTap(const QueryTap&) = delete;
    QueryTap& operator=(const QueryTap&) = delete;
    virtual ~QueryTap() = default;
    /// `query` empty: a further message of an answer. `answer` empty: there is none. `port`: of the asker, 0
    /// = not known.
    virtual void saw(ByteView query, ByteView answer, const Asker& asker, std::uint16_t port) = 0;
};

} // namespace suanlu::dns
