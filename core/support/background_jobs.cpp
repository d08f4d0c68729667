// SPDX-License-Identifier: Apache-2.0
#include "core/support/background_jobs.hpp"

#include <utility>

#include "core/support/priority.hpp"

namespace suanlu {

BackgroundJobs::BackgroundJobs() : thread_([this] { run(); }) {
}

BackgroundJobs::~BackgroundJobs() {
    {
        std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void BackgroundJobs::put(const std::string& name, Job job, std::chrono::steady_clock::duration every) {
    std::lock_guard lock(mutex_);
    Line& line = lines_[name];
    line.job = std::move(job);
    line.every = every;
    changed_.notify_all();
}

bool BackgroundJobs::waits(const std::string& name) const {
    std::lock_guard lock(mutex_);
    const auto line = lines_.find(name);
    return line != lines_.end() && line->second.job;
}

BackgroundJobs::Line* BackgroundJobs::first() {
    Line* first = nullptr;
    for (auto& [name, line] : lines_) {
        if (line.job && (first == nullptr || line.due() < first->due())) {
            first = &line;
        }
    }
    return first;
}

void BackgroundJobs::run() {
    give_way();
    std::unique_lock lock(mutex_);
    for (;;) {
        Line* const line = first();
        if (line == nullptr) {
            if (is_stopping_) {
                return;
            }
            changed_.wait(lock);
        } else if (is_stopping_ || std::chrono::steady_clock::now() >= line->due()) {
            const Job job = std::exchange(line->job, nullptr);
            lock.unlock();
            job();
            lock.lock();
            line->ended = std::chrono::steady_clock::now();
        } else {
            changed_.wait_until(lock, line->due());
        }
    }
}

} // namespace suanlu
