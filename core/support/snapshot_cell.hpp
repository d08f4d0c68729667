// SPDX-License-Identifier: Apache-2.0
// SnapshotCell<T>: one writer publishes immutable snapshots, any thread reads the latest. A reader keeps its
// shared_ptr and refreshes only when the generation changed, so the mutex is touched once per change, not per
// read.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

namespace suanlu {

template <class T>
class SnapshotCell {
public:
    using Pointer = std::shared_ptr<const T>;

    void publish(Pointer next) {
        std::lock_guard lock(mutex_);
        current_ = std::move(next);
        generation_.fetch_add(1, std::memory_order_release);
    }
    /// Null before the first publish.
    [[nodiscard]] Pointer read() const {
        std::lock_guard lock(mutex_);
        return current_;
    }
    /// Grows by one with every publish.
    [[nodiscard]] std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

private:
    mutable std::mutex mutex_;
    Pointer current_;
    std::atomic<std::uint64_t> generation_{0};
};

} // namespace suanlu
