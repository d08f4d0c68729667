// SPDX-License-Identifier: Apache-2.0
#include "simulator/servers.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

#include "core/support/error.hpp"

namespace suanlu::sim {

namespace {

/// One job that runs, by when it is done (time, or progress of the batch).
struct Running {
    double done = 0;
    std::uint64_t order = 0;
    std::uint32_t job = 0;
    double kept = 0; ///< cached tokens it holds
};

bool later(const Running& x, const Running& y) {
    return x.done > y.done || (x.done == y.done && x.order > y.order);
}

/// A heap with the first to finish in front.
class RunningJobs {
public:
    void push(Running job) {
        job.order = pushed_++;
        heap_.push_back(job);
        std::push_heap(heap_.begin(), heap_.end(), later);
    }
    Running pop() {
        SL_CHECK(!heap_.empty());
        std::pop_heap(heap_.begin(), heap_.end(), later);
        const Running first = heap_.back();
        heap_.pop_back();
        return first;
    }
    [[nodiscard]] bool empty() const { return heap_.empty(); }
    [[nodiscard]] const Running& front() const { return heap_.front(); }
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(heap_.size()); }
    void take_all(std::vector<std::uint32_t>& out) {
        std::sort(heap_.begin(), heap_.end(), [](const auto& x, const auto& y) { return x.order < y.order; });
        for (const Running& job : heap_) {
            out.push_back(job.job);
        }
        heap_.clear();
    }

private:
    std::vector<Running> heap_;
    std::uint64_t pushed_ = 0;
};

struct Waiting {
    std::uint32_t job = 0;
    Work work;
};

void take_waiting(std::deque<Waiting>& queue, std::vector<std::uint32_t>& out) {
    for (const Waiting& w : queue) {
        out.push_back(w.job);
    }
    queue.clear();
}

std::uint32_t scaled(std::uint32_t whole, double factor) {
    return static_cast<std::uint32_t>(std::max(0.0, std::round(whole * factor)));
}

class FcfsServer final : public Server {
public:
    explicit FcfsServer(const SimSite& site)
        : speed_(site.speed), most_(site.workers), workers_(site.workers) {}

    void add(std::uint32_t job, const Work& work, double now_s) override {
        keep_time(now_s);
        queue_.push_back({job, work});
        start(now_s);
    }
    [[nodiscard]] double next_done_s() const override {
        return running_.empty() ? kNever : running_.front().done;
    }
    std::uint32_t finish(double now_s) override {
        keep_time(now_s);
        const std::uint32_t job = running_.pop().job;
        start(now_s);
        return job;
    }
    std::vector<std::uint32_t> kill(double now_s) override {
        keep_time(now_s);
        std::vector<std::uint32_t> out;
        running_.take_all(out);
        take_waiting(queue_, out);
        return out;
    }
    void set_capacity(double factor, double now_s) override {
        keep_time(now_s);
        workers_ = scaled(most_, factor);
        start(now_s);
    }
    [[nodiscard]] std::uint32_t jobs() const override {
        return running_.size() + static_cast<std::uint32_t>(queue_.size());
    }
    [[nodiscard]] double busy() const override {
        return workers_ == 0 ? 0 : std::min(1.0, double(running_.size()) / workers_);
    }

private:
    void start(double now_s) {
        while (running_.size() < workers_ && !queue_.empty()) {
            running_.push({now_s + queue_.front().work.size / speed_, 0, queue_.front().job, 0});
            queue_.pop_front();
        }
    }

