// SPDX-License-Identifier: Apache-2.0
// What every message that we send must be, whatever was asked: a response with the asker's id whose names and
// records end where the message ends. A target that finds another one aborts. Stateless.
#pragma once

#include <cstdlib>

#include "dns/answer/query.hpp"
#include "dns/record/domain_name.hpp"

namespace suanlu::dns::fuzz {

inline void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

inline void check_answer(ByteView query, ByteView answer) {
    require(answer.size() >= kHeaderBytes && answer[0] == query[0] && answer[1] == query[1] &&
            (answer[2] & 0x80) != 0);
    WireReader reader(answer, 4);
    std::size_t records = 0;
    const std::size_t questions = *reader.integer<std::uint16_t>();
    for (int section = 0; section < 3; ++section) {
        records += *reader.integer<std::uint16_t>();
    }
    for (std::size_t i = 0; i < questions; ++i) {
        require(DomainName::read(answer, reader).has_value() && reader.take(4).has_value());
    }
    for (std::size_t i = 0; i < records; ++i) {
        require(DomainName::read(answer, reader).has_value() && reader.take(8).has_value());
        require(reader.take(*reader.integer<std::uint16_t>()).has_value());
    }
    require(reader.is_at_end());
}

} // namespace suanlu::dns::fuzz
