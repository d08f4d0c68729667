// SPDX-License-Identifier: Apache-2.0
// Where jobs come from: arrivals, sizes and jobs per connection, each from its own stream of random numbers,
// so that two policies meet the same jobs. Owned by the world; needs a scenario that check() accepts.
#pragma once

#include <random>
#include <vector>

#include "policies/service_model.hpp"
#include "simulator/servers.hpp"

namespace suanlu::sim {

/// What is known about sizes beforehand.
struct SizeFacts {
    double mean_s = 1; ///< mean work at speed 1; batching: mean seconds alone at the fastest site
    double cv2 = 1;
    double mean_prompt = 0; ///< tokens
    double mean_answer = 0;
    std::vector<double> class_from_s;  ///< least size of each class but the first
    std::vector<double> relative_size; ///< of each class, its mean over the mean of all
    std::vector<double> class_share;   ///< of the jobs
};

class JobSource {
public:
    JobSource(const Scenario& scenario, std::uint32_t size_classes);

    /// Time until the next connection at this ingress.
    double next_gap_s(std::size_t ingress);
    Work next_work();
    std::uint32_t next_jobs_per_flow();

    void scale_arrivals(std::size_t ingress, double factor) { flows_per_s_[ingress] *= factor; }
    /// Connections per second at the start.
    [[nodiscard]] const std::vector<double>& flows_per_s() const { return flows_per_s_; }
    [[nodiscard]] const SizeFacts& sizes() const { return facts_; }
    /// Seconds that the job takes alone at the fastest site.
    [[nodiscard]] double alone_s(const Work& work) const;
    [[nodiscard]] double mean_alone_s() const;
    [[nodiscard]] std::size_t size_class(const Work& work) const;
    /// How a site serves these jobs.
    [[nodiscard]] ServiceModel model_of(const SimSite& site, double capacity_factor = 1) const;

private:
    Work draw(std::mt19937_64& random, std::size_t& next);
    void learn_sizes(std::uint32_t classes);
    void learn_classes(std::vector<double> seconds, std::uint32_t classes);
    [[nodiscard]] double work_s(const Work& work) const;

    const Scenario& scenario_;
    std::mt19937_64 arrivals_, sizes_, flows_;
    std::lognormal_distribution<double> lognormal_;
    std::size_t next_size_ = 0;
    std::vector<std::size_t> next_gap_;
    double mean_gap_ = 1;
    std::vector<double> flows_per_s_;
    SizeFacts facts_;
    const SimSite* fastest_ = nullptr;
};

} // namespace suanlu::sim
