// SPDX-License-Identifier: Apache-2.0
// How long to wait before the next connection: 1, 2, 4 .. 30 s, each up to half as long again, so that
// clients that lost a server together do not come back together. What a server says is kept as it is, for it
// spreads its clients itself (RFC 8490 section 6.6.3). Pure; one owner.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <random>
#include <utility>

namespace suanlu::dns {

class ReconnectDelay {
public:
    using Milliseconds = std::chrono::milliseconds;
    static constexpr Milliseconds kLeast{1'000};
    static constexpr Milliseconds kMost{30'000};

    explicit ReconnectDelay(std::uint32_t seed) : random_(seed) {}

    /// `wanted`: by the server's RETRY DELAY.
    Milliseconds next(std::optional<Milliseconds> wanted) {
        const Milliseconds base = std::exchange(delay_, std::min(2 * delay_, kMost));
        const Milliseconds jitter(random_() % static_cast<std::uint32_t>(base.count() / 2 + 1));
        return wanted ? std::max(*wanted, kLeast) : base + jitter;
    }
    /// A connection was of use.
    void reset() { delay_ = kLeast; }

private:
    std::minstd_rand random_;
    Milliseconds delay_ = kLeast;
};

} // namespace suanlu::dns
