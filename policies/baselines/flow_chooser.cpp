// SPDX-License-Identifier: Apache-2.0
#include "policies/baselines/flow_chooser.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace suanlu {

namespace {

using Sites = std::vector<ChooserSite>;
using Score = double (*)(const ChooserSite&);

/// Free capacity never counts as less than this share of all, so that no site starves.
constexpr double kLeastFree = 0.02;

double capacity(const ChooserSite& s) {
    return s.capacity();
}
double free_capacity(const ChooserSite& s) {
    return std::max(kLeastFree * s.slots, s.slots - s.jobs) / s.service_s;
}
double one(const ChooserSite&) {
    return 1;
}
double distance(const ChooserSite& s) {
    return s.path_s;
}
double load(const ChooserSite& s) {
    return s.jobs / s.slots;
}
double joint(const ChooserSite& s) {
    return s.response_s(s.jobs);
}

std::vector<double> weights(const Sites& sites, Score weight) {
    std::vector<double> out;
    for (const ChooserSite& s : sites) {
        out.push_back(s.is_open ? weight(s) : 0);
    }
    return out;
}

/// The site with the least score takes everything.
class LeastChooser final : public FlowChooser {
public:
    explicit LeastChooser(Score score) : score_(score) {}
    std::size_t choose(const Sites& sites, double, const Draw&) override {
        std::size_t best = sites.size();
        for (std::size_t j = 0; j < sites.size(); ++j) {
            if (sites[j].is_open && (best == sites.size() || score_(sites[j]) < score_(sites[best]))) {
                best = j;
            }
        }
        return best;
    }

private:
    Score score_;
};

class WeightedChooser final : public FlowChooser {
public:
    explicit WeightedChooser(Score weight) : weight_(weight) {}
    std::size_t choose(const Sites& sites, double, const Draw& draw) override {
        return draw_weighted(weights(sites, weight_), draw());
    }

private:
    Score weight_;
};

/// The better one of two sites that are drawn by capacity.
class BestOfTwoChooser final : public FlowChooser {
public:
    explicit BestOfTwoChooser(Score score) : score_(score) {}
    std::size_t choose(const Sites& sites, double, const Draw& draw) override {
        std::vector<double> w = weights(sites, capacity);
        const std::size_t a = draw_weighted(w, draw());
        if (a == sites.size()) {
            return a;
        }
        w[a] = 0;
        const std::size_t b = draw_weighted(w, draw());
        return b == sites.size() || score_(sites[a]) <= score_(sites[b]) ? a : b;
    }

private:
    Score score_;
};

class RoundRobinChooser final : public FlowChooser {
public:
    std::size_t choose(const Sites& sites, double, const Draw&) override {
        for (std::size_t k = 0; k < sites.size(); ++k) {
            next_ = (next_ + 1) % sites.size();
            if (sites[next_].is_open) {
                return next_;
            }
        }
        return sites.size();
    }

private:
    std::size_t next_ = 0;
};

template <class Chooser, auto... argument>
std::unique_ptr<FlowChooser> make() {
    return std::make_unique<Chooser>(argument...);
}

struct Named {
    std::string_view name;
    std::unique_ptr<FlowChooser> (*make)();
};
constexpr std::array kChoosers{
    Named{"nearest", make<LeastChooser, distance>},
    Named{"least-load", make<LeastChooser, load>},
    Named{"joint", make<LeastChooser, joint>},
    Named{"free-capacity", make<WeightedChooser, free_capacity>},
    Named{"static", make<WeightedChooser, capacity>},
    Named{"random", make<WeightedChooser, one>},
    Named{"round-robin", make<RoundRobinChooser>},
    Named{"jsq2", make<BestOfTwoChooser, load>},
    Named{"jsq2-joint", make<BestOfTwoChooser, joint>},
    Named{"prequal", make_prequal},
};

} // namespace

double ChooserSite::response_s(double there) const {
    return path_s + service_s + std::max(0.0, there + 1 - slots) / capacity();
}

std::size_t draw_weighted(const std::vector<double>& weights, double at) {
    double left = 0;
    for (const double w : weights) {
        left += w;
    }
    left *= at;
    std::size_t last = weights.size();
    for (std::size_t j = 0; j < weights.size(); ++j) {
        if (weights[j] > 0) {
            last = j;
            left -= weights[j];
            if (left < 0) {
                break;
            }
        }
    }
    return last;
}

const std::vector<std::string_view>& known_choosers() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> out;
        for (const Named& n : kChoosers) {
            out.push_back(n.name);
        }
        return out;
    }();
    return names;
}

Result<std::unique_ptr<FlowChooser>> make_chooser(std::string_view name) {
    std::string known;
    for (const Named& n : kChoosers) {
        if (n.name == name) {
            return n.make();
        }
        known += known.empty() ? "" : ", ";
        known += n.name;
    }
    return Error{Errc::kNotFound, "no baseline is called '" + std::string(name) + "'; known: " + known};
}

} // namespace suanlu
