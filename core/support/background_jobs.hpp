// SPDX-License-Identifier: Apache-2.0
// Work that nobody waits for, such as writing to disk what somebody else has in memory: a thread of its own
// at low priority does it. Of each name the newest job counts, and what waits is done before the end. Jobs
// are put in from any thread, and done one at a time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace suanlu {

class BackgroundJobs {
public:
    using Job = std::function<void()>;

    BackgroundJobs();
    ~BackgroundJobs();
    BackgroundJobs(const BackgroundJobs&) = delete;
    BackgroundJobs& operator=(const BackgroundJobs&) = delete;

    /// In place of a job of this name that still waits. It begins no earlier than `every` after the last one
    /// of this name has ended.
    void put(const std::string& name, Job job, std::chrono::steady_clock::duration every = {});
    [[nodiscard]] bool waits(const std::string& name) const;

private:
    using Time = std::chrono::steady_clock::time_point;
    struct Line {
        /// None waits when it is empty.
        Job job;
        std::chrono::steady_clock::duration every{};
        Time ended = Time::min();

        [[nodiscard]] Time due() const { return ended == Time::min() ? ended : ended + every; }
    };
    void run();
    /// The line that waits and is due first; null when none waits.
    Line* first();

    mutable std::mutex mutex_; ///< guards all below
    std::condition_variable changed_;
    std::map<std::string, Line> lines_;
    bool is_stopping_ = false;
    std::thread thread_;
};

} // namespace suanlu
