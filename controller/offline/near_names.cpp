// SPDX-License-Identifier: Apache-2.0
#include "controller/offline/near_names.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace suanlu::offline {

namespace {

constexpr std::size_t kMostNames = 3;

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

/// Levenshtein, one row at a time.
std::size_t edits(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

} // namespace

std::vector<std::string> near_names(const TopologyView& view, std::string_view name) {
    const std::string wanted = lower(name.substr(0, 256));
    const std::size_t most = std::max<std::size_t>(1, wanted.size() / 3);
    std::vector<std::pair<std::size_t, std::string>> near;
    for (const Router& router : view.routers) {
        const std::string other = lower(std::string_view(router.name).substr(0, 256));
        if (!wanted.empty() && other.find(wanted) != std::string::npos) {
            near.emplace_back(other == wanted ? 0 : 1, router.name);
        } else if (const std::size_t distance = edits(wanted, other); distance <= most) {
            near.emplace_back(distance, router.name);
        }
    }
    std::sort(near.begin(), near.end());
    if (!near.empty() && near.front().first == 0) {
        std::erase_if(near, [](const auto& entry) { return entry.first > 0; }); // only its case is wrong
    }
    near.resize(std::min(near.size(), kMostNames));
    std::vector<std::string> out;
    for (auto& entry : near) {
        out.push_back(std::move(entry.second));
    }
    return out;
}

Result<std::uint32_t> find_router(const TopologyView& view, std::string_view name) {
    if (auto found = view.find(name)) {
        return found;
    }
    std::string hint;
    for (const std::string& near : near_names(view, name)) {
        hint += (hint.empty() ? "; did you mean " : ", ") + near;
    }
    return Error{Errc::kNotFound,
                 "no router '" + std::string(name) + "' in this topology" +
                     (hint.empty() ? "; `suanluctl topology show FILE` lists them" : hint + "?")};
}

} // namespace suanlu::offline
