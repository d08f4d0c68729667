// SPDX-License-Identifier: Apache-2.0
// The three kinds of sites: jobs in, jobs out. First come first served with workers; sharing of the workers
// by all jobs; continuous batching, seen as a fluid: all requests of the batch advance together, a prompt
// holds everybody up for its prefill. Exact between two events. Owned by the world.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "simulator/scenario.hpp"

namespace suanlu::sim {

inline constexpr double kNever = std::numeric_limits<double>::infinity();

/// What a job asks of a site: seconds of work at speed 1, or tokens where the site batches.
struct Work {
    double size = 0;
    double prompt = 0;
};

class Server {
public:
    Server() = default;
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    virtual ~Server() = default;

    virtual void add(std::uint32_t job, const Work& work, double now_s) = 0;
    /// When the next job is done; kNever without one.
    [[nodiscard]] virtual double next_done_s() const = 0;
    /// Removes that job.
    virtual std::uint32_t finish(double now_s) = 0;
    /// Removes all, in a fixed order.
    virtual std::vector<std::uint32_t> kill(double now_s) = 0;
    /// Workers (or batch) times `factor` of the scenario; jobs in service stay.
    virtual void set_capacity(double factor, double now_s) = 0;
    [[nodiscard]] virtual std::uint32_t jobs() const = 0;
    /// Busy share of the workers, 0..1.
    [[nodiscard]] virtual double busy() const = 0;

    /// Integral of busy() over time, seconds.
    double busy_seconds(double now_s) {
        keep_time(now_s);
        return busy_s_;
    }

protected:
    /// To be called before anything changes.
    void keep_time(double now_s) {
        busy_s_ += busy() * (now_s - kept_s_);
        kept_s_ = now_s;
    }

private:
    double busy_s_ = 0;
    double kept_s_ = 0;
};

std::unique_ptr<Server> make_server(const SimSite& site);

} // namespace suanlu::sim
