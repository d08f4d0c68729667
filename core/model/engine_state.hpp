// SPDX-License-Identifier: Apache-2.0
// What an ingress says of its forwarding engine itself, for `suanluctl get engines`. Pure values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace suanlu {

struct EnginePort {
    std::string interface;
    std::string role; ///< "external", "site", "core"
    bool is_down = false;
    /// Packets, as the device counts them.
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::uint64_t missed = 0; ///< came, but there was no buffer or descriptor
    std::uint64_t errors = 0; ///< came damaged, or could not be sent
    std::uint64_t received_bytes = 0;
    std::uint64_t sent_bytes = 0;
    /// Receive queues of the interface that the engine does not poll: what comes by them it never sees.
    std::uint32_t unpolled_queues = 0;

    bool operator==(const EnginePort&) const = default;
};

/// How long one stage of a burst takes; of bursts that were measured, since the engine started.
struct EngineStage {
    /// bursts[n] counts those that took less than 2^n ns and not less than half of it, the last one all
    /// others.
    static constexpr std::size_t kBuckets = 32;

    std::string name;
    std::uint64_t packets = 0;
    std::uint64_t ns = 0;
    std::vector<std::uint64_t> bursts;

    bool operator==(const EngineStage&) const = default;
};

struct EngineState {
    std::string name; ///< as engine_name() of the data plane; empty = not said
    std::vector<EnginePort> ports;
    /// None: the engine does not work in bursts.
    std::vector<EngineStage> stages;

    bool operator==(const EngineState&) const = default;
};

} // namespace suanlu
