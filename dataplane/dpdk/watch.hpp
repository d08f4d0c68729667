// SPDX-License-Identifier: Apache-2.0
// What can be seen of the lcores at work: how long the stages of their bursts take, in the shared tables, and
// one packet in so many, as it came and as it left. Of bursts a few are measured all the time, and all while
// somebody asks; asked for, as samples of packets are, by commands on DPDK's telemetry socket
// (telemetry.hpp), on a thread of DPDK. Lcores never wait: a sample for which there is no room is lost and
// counted.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "core/support/result.hpp"
#include "dataplane/dpdk/ports.hpp"
#include "dataplane/dpdk/steer_burst.hpp"

namespace suanlu {

class Watch;

/// One lcore's part; its methods are the lcore's alone.
class LcoreWatch {
public:
    LcoreWatch(Watch& watch, LcoreState& state);

    /// Cycles, or 0 for a burst that is not measured.
    [[nodiscard]] std::uint64_t now();
    /// From `began` to now, for a burst of so many packets; nothing for a `began` of 0. Gives now().
    std::uint64_t note(Stage stage, std::uint64_t began, std::size_t packets);
    /// Around steer_burst().
    void before(std::span<rte_mbuf*> packets);
    void after(const Port& port, std::span<rte_mbuf*> packets, std::span<const BurstOutcome> outcomes);

private:
    friend class Watch;
    static constexpr std::uint32_t kSnap = 512;
    static constexpr std::uint32_t kSamples = 256;
    /// One poll in so many is measured unasked: for the price of nothing. No number of ports divides it.
    static constexpr std::uint32_t kMeasured = 61;
    struct Part {
        std::uint32_t length = 0;
        std::uint32_t kept = 0;
        std::array<std::uint8_t, kSnap> bytes;

        void copy(const rte_mbuf& packet);
    };
    struct Sample {
        std::uint64_t unix_ns;
        std::uint32_t place; ///< in its burst
        std::uint32_t from;  ///< numbers of interfaces
        BurstOutcome outcome;
        Part came;
        Part left;
    };

    Watch& watch_;
    std::array<StageTimes, static_cast<std::size_t>(Stage::kCount)>& times_;
    std::uint32_t polls_ = 0;
    std::uint32_t until_next_ = 0; ///< packets
    /// Written by the lcore, read by the writer of the file; those of the burst at hand lie behind
    /// `written_`.
    std::vector<Sample> samples_{kSamples};
    std::uint64_t begun_ = 0;
    std::uint64_t first_ = 0; ///< of the burst
    std::atomic<std::uint64_t> written_{0};
    std::atomic<std::uint64_t> read_{0};
};

class Watch {
public:
    /// Of what earlier engines have measured nothing is kept.
    Watch(const FwdConfig& config, const PortSet& ports, SharedTables& tables);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    [[nodiscard]] LcoreWatch& lcore(std::uint32_t number) { return *lcores_[number]; }

    /// All bursts or few. On forgets what was measured before.
    void measure(bool is_on);
    [[nodiscard]] bool is_measuring() const { return measures_.load(std::memory_order_relaxed); }

    /// One packet in `every`, at most `most`, into a new file of that name in the folder of fwd.yaml.
    /// kBadInput for another kind of name or number, kConflict while one is being written, kKernel when it
    /// cannot be made.
    Status capture(const std::string& name, std::uint32_t every, std::uint32_t most);
    /// The file is complete when this returns.
    void end_capture();
    struct CaptureState {
        bool is_on = false;
        bool is_cut_short = false; ///< the file could not be written to its end
        std::uint64_t written = 0;
        std::uint64_t lost = 0; ///< no room, since the start
    };
    [[nodiscard]] CaptureState capture_state() const;

private:
    friend class LcoreWatch;
    using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
    void write_samples(const std::stop_token& stop, std::uint32_t most);
    bool write_one(const LcoreWatch::Sample& sample);
    [[nodiscard]] std::uint32_t place_of(std::uint32_t interface) const;

    std::string folder_;
    std::vector<std::string> names_;        ///< of interfaces
    std::vector<std::uint32_t> interfaces_; ///< their numbers
    std::vector<std::unique_ptr<LcoreWatch>> lcores_;
    std::atomic<bool> measures_{false};
    std::atomic<std::uint32_t> every_{0}; ///< 0 = no samples
    std::atomic<std::uint64_t> written_{0};
    std::atomic<std::uint64_t> lost_{0};
    std::atomic<bool> is_cut_short_{false};
    std::mutex mutex_; ///< of the three below
    File file_{nullptr, std::fclose};
    std::condition_variable_any wakes_;
    std::jthread writer_;
};

} // namespace suanlu
