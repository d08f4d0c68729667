// SPDX-License-Identifier: Apache-2.0
// Frames from the one thread that makes them to the one that writes them. Bounded and without a lock: who
// makes them never waits, and is told when there is no room.
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "dns/record/wire.hpp"

namespace suanlu::dns {

class FrameQueue {
public:
    explicit FrameQueue(std::size_t capacity) : slots_(capacity) {}

    /// By the maker. False = full.
    bool push(Bytes frame) {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);
        if (tail - head_.load(std::memory_order_acquire) == slots_.size()) {
            return false;
        }
        slots_[tail % slots_.size()] = std::move(frame);
        tail_.store(tail + 1, std::memory_order_release);
        return true;
    }

    /// By the writer. Nothing = empty.
    std::optional<Bytes> pop() {
        const std::size_t head = head_.load(std::memory_order_relaxed);
        if (head == tail_.load(std::memory_order_acquire)) {
            return std::nullopt;
        }
        Bytes frame = std::exchange(slots_[head % slots_.size()], {});
        head_.store(head + 1, std::memory_order_release);
        return frame;
    }

private:
    std::vector<Bytes> slots_;
    /// Numbers of frames taken and put, ever; each written by one side, a cache line apart.
    alignas(64) std::atomic<std::size_t> head_{0};
    alignas(64) std::atomic<std::size_t> tail_{0};
};

} // namespace suanlu::dns
