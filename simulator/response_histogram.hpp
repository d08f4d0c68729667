// SPDX-License-Identifier: Apache-2.0
// Response times of a stretch of time as counts per bucket, so that seconds can be put together and still
// give true quantiles: buckets are 2 % wide. Only buckets with values take room. Pure values.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace suanlu::sim {

class ResponseHistogram {
public:
    ResponseHistogram() = default;
    explicit ResponseHistogram(const std::vector<double>& seconds);

    void add(const ResponseHistogram& other);
    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] double mean() const { return count_ > 0 ? sum_ / static_cast<double>(count_) : 0; }
    /// The value at floor(p (count - 1)) of the sorted ones, within 1 %; 0 without values.
    [[nodiscard]] double quantile(double p) const;

private:
    using Bucket = std::pair<std::uint16_t, std::uint32_t>; ///< which, how many
    std::vector<Bucket> buckets_;                           ///< ascending
    std::uint64_t count_ = 0;
    double sum_ = 0;
};

} // namespace suanlu::sim
