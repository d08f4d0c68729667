// SPDX-License-Identifier: Apache-2.0
#include "simulator/response_histogram.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu::sim {

namespace {

constexpr double kLeast = 1e-6; ///< s; what is shorter is as short
constexpr double kWidth = 1.02;
constexpr double kMostBucket = 65535;

std::uint16_t bucket_of(double seconds) {
    const double k = std::floor(std::log(std::max(seconds, kLeast) / kLeast) / std::log(kWidth));
    return static_cast<std::uint16_t>(std::clamp(k, 0.0, kMostBucket));
}

double middle_of(std::uint16_t bucket) {
    return kLeast * std::pow(kWidth, bucket + 0.5);
}

} // namespace

ResponseHistogram::ResponseHistogram(const std::vector<double>& seconds) : count_(seconds.size()) {
    std::vector<std::uint16_t> which;
    which.reserve(seconds.size());
    for (const double value : seconds) {
        which.push_back(bucket_of(value));
        sum_ += value;
    }
    std::sort(which.begin(), which.end());
    for (const std::uint16_t bucket : which) {
        if (buckets_.empty() || buckets_.back().first != bucket) {
            buckets_.emplace_back(bucket, 0);
        }
        ++buckets_.back().second;
    }
}

void ResponseHistogram::add(const ResponseHistogram& other) {
    std::vector<Bucket> both;
    auto mine = buckets_.begin();
    for (const Bucket& theirs : other.buckets_) {
        while (mine != buckets_.end() && mine->first < theirs.first) {
            both.push_back(*mine++);
        }
        both.push_back(theirs);
        if (mine != buckets_.end() && mine->first == theirs.first) {
            both.back().second += mine++->second;
        }
    }
    both.insert(both.end(), mine, buckets_.end());
    buckets_ = std::move(both);
    count_ += other.count_;
    sum_ += other.sum_;
}

double ResponseHistogram::quantile(double p) const {
    if (count_ == 0) {
        return 0;
    }
    const auto rank = static_cast<std::uint64_t>(p * static_cast<double>(count_ - 1));
    std::uint64_t passed = 0;
    for (const auto& [bucket, count] : buckets_) {
        passed += count;
        if (passed > rank) {
            return middle_of(bucket);
        }
    }
    return middle_of(buckets_.back().first);
}

} // namespace suanlu::sim
