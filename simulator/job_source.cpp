// SPDX-License-Identifier: Apache-2.0
#include "simulator/job_source.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/support/error.hpp"

namespace suanlu::sim {

namespace {

/// Jobs drawn beforehand to learn moments and classes of sizes.
constexpr int kLearned = 20000;

double uniform(std::mt19937_64& random) {
    return std::uniform_real_distribution<double>(0, 1)(random);
}

bool is_faster(const SimSite& x, const SimSite& y) {
    if (x.discipline == Discipline::kBatching || y.discipline == Discipline::kBatching) {
        return x.batching.base_s + x.batching.per_request_s < y.batching.base_s + y.batching.per_request_s;
    }
    return x.speed > y.speed;
}

} // namespace

JobSource::JobSource(const Scenario& scenario, std::uint32_t size_classes)
    : scenario_(scenario), arrivals_(scenario.seed * 7919 + 1), sizes_(scenario.seed * 104729 + 2),
      flows_(scenario.seed * 15485863 + 4),
      lognormal_(std::log(scenario.sizes.mean) - scenario.sizes.sigma * scenario.sizes.sigma / 2,
                 scenario.sizes.sigma) {
    fastest_ = &scenario.sites.front();
    for (const SimSite& site : scenario.sites) {
        fastest_ = is_faster(site, *fastest_) ? &site : fastest_;
    }
    learn_sizes(std::max(1U, size_classes));
    const std::size_t values = std::max(scenario.sizes.values.size(), scenario.sizes.tokens.size());
    next_size_ = values > 0 ? sizes_() % values : 0;
    double capacity = 0;
    for (const SimSite& site : scenario.sites) {
        capacity += model_of(site).capacity();
    }
    double weight = 0;
    for (const SimIngress& ingress : scenario.ingresses) {
        weight += ingress.weight;
    }
    const Arrivals& arrivals = scenario.arrivals;
    const double jobs_per_flow = (arrivals.least_jobs_per_flow + arrivals.most_jobs_per_flow) / 2.0;
    if (arrivals.kind == Arrivals::Kind::kTrace) {
        mean_gap_ = std::accumulate(arrivals.gaps.begin(), arrivals.gaps.end(), 0.0) /
                    static_cast<double>(arrivals.gaps.size());
    }
    for (const SimIngress& ingress : scenario.ingresses) {
        flows_per_s_.push_back(capacity * arrivals.load * ingress.weight / weight / jobs_per_flow);
        next_gap_.push_back(arrivals.gaps.empty() ? 0 : flows_() % arrivals.gaps.size());
    }
}

double JobSource::next_gap_s(std::size_t ingress) {
    const double rate = flows_per_s_[ingress];
    if (rate <= 0) {
        return kNever;
    }
    if (scenario_.arrivals.kind == Arrivals::Kind::kPoisson) {
        return std::exponential_distribution<double>(rate)(arrivals_);
    }
    std::size_t& next = next_gap_[ingress];
    const double gap = scenario_.arrivals.gaps[next];
    next = (next + 1) % scenario_.arrivals.gaps.size();
    return gap / mean_gap_ / rate;
}

Work JobSource::draw(std::mt19937_64& random, std::size_t& next) {
    const Sizes& sizes = scenario_.sizes;
    if (!sizes.tokens.empty()) {
        const auto& [prompt, answer] = sizes.tokens[next];
        next = (next + 1) % sizes.tokens.size();
        return {answer, prompt};
    }
    switch (sizes.kind) {
    case Sizes::Kind::kLognormal:
        return {lognormal_(random), 0};
    case Sizes::Kind::kExponential:
        return {std::exponential_distribution<double>(1 / sizes.mean)(random), 0};
    case Sizes::Kind::kConstant:
        return {sizes.mean, 0};
    case Sizes::Kind::kTrace:
        break;
    }
    const double value = sizes.values[next];
    next = (next + 1) % sizes.values.size();
    return {value, 0};
}

Work JobSource::next_work() {
    return draw(sizes_, next_size_);
}

std::uint32_t JobSource::next_jobs_per_flow() {
    const Arrivals& a = scenario_.arrivals;
    return a.least_jobs_per_flow == a.most_jobs_per_flow
               ? a.least_jobs_per_flow
               : a.least_jobs_per_flow +
                     static_cast<std::uint32_t>(uniform(flows_) *
                                                (a.most_jobs_per_flow - a.least_jobs_per_flow + 1));
}

double JobSource::work_s(const Work& work) const {
    if (fastest_->discipline != Discipline::kBatching) {
        return work.size;
    }
    const BatchModel& model = fastest_->batching;
    return work.size * (model.base_s + model.per_request_s) + work.prompt * model.prefill_s;
}

double JobSource::alone_s(const Work& work) const {
    return fastest_->discipline == Discipline::kBatching ? work_s(work) : work.size / fastest_->speed;
}

double JobSource::mean_alone_s() const {
    return fastest_->discipline == Discipline::kBatching ? facts_.mean_s : facts_.mean_s / fastest_->speed;
}

std::size_t JobSource::size_class(const Work& work) const {
    const auto& from = facts_.class_from_s;
    return static_cast<std::size_t>(std::upper_bound(from.begin(), from.end(), work_s(work)) - from.begin());
}

void JobSource::learn_sizes(std::uint32_t classes) {
    std::mt19937_64 random(scenario_.seed * 32452843 + 5);
    const std::size_t values = std::max(scenario_.sizes.values.size(), scenario_.sizes.tokens.size());
    std::size_t next = 0;
    std::vector<double> seconds;
    const std::size_t count = values > 0 ? values : kLearned;
    double total = 0;
    double squares = 0;
    for (std::size_t k = 0; k < count; ++k) {
        const Work work = draw(random, next);
        facts_.mean_answer += work.size / static_cast<double>(count);
        facts_.mean_prompt += work.prompt / static_cast<double>(count);
        seconds.push_back(work_s(work));
        total += seconds.back();
        squares += seconds.back() * seconds.back();
    }
    lognormal_.reset();
    const double mean = total / static_cast<double>(count);
    facts_.mean_s = values > 0 ? mean : scenario_.sizes.mean;
    facts_.cv2 = std::max(0.0, squares / static_cast<double>(count) / (mean * mean) - 1);
    if (values == 0 && scenario_.sizes.kind == Sizes::Kind::kLognormal) {
        facts_.cv2 = std::exp(scenario_.sizes.sigma * scenario_.sizes.sigma) - 1;
    }
    learn_classes(std::move(seconds), classes);
}

/// Classes with equal work, the smallest jobs first.
void JobSource::learn_classes(std::vector<double> seconds, std::uint32_t classes) {
    std::sort(seconds.begin(), seconds.end());
    const std::size_t count = seconds.size();
    const double total = std::accumulate(seconds.begin(), seconds.end(), 0.0);
    const double mean = total / static_cast<double>(count);
    double below = 0;
    double of_class = 0;
    std::size_t first = 0;
    for (std::size_t k = 0; k < count; ++k) {
        below += seconds[k];
        of_class += seconds[k];
        const std::size_t known = facts_.relative_size.size() + 1;
        const bool is_full = below >= total * static_cast<double>(known) / classes;
        const bool is_last = k + 1 == count;
        if (is_last || (is_full && known < classes && seconds[k] < seconds[k + 1])) {
            const auto jobs = static_cast<double>(k + 1 - first);
            facts_.relative_size.push_back(of_class / jobs / mean);
            facts_.class_share.push_back(jobs / static_cast<double>(count));
            if (!is_last) {
                facts_.class_from_s.push_back(seconds[k + 1]);
            }
            first = k + 1;
            of_class = 0;
        }
    }
}

ServiceModel JobSource::model_of(const SimSite& site, double capacity_factor) const {
    const double factor = std::max(capacity_factor, 1e-3);
    Result<ServiceModel> model = [&] {
        if (site.discipline == Discipline::kBatching) {
            BatchingService s;
            s.base_s = site.batching.base_s;
            s.per_request_s = site.batching.per_request_s;
            s.prefill_s = site.batching.prefill_s;
            s.batch = static_cast<std::uint32_t>(std::max(1.0, std::round(site.batching.batch * factor)));
            s.kv_tokens = std::max(1.0, site.batching.kv_tokens * factor);
            s.prompt_tokens = facts_.mean_prompt;
            s.answer_tokens = std::max(1.0, facts_.mean_answer);
            return ServiceModel::batching(s);
        }
        const Servers servers{site.workers * factor, site.speed / facts_.mean_s, facts_.cv2};
        return site.discipline == Discipline::kFcfs ? ServiceModel::workers(servers)
                                                    : ServiceModel::sharing(servers);
    }();
    SL_CHECK(model.has_value());
    return *std::move(model);
}

} // namespace suanlu::sim
