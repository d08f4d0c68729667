// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/graph/graph.hpp"

#include <algorithm>

namespace suanlu::paths {

Graph::Graph(std::shared_ptr<const TopologyView> view) : view_(std::move(view)) {
    const auto& links = view_->links;
    first_out_.assign(view_->routers.size() + 1, 0);
    first_in_.assign(view_->routers.size() + 1, 0);
    from_.reserve(links.size());
    to_.reserve(links.size());
    for (const TopologyLink& link : links) {
        SL_CHECK(from_.empty() || from_.back() <= link.from); // sort_links() was forgotten
        from_.push_back(link.from);
        to_.push_back(link.to);
        ++first_out_[link.from + 1];
        ++first_in_[link.to + 1];
    }
    for (std::size_t router = 0; router < view_->routers.size(); ++router) {
        first_out_[router + 1] += first_out_[router];
        first_in_[router + 1] += first_in_[router];
    }
    in_.resize(links.size());
    std::vector<std::uint32_t> next(first_in_.begin(), first_in_.end() - 1);
    for (std::uint32_t link = 0; link < this->links(); ++link) {
        in_[next[to_[link]]++] = link;
    }
}

std::uint32_t Graph::opposite(std::uint32_t link) const {
    std::uint32_t rank = 0;
    while (link > out(from_[link]).first + rank && to_[link - rank - 1] == to_[link]) {
        ++rank;
    }
    const auto [first, end] = out(to_[link]);
    const auto same = std::equal_range(to_.begin() + first, to_.begin() + end, from_[link]);
    const auto found = same.first + rank;
    return found < same.second ? static_cast<std::uint32_t>(found - to_.begin()) : kNone;
}

std::vector<std::uint32_t> Graph::visited(std::uint32_t start, const Walk& walk) const {
    std::vector<std::uint32_t> out{start};
    for (const std::uint32_t link : walk) {
        out.push_back(to_[link]);
    }
    return out;
}

} // namespace suanlu::paths
