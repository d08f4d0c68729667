// SPDX-License-Identifier: Apache-2.0
// When memory that packets may have been reading can be used again (quiescent-state reclamation, as
// rte_rcu_qsbr, but between two processes). Lies in the shared tables: the lcores say after every burst which
// epoch they have seen, whoever unlinks something raises the epoch and waits until all have seen it. Nothing
// here blocks.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace suanlu {

inline constexpr std::uint32_t kMostLcores = 16;
/// The reader's number of whoever fills the filters of af_xdp ports.
inline constexpr std::uint32_t kFilterReader = kMostLcores;

/// All zero is a valid start.
class Grace {
public:
    /// Of an lcore, before its first packet. The last line and retire() change the same word, so one of them
    /// comes first: either whoever unlinks sees this reader, or this reader sees what was unlinked.
    void enter(std::uint32_t lcore) {
        readers_[lcore].seen.store(epoch_.load() + 1);
        epoch_.fetch_add(0);
    }
    /// Of an lcore, between two bursts: it holds no pointer into the tables.
    void pause(std::uint32_t lcore) {
        readers_[lcore].seen.store(epoch_.load(std::memory_order_acquire) + 1, std::memory_order_release);
    }
    /// Of an lcore that reads no more.
    void leave(std::uint32_t lcore) { readers_[lcore].seen.store(0, std::memory_order_release); }

    /// After something was unlinked: the epoch to wait for.
    std::uint64_t retire() { return epoch_.fetch_add(1) + 1; }
    /// Nobody can hold a pointer to what was unlinked then.
    [[nodiscard]] bool is_over(std::uint64_t epoch) const {
        for (const auto& reader : readers_) {
            const auto seen = reader.seen.load(std::memory_order_acquire);
            if (seen != 0 && seen <= epoch) {
                return false;
            }
        }
        return true;
    }

private:
    struct alignas(64) Reader {
        std::atomic<std::uint64_t> seen; ///< epoch + 1; 0 = reads nothing
    };
    std::atomic<std::uint64_t> epoch_;
    std::array<Reader, kMostLcores + 1> readers_;
};

} // namespace suanlu
