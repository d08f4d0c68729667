// SPDX-License-Identifier: Apache-2.0
// What a subscriber was shown of the records that servers pushed. A session begins with all that is there: of
// one that takes the place of another only the difference is news. Pure; one owner.
#pragma once

#include <map>
#include <tuple>

#include "dns/push/dso_message.hpp"

namespace suanlu::dns {

class PushedRecords {
public:
    /// Those of `changes` that are news. kOutOfRange: more records than anybody wants to see.
    Result<std::vector<PushChange>> take(std::vector<PushChange> changes);
    /// A session begins: what was shown is in doubt until it is told again.
    void begin();
    /// The session has told what is there: removals of what it has not told again.
    std::vector<PushChange> settle();

private:
    using Key = std::tuple<DomainName, std::uint16_t, std::uint16_t, Bytes>; ///< name, class, type, rdata
    struct Shown {
        std::uint32_t ttl = 0;
        bool is_doubted = false;
    };
    bool is_news(const PushChange& change);

    std::map<Key, Shown> shown_;
};

} // namespace suanlu::dns
