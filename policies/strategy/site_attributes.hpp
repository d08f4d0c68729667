// SPDX-License-Identifier: Apache-2.0
// A site as a placement sees it. Whatever is absent is unknown, and unknown is not zero: filters reject it
// unless the policy says otherwise, terms count it as the worst that is known (ranking.hpp). Pure values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model/ids.hpp"
#include "policies/strategy/request.hpp"
#include "policies/strategy/tariff.hpp"

namespace suanlu {

enum class SiteRole : std::uint8_t { kHub, kEdge };
inline constexpr std::array<std::string_view, 2> kSiteRoleWords{"hub", "edge"};

struct GpuPool {
    std::string model;
    std::uint32_t free = 0;
    std::optional<double> memory_bytes; ///< of each
};

/// From where the request enters the network to the site and back.
struct SitePath {
    std::optional<double> delay_s;
    std::optional<double> jitter_s;
    std::optional<double> loss; ///< share of packets
    std::optional<double> bandwidth_bytes_s;
};

struct SiteAttributes {
    SiteId id;
    std::string name;
    bool is_up = true;
    std::optional<SiteRole> role;
    std::optional<std::vector<std::string>> tenants; ///< "any" = everybody
    std::optional<std::string> residency;            ///< legal area, "CN"
    std::optional<SecurityStatus> security;

    std::optional<std::vector<GpuPool>> gpus;
    std::optional<Version> cuda;
    std::optional<std::vector<NamedVersion>> frameworks;
    std::optional<std::vector<NamedVersion>> models;

    std::optional<double> slots;
    std::optional<double> rate_per_slot; ///< jobs/s
    std::optional<double> tokens_per_s;  ///< of one slot
    std::optional<double> first_token_s; ///< when idle
    std::optional<double> utilisation;   ///< busy share of the slots
    std::optional<double> waiting;       ///< jobs in the queue
    std::optional<double> reserved;      ///< share of the slots kept for entitled user classes

    std::optional<double> watts_per_slot; ///< IT power of a busy slot
    std::optional<double> pue;
    std::optional<double> carbon_g_per_kwh;
    std::optional<Tariff> tariff;
    std::optional<Money> slot_hour; ///< what an hour of a slot costs beside electricity

    SitePath path;
    /// Bytes/s from another site to this one, by its name.
    std::map<std::string, double> bandwidth_from;
    std::optional<std::vector<std::string>> datasets;
    std::optional<double> manual_share;
};

} // namespace suanlu
