// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/watch.hpp"

#include <rte_cycles.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/support/log.hpp"
#include "dataplane/dpdk/pcapng.hpp"

namespace suanlu {
namespace {

constexpr auto kWriterLooks = std::chrono::milliseconds(20);
constexpr std::uint32_t kMostPackets = 1'000'000;
constexpr const char* kVerdicts[] = {"left to the kernel", "dropped", "sent"}; // enum sl_verdict

std::uint64_t unix_now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

void add(std::atomic<std::uint64_t>& to, std::uint64_t amount) { // one writer
    to.store(to.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

void forget(std::span<StageTimes> times) {
    for (auto& stage : times) {
        std::for_each(stage.bursts.begin(), stage.bursts.end(), [](auto& bucket) { bucket = 0; });
        stage.packets = stage.ns = 0;
    }
}

bool is_name(const std::string& name) {
    return !name.empty() && name.size() <= 100 && name[0] != '.' &&
           std::all_of(name.begin(), name.end(), [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
           });
}

} // namespace

LcoreWatch::LcoreWatch(Watch& watch, LcoreState& state) : watch_(watch), times_(state.times) {
}

std::uint64_t LcoreWatch::now() {
    return watch_.is_measuring() || ++polls_ % kMeasured == 0 ? rte_rdtsc() : 0;
}

std::uint64_t LcoreWatch::note(Stage stage, std::uint64_t began, std::size_t packets) {
    if (began == 0) {
        return 0;
    }
    const auto ended = rte_rdtsc();
    const auto took = static_cast<std::uint64_t>(static_cast<double>(ended - began) * 1e9 /
                                                 static_cast<double>(rte_get_tsc_hz()));
    auto& times = times_[static_cast<std::size_t>(stage)];
    const auto bucket =
        std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(took)), times.bursts.size() - 1);
    add(times.bursts[bucket], 1);
    add(times.packets, packets);
    add(times.ns, took);
    return ended;
}

void LcoreWatch::Part::copy(const rte_mbuf& packet) {
    length = packet.pkt_len;
    kept = std::min<std::uint32_t>(packet.data_len, kSnap);
    std::memcpy(bytes.data(), rte_pktmbuf_mtod(&packet, const std::uint8_t*), kept);
}

void LcoreWatch::before(std::span<rte_mbuf*> packets) {
    const auto every = watch_.every_.load(std::memory_order_relaxed);
    first_ = begun_ = written_.load(std::memory_order_relaxed);
    if (every == 0) {
        return;
    }
    for (std::uint32_t i = 0; i < packets.size(); i++) {
        if (until_next_ > 0) {
            until_next_--;
            continue;
        }
        until_next_ = every - 1;
        if (begun_ - read_.load(std::memory_order_acquire) >= kSamples) {
            watch_.lost_.fetch_add(1, std::memory_order_relaxed);
            continue;
        }
        auto& sample = samples_[begun_ % kSamples];
        sample.place = i;
        sample.came.copy(*packets[i]);
        begun_++;
    }
}

void LcoreWatch::after(const Port& port, std::span<rte_mbuf*> packets,
                       std::span<const BurstOutcome> outcomes) {
    for (auto at = first_; at < begun_; at++) {
        auto& sample = samples_[at % kSamples];
        sample.unix_ns = unix_now();
        sample.from = port.interface;
        sample.outcome = outcomes[sample.place];
        sample.left.copy(*packets[sample.place]);
    }
    if (begun_ != first_) {
        written_.store(begun_, std::memory_order_release);
    }
}

Watch::Watch(const FwdConfig& config, const PortSet& ports, SharedTables& tables) : folder_(config.captures) {
    for (std::size_t i = 0; i < config.ports.size(); i++) {
        names_.push_back(config.ports[i].interface);
        interfaces_.push_back(ports.ports()[i].interface);
    }
    for (auto& lcore : tables.lcores) {
        forget(lcore.times);
    }
    for (std::uint32_t i = 0; i < ports.lcores(); i++) {
        lcores_.push_back(std::make_unique<LcoreWatch>(*this, tables.lcores[i]));
    }
}

Watch::~Watch() {
    end_capture();
}

void Watch::measure(bool is_on) {
    measures_.store(false, std::memory_order_relaxed);
    if (!is_on) {
        return; // what was measured stays to be read
    }
    for (auto& lcore : lcores_) {
        forget(lcore->times_);
    }
    measures_.store(true, std::memory_order_relaxed);
}

Status Watch::capture(const std::string& name, std::uint32_t every, std::uint32_t most) {
    if (!is_name(name) || every == 0 || most == 0 || most > kMostPackets) {
        return Error{Errc::kBadInput,
                     "a capture is NAME,EVERY,MOST: a file's name, one packet in so many, 1.." +
                         std::to_string(kMostPackets) + " of them"};
    }
    const std::lock_guard lock(mutex_);
    if (file_ != nullptr && every_.load() != 0) {
        return Error{Errc::kConflict, "a capture is being written; end it first"};
    }
    writer_ = {}; // of one that has come to its end
    const std::string path = folder_ + "/" + name;
    file_.reset(std::fopen(path.c_str(), "wxe"));
    const auto header = pcapng_header(names_, LcoreWatch::kSnap);
    if (file_ == nullptr || std::fwrite(header.data(), header.size(), 1, file_.get()) != 1) {
        file_.reset();
        return Error{Errc::kKernel, "making " + path + ": " + std::generic_category().message(errno)};
    }
    for (auto& lcore : lcores_) {
        lcore->read_.store(lcore->written_.load());
    }
    written_ = lost_ = 0;
    is_cut_short_ = false;
    every_ = every;
    writer_ = std::jthread([this, most](const std::stop_token& stop) { write_samples(stop, most); });
    return {};
}

void Watch::end_capture() {
    const std::lock_guard lock(mutex_);
    every_ = 0;
    writer_ = {};
    file_.reset();
}

Watch::CaptureState Watch::capture_state() const {
    return {every_.load() != 0, is_cut_short_.load(), written_.load(), lost_.load()};
}

// Ends by itself when the file is full; what lies in the rings when it is told to end still goes out.
void Watch::write_samples(const std::stop_token& stop, std::uint32_t most) {
    std::mutex own;
    for (bool is_last = false; !is_last;) {
        std::unique_lock lock(own);
        is_last = wakes_.wait_for(lock, stop, kWriterLooks, [] { return false; }) || stop.stop_requested();
        for (auto& lcore : lcores_) {
            const auto written = lcore->written_.load(std::memory_order_acquire);
            for (auto read = lcore->read_.load(std::memory_order_relaxed); read < written; read++) {
                if (written_ >= most) {
                    is_last = true;
                } else if (write_one(lcore->samples_[read % LcoreWatch::kSamples])) {
                    written_++;
                } else {
                    lost_++;
                    is_last = true;
                }
                lcore->read_.store(read + 1, std::memory_order_release);
            }
        }
        is_last = is_last || written_ >= most;
        if (std::fflush(file_.get()) != 0 || std::ferror(file_.get()) != 0) {
            log_warn("capture.ended",
                     {{"why", std::generic_category().message(errno)}, {"what", "its file is cut short"}});
            is_cut_short_ = is_last = true;
        }
    }
    every_ = 0;
}

bool Watch::write_one(const LcoreWatch::Sample& sample) {
    const auto& verdict = sample.outcome.verdict;
    const bool is_sent = verdict == kRedirect;
    const CapturedPacket came{place_of(sample.from),
                              sample.unix_ns,
                              sample.came.length,
                              {sample.came.bytes.data(), sample.came.kept},
                              false,
                              kVerdicts[std::min<std::uint32_t>(verdict, kRedirect)]};
    const CapturedPacket left{
        place_of(sample.outcome.interface),           sample.unix_ns, sample.left.length,
        {sample.left.bytes.data(), sample.left.kept}, true,           ""};
    auto bytes = pcapng_packet(came);
    if (is_sent) {
        const auto more = pcapng_packet(left);
        bytes.insert(bytes.end(), more.begin(), more.end());
    }
    return std::fwrite(bytes.data(), bytes.size(), 1, file_.get()) == 1;
}

std::uint32_t Watch::place_of(std::uint32_t interface) const {
    const auto found = std::find(interfaces_.begin(), interfaces_.end(), interface);
    return found == interfaces_.end() ? 0 : static_cast<std::uint32_t>(found - interfaces_.begin());
}

} // namespace suanlu