    double speed_;
    std::uint32_t most_;
    std::uint32_t workers_;
    RunningJobs running_;
    std::deque<Waiting> queue_;
};

/// All running jobs advance by the same amount; how fast depends on how many there are.
class FluidServer : public Server {
public:
    void add(std::uint32_t job, const Work& work, double now_s) override {
        advance(now_s);
        queue_.push_back({job, work});
        enter();
    }
    [[nodiscard]] double next_done_s() const override {
        if (running_.empty()) {
            return kNever;
        }
        const double rate = progress_per_s(running_.size());
        return rate > 0 ? at_s_ + stalled_s_ + std::max(0.0, running_.front().done - progress_) / rate
                        : kNever;
    }
    std::uint32_t finish(double now_s) override {
        advance(now_s);
        const Running job = running_.pop();
        kept_ -= job.kept;
        enter();
        return job.job;
    }
    std::vector<std::uint32_t> kill(double now_s) override {
        advance(now_s);
        std::vector<std::uint32_t> out;
        running_.take_all(out);
        take_waiting(queue_, out);
        kept_ = stalled_s_ = 0;
        return out;
    }
    void set_capacity(double factor, double now_s) override {
        advance(now_s);
        factor_ = factor;
        enter();
    }
    [[nodiscard]] std::uint32_t jobs() const override {
        return running_.size() + static_cast<std::uint32_t>(queue_.size());
    }

protected:
    [[nodiscard]] virtual double progress_per_s(std::uint32_t running) const = 0;
    [[nodiscard]] virtual bool fits(std::uint32_t running, double kept, double more) const = 0;
    [[nodiscard]] virtual double prefill_s(const Work& work) const = 0;
    [[nodiscard]] std::uint32_t running() const { return running_.size(); }

    double factor_ = 1;

private:
    void advance(double now_s) {
        keep_time(now_s);
        const double passed = now_s - at_s_;
        const double stalled = std::min(passed, stalled_s_);
        stalled_s_ -= stalled;
        if (!running_.empty()) {
            progress_ += (passed - stalled) * progress_per_s(running_.size());
        }
        at_s_ = now_s;
    }
    void enter() {
        while (!queue_.empty()) {
            const Waiting& first = queue_.front();
            const double tokens = first.work.size + first.work.prompt;
            if (!fits(running_.size(), kept_, tokens)) {
                return;
            }
            stalled_s_ += prefill_s(first.work);
            kept_ += tokens;
            running_.push({progress_ + first.work.size, 0, first.job, tokens});
            queue_.pop_front();
        }
    }

    double at_s_ = 0;
    double progress_ = 0;
    double stalled_s_ = 0; ///< prefill that is still to do
    double kept_ = 0;
    RunningJobs running_;
    std::deque<Waiting> queue_;
};

class SharingServer final : public FluidServer {
public:
    explicit SharingServer(const SimSite& site) : speed_(site.speed), workers_(site.workers) {}
    [[nodiscard]] double busy() const override {
        const double workers = workers_ * factor_;
        return workers > 0 ? std::min(1.0, running() / workers) : 0;
    }

protected:
    [[nodiscard]] double progress_per_s(std::uint32_t running) const override {
        return speed_ * std::min(1.0, workers_ * factor_ / running);
    }
    [[nodiscard]] bool fits(std::uint32_t, double, double) const override { return true; }
    [[nodiscard]] double prefill_s(const Work&) const override { return 0; }

private:
    double speed_;
    double workers_;
};

class BatchingServer final : public FluidServer {
public:
    explicit BatchingServer(const SimSite& site) : model_(site.batching) {}
    [[nodiscard]] double busy() const override {
        const double places = model_.batch * factor_;
        return places > 0 ? std::min(1.0, running() / places) : 0;
    }

protected:
    [[nodiscard]] double progress_per_s(std::uint32_t running) const override {
        return 1 / (model_.base_s + model_.per_request_s * running);
    }
    /// One request runs however large it is, as long as there is a place at all.
    [[nodiscard]] bool fits(std::uint32_t running, double kept, double more) const override {
        const std::uint32_t places = scaled(model_.batch, factor_);
        return running < places && (running == 0 || kept + more <= model_.kv_tokens * factor_);
    }
    [[nodiscard]] double prefill_s(const Work& work) const override { return work.prompt * model_.prefill_s; }

private:
    BatchModel model_;
};

} // namespace

std::unique_ptr<Server> make_server(const SimSite& site) {
    switch (site.discipline) {
    case Discipline::kProcessorSharing:
        return std::make_unique<SharingServer>(site);
    case Discipline::kBatching:
        return std::make_unique<BatchingServer>(site);
    case Discipline::kFcfs:
        break;
    }
    return std::make_unique<FcfsServer>(site);
}

} // namespace suanlu::sim
