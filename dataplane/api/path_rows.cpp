// SPDX-License-Identifier: Apache-2.0
#include "dataplane/api/path_rows.hpp"

#include <algorithm>
#include <cstring>

#include "dataplane/api/apportion.hpp"
#include "dataplane/api/rows.hpp"

namespace suanlu {
namespace {

constexpr std::uint8_t kOuterHopLimit = 64;
constexpr std::uint8_t kRoutingHeader = 43;
constexpr std::uint8_t kIpv6InIpv6 = 41;
constexpr std::uint8_t kIpv4InIpv6 = 4;
constexpr std::uint8_t kSegmentRouting = 4;
constexpr std::size_t kFixedSrh = 8;
constexpr std::size_t kSegment = 16;
constexpr std::size_t kDestination = 24; // in the IPv6 header
constexpr std::uint8_t kNobody = 0xff;

/// Entries of the routing header; 0 = there is none.
std::size_t listed_segments(const PathPlan& path) {
    switch (path.mode) {
    case EncapMode::kEncaps:
        return path.sids.size() + 1;
    case EncapMode::kEncapsRed:
        return path.sids.size(); // the first one is in the destination only
    case EncapMode::kUsid:
        break;
    }
    return 0;
}

void put_address(std::uint8_t* at, const Ip6& address) {
    std::copy(address.bytes.begin(), address.bytes.end(), at);
}

/// Where the argument of a service SID begins: behind its last id, if 4 bytes are left. 0 = they are not.
std::uint8_t argument_of(const Ip6& sid) {
    std::size_t end = sid.bytes.size();
    while (end >= 2 && sid.bytes[end - 1] == 0 && sid.bytes[end - 2] == 0) {
        end -= 2;
    }
    return static_cast<std::uint8_t>(end + sizeof(sl_service::application_be) <= sid.bytes.size() ? end : 0);
}

std::uint32_t rank_of(PathId path) {
    return path.value % kPathsPerSite;
}

/// Takes packets of this version, if it has a next hop.
bool carries(const sl_site& row, std::uint32_t rank, std::size_t version) {
    return row.paths[rank][version].outer != 0;
}

bool is_usable(const sl_site& row, std::uint32_t rank, std::size_t version) {
    return carries(row, rank, version) && row.paths[rank][version].interface != 0;
}

/// Shares by largest remainder, and the fewest changes against before: what slots do (apportion.hpp), with
/// ranks in place of sites.
template <class Choice>
Choice apportion(SiteId site, const Choice& before, std::span<const Candidate> ranks) {
    std::vector<SlotOwner> owners;
    for (const std::uint8_t rank : before) {
        const SiteId owner{static_cast<std::uint16_t>(rank == kNobody ? 0 : rank + 1)};
        owners.push_back({owner, owner, false});
    }
    const auto edited = edit_owners(ServiceId{site.value}, owners, ranks);
    Choice after = before;
    for (std::size_t i = 0; i < after.size(); i++) {
        after[i] = edited[i].is_set() ? static_cast<std::uint8_t>(edited[i].value - 1) : std::uint8_t{0};
    }
    return after;
}

} // namespace

std::size_t outer_length(const PathPlan& path) {
    const auto listed = listed_segments(path);
    return SL_OUTER_LEAST + (listed == 0 ? 0 : kFixedSrh + listed * kSegment);
}

Status check_path_plan(const PathPlan& path) {
    const std::string name = "path " + std::to_string(path.id.value);
    if (path.sids.size() + 1 > kMostSegments) {
        return Error{Errc::kOutOfRange, name + " has " + std::to_string(path.sids.size() + 1) +
                                            " segments, allowed are 1.." + std::to_string(kMostSegments)};
    }
    if (path.mode == EncapMode::kUsid && !path.sids.empty()) {
        return Error{Errc::kBadInput, name + ": mode usid has its whole list in the destination"};
    }
    if (path.mtu.value < 1280 || path.mtu.value > 65535) {
        return Error{Errc::kBadInput, name + " has an MTU outside 1280..65535"};
    }
    // RFC 8200 section 5: an IPv6 host may send 1280 bytes everywhere, and does not go below when told so.
    if (const auto outer = outer_length(path);
        !path.destination6.is_zero() && path.mtu.value < 1280 + outer) {
        return Error{Errc::kBadInput, name + " has an MTU of " + std::to_string(path.mtu.value) +
                                          ": with an outer header of " + std::to_string(outer) +
                                          " bytes it must be " + std::to_string(1280 + outer) +
                                          " or more for IPv6"};
    }
    return {};
}

void write_outer_header(const PathPlan& path, bool is_v4, const Ip6& source, sl_path& row) {
    const Ip6& last = is_v4 ? path.destination4 : path.destination6;
    const std::uint8_t payload = is_v4 ? kIpv4InIpv6 : kIpv6InIpv6;
    const auto listed = listed_segments(path);
    std::memset(row.header, 0, sizeof row.header);
    row.outer = last.is_zero() ? 0 : static_cast<sl_u8>(outer_length(path));
    row.inner_mtu = static_cast<sl_u16>(path.mtu.value - outer_length(path));
    row.argument = 0;
    row.header[0] = 0x60;
    row.header[6] = listed == 0 ? payload : kRoutingHeader;
    row.header[7] = kOuterHopLimit;
    put_address(row.header + 8, source);
    put_address(row.header + kDestination, path.sids.empty() ? last : path.sids.front());
    if (const auto argument = argument_of(last); argument != 0) {
        const auto sid = path.sids.empty() ? kDestination : SL_OUTER_LEAST + kFixedSrh;
        row.argument = static_cast<sl_u8>(sid + argument);
    }
    if (listed == 0) {
        return;
    }
    // RFC 8754 section 2: length in units of 8 bytes behind the first 8; the list is in reverse order.
    std::uint8_t* srh = row.header + SL_OUTER_LEAST;
    srh[0] = payload;
    srh[1] = static_cast<std::uint8_t>(2 * listed);
    srh[2] = kSegmentRouting;
    srh[3] = static_cast<std::uint8_t>(path.sids.size());
    srh[4] = static_cast<std::uint8_t>(listed - 1);
    put_address(srh + kFixedSrh, last);
    for (std::size_t i = 1; i < listed; i++) {
        put_address(srh + kFixedSrh + i * kSegment, path.sids[path.sids.size() - i]);
    }
}

void SitePathRows::take(const SitePlan& plan, const Ip6& source, sl_site& row) {
    std::array<bool, SL_PATHS> is_named{};
    order_.clear();
    for (const auto& path : plan.paths) {
        const auto rank = rank_of(path.id);
        is_named[rank] = true;
        order_.push_back(static_cast<std::uint8_t>(rank));
        weights_[rank] = path.weight;
        for (const std::size_t version : {0U, 1U}) {
            write_outer_header(path, version == 1, source, row.paths[rank][version]);
        }
    }
    for (std::uint32_t rank = 0; rank < SL_PATHS; rank++) {
        if (!is_named[rank]) {
            std::memset(row.paths[rank], 0, sizeof row.paths[rank]);
            weights_[rank] = 0;
        }
    }
    for (const std::size_t version : {0U, 1U}) {
        std::vector<Candidate> ranks;
        for (const auto rank : order_) {
            const bool is_main = weights_[rank] > 0 && carries(row, rank, version);
            ranks.push_back({SiteId{static_cast<std::uint16_t>(rank + 1)}, weights_[rank], true, !is_main});
        }
        const bool has_weights =
            std::any_of(ranks.begin(), ranks.end(), [](const Candidate& c) { return !c.is_dead; });
        if (has_weights) {
            home_[version] = apportion(plan.id, home_[version], ranks);
            continue;
        }
        const auto first = std::find_if(order_.begin(), order_.end(),
                                        [&](std::uint8_t rank) { return carries(row, rank, version); });
        home_[version].fill(first == order_.end() ? std::uint8_t{0} : *first);
    }
    choose(row);
}

void SitePathRows::adopt(const sl_site& row) {
    weights_ = {};
    order_.clear();
    for (std::uint8_t rank = 0; rank < SL_PATHS; rank++) {
        if (carries(row, rank, 0) || carries(row, rank, 1)) {
            order_.push_back(rank);
        }
    }
    for (const std::size_t version : {0U, 1U}) {
        std::copy(std::begin(row.choice[version]), std::end(row.choice[version]), home_[version].begin());
    }
    for (const auto rank : home_[0]) {
        weights_[rank % SL_PATHS]++;
    }
}

Status SitePathRows::use(std::span<const UsablePath> usable, sl_site& row) {
    for (const auto& path : usable) {
        const bool is_known = site_of(path.id) == SiteId{row.id} &&
                              std::find(order_.begin(), order_.end(), rank_of(path.id)) != order_.end();
        if (!is_known) {
            return Error{Errc::kNotFound,
                         "site " + std::to_string(row.id) + " has no path " + std::to_string(path.id.value)};
        }
    }
    for (auto& versions : row.paths) {
        versions[0].interface = versions[1].interface = 0;
    }
    for (const auto& path : usable) {
        for (auto& version : row.paths[rank_of(path.id)]) {
            version.interface = path.hop.interface_index;
            std::copy(path.hop.source_mac.begin(), path.hop.source_mac.end(), version.source_mac);
            std::copy(path.hop.destination_mac.begin(), path.hop.destination_mac.end(),
                      version.destination_mac);
        }
    }
    choose(row);
    return {};
}

// A share goes home when its path works. Else it stays where it is while it can, so that a live flow changes
// its path only when that path fails; and only what is left without a path is given away by weights.
void SitePathRows::choose(sl_site& row) {
    row.usable = 0;
    for (const auto& versions : row.paths) {
        row.usable = static_cast<sl_u8>(row.usable + (versions[0].interface != 0 ? 1 : 0));
    }
    for (const std::size_t version : {0U, 1U}) {
        Choice before;
        for (std::size_t i = 0; i < before.size(); i++) {
            const auto home = home_[version][i];
            const auto now = row.choice[version][i];
            before[i] = is_usable(row, home, version)                    ? home
                        : now < SL_PATHS && is_usable(row, now, version) ? now
                                                                         : kNobody;
        }
        std::array<std::uint32_t, SL_PATHS> held{};
        for (const auto rank : before) {
            held[rank % SL_PATHS] += rank == kNobody ? 0 : 1;
        }
        for (std::size_t i = 0; i < before.size(); i++) {
            std::uint8_t best = kNobody;
            for (const auto rank : order_) {
                // Fewest shares for its weight; without weights the first of the Plan.
                const bool is_less = best == kNobody || std::uint64_t{held[rank] + 1} * weights_[best] <
                                                            std::uint64_t{held[best] + 1} * weights_[rank];
                best = is_usable(row, rank, version) && is_less ? rank : best;
            }
            if (before[i] == kNobody && best != kNobody) {
                before[i] = best;
                held[best]++;
            }
            row.choice[version][i] = before[i] == kNobody ? home_[version][i] : before[i];
        }
    }
}

std::uint32_t smallest_inner_mtu(const sl_site& row) {
    std::uint32_t smallest = 0;
    for (const auto& versions : row.paths) {
        for (const auto& path : versions) {
            if (path.interface != 0 && path.outer != 0) {
                smallest = smallest == 0 ? path.inner_mtu : std::min<std::uint32_t>(smallest, path.inner_mtu);
            }
        }
    }
    return smallest;
}

} // namespace suanlu
