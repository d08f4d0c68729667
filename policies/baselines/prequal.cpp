// SPDX-License-Identifier: Apache-2.0
// Prequal at the level of sites (Wydrowski et al., NSDI 2024): three probes with every flow feed a pool of
// answers; the hot ones, by jobs in flight, are put aside and the fastest of the rest is taken.
#include <algorithm>

#include "policies/baselines/flow_chooser.hpp"

namespace suanlu {

namespace {

constexpr int kProbes = 3;
constexpr std::size_t kPool = 16;
constexpr double kMostAgeS = 1;
constexpr double kHotQuantile = 0.84;
constexpr int kMostUses = 3;

class PrequalChooser final : public FlowChooser {
public:
    std::size_t choose(const std::vector<ChooserSite>& sites, double now_s, const Draw& draw) override {
        forget(now_s);
        std::vector<double> load;
        for (const Answer& a : pool_) {
            if (sites[a.site].is_open) {
                load.push_back(a.jobs / sites[a.site].slots);
            }
        }
        if (load.empty()) {
            return draw_weighted(capacities(sites), draw());
        }
        const auto hot = static_cast<std::ptrdiff_t>(kHotQuantile * static_cast<double>(load.size() - 1));
        std::nth_element(load.begin(), load.begin() + hot, load.end());
        const std::size_t best = pick(sites, load[static_cast<std::size_t>(hot)]);
        const std::size_t site = pool_[best].site;
        pool_[best].jobs += 1;
        if (++pool_[best].uses >= kMostUses) {
            pool_.erase(pool_.begin() + static_cast<std::ptrdiff_t>(best));
        }
        return site;
    }

    std::vector<std::size_t> probes(const std::vector<ChooserSite>& sites, const Draw& draw) override {
        std::vector<double> weights = capacities(sites);
        std::vector<std::size_t> out;
        for (int k = 0; k < kProbes; ++k) {
            const std::size_t site = draw_weighted(weights, draw());
            if (site < sites.size()) {
                out.push_back(site);
                weights[site] = 0;
            }
        }
        return out;
    }

    void probe_answered(std::size_t site, double jobs, double now_s) override {
        pool_.push_back({site, jobs, now_s, 0});
    }

private:
    struct Answer {
        std::size_t site = 0;
        double jobs = 0;
        double at_s = 0;
        int uses = 0;
    };

    static std::vector<double> capacities(const std::vector<ChooserSite>& sites) {
        std::vector<double> out;
        for (const ChooserSite& s : sites) {
            out.push_back(s.is_open ? s.capacity() : 0);
        }
        return out;
    }

    void forget(double now_s) {
        const std::size_t over = pool_.size() > kPool ? pool_.size() - kPool : 0;
        pool_.erase(pool_.begin(), pool_.begin() + static_cast<std::ptrdiff_t>(over));
        std::erase_if(pool_, [&](const Answer& a) { return now_s - a.at_s > kMostAgeS; });
    }

    /// The fastest of the cold answers; one is always cold.
    [[nodiscard]] std::size_t pick(const std::vector<ChooserSite>& sites, double hot) const {
        std::size_t best = pool_.size();
        double least = 0;
        for (std::size_t k = 0; k < pool_.size(); ++k) {
            const ChooserSite& site = sites[pool_[k].site];
            if (!site.is_open || pool_[k].jobs / site.slots > hot) {
                continue;
            }
            const double response = site.response_s(pool_[k].jobs);
            if (best == pool_.size() || response < least) {
                best = k;
                least = response;
            }
        }
        return best;
    }

    std::vector<Answer> pool_; ///< oldest first
};

} // namespace

std::unique_ptr<FlowChooser> make_prequal() {
    return std::make_unique<PrequalChooser>();
}

} // namespace suanlu
