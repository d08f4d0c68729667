// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/placement_codec.hpp"

#include "proto/codec/field_codec.hpp"
#include "proto/codec/plan_codec.hpp"
#include "suanlu/v1/agent.pb.h"

namespace suanlu {

namespace {

using codec::bad_field;
using codec::check_count;
using codec::check_name;
using codec::check_number;
using codec::check_range;
using codec::item_path;

constexpr std::uint32_t kMostMicroseconds = 0xffffffff;
/// Of the service model: larger pools are several sites.
constexpr std::uint32_t kMostJobs = 65'536;
constexpr std::uint32_t kMostAgeMillis = 1'000'000;
constexpr double kMostLoad = 1e9;

Result<SitePlacement> decode_placed_site(const std::string& at, const v1::SitePlacement& from) {
    SitePlacement out;
    out.site.value = static_cast<std::uint16_t>(from.site());
    SL_TRY_VOID(check_range(at + "draw_ppm", from.draw_ppm(), 0, kWholeShare));
    out.draw_ppm = from.draw_ppm();
    out.static_cost.value = from.static_cost_us();
    out.one_way.value = from.one_way_us();
    SL_TRY_VOID(check_range(at + "service_time_us", from.service_time_us(), 1, kMostMicroseconds));
    out.service_time.value = from.service_time_us();
    out.balance_millijobs = from.balance_millijobs();
    SL_TRY_VOID(check_range(at + "relaxation_us", from.relaxation_us(), 1, kMostMicroseconds));
    out.relaxation.value = from.relaxation_us();
    out.drain_per_job.value = from.drain_per_job_us();
    SL_TRY_VOID(check_range(at + "full_at", from.full_at(), 1, kMostJobs));
    out.full_at = from.full_at();
    out.own_flows_per_ks = from.own_flows_per_ks();
    SL_TRY_VOID(check_range(at + "stride", from.stride(), 1, kMostJobs));
    out.stride = from.stride();
    SL_TRY_VOID(
        check_range(at + "delta_us", static_cast<std::uint64_t>(from.delta_us_size()), 1, kMostDeltas));
    for (const std::uint32_t each : from.delta_us()) {
        out.delta.push_back({each});
    }
    out.slope.value = from.slope_us();
    return out;
}

} // namespace

Result<PlacementTable> decode(const std::string& at, const v1::PlacementTable& from, const SiteIds& sites) {
    PlacementTable out;
    SL_TRY_VOID(check_range(at + "exception_ppm", from.exception_ppm(), 0, kWholeShare));
    out.exception_ppm = from.exception_ppm();
    SL_TRY_VOID(check_range(at + "most_age_millis", from.most_age_millis(), 0, kMostAgeMillis));
    out.most_age_millis = from.most_age_millis();
    SL_TRY_VOID(check_count(at + "sites", from.sites_size(), kMaxPlanSites));
    SiteIds seen;
    for (int i = 0; i < from.sites_size(); ++i) {
        const std::string site_at = item_path(at + "sites", i);
        if (sites.count(from.sites(i).site()) == 0) {
            return bad_field(site_at + "site", "is not a site of this Plan");
        }
        if (!seen.insert(from.sites(i).site()).second) {
            return bad_field(site_at + "site", "appears twice");
        }
        SL_TRY(SitePlacement site, decode_placed_site(site_at, from.sites(i)));
        out.sites.push_back(std::move(site));
    }
    return out;
}

void encode(const PlacementTable& from, v1::PlacementTable& to) {
    to.set_exception_ppm(from.exception_ppm);
    to.set_most_age_millis(from.most_age_millis);
    for (const SitePlacement& site : from.sites) {
        auto& out = *to.add_sites();
        out.set_site(site.site.value);
        out.set_draw_ppm(site.draw_ppm);
        out.set_static_cost_us(site.static_cost.value);
        out.set_one_way_us(site.one_way.value);
        out.set_service_time_us(site.service_time.value);
        out.set_balance_millijobs(site.balance_millijobs);
        out.set_relaxation_us(site.relaxation.value);
        out.set_drain_per_job_us(site.drain_per_job.value);
        out.set_full_at(site.full_at);
        out.set_own_flows_per_ks(site.own_flows_per_ks);
        out.set_stride(site.stride);
        for (const Microseconds each : site.delta) {
            out.add_delta_us(each.value);
        }
        out.set_slope_us(site.slope.value);
    }
}

void encode(const std::vector<SiteLoad>& from, v1::SiteLoads& to) {
    to.Clear();
    for (const SiteLoad& load : from) {
        auto& out = *to.add_loads();
        out.set_site(load.site);
        out.set_service(load.service);
        out.set_jobs(load.jobs);
        out.set_measured_age_us(load.measured_age.value);
    }
}

Result<std::vector<SiteLoad>> decode(const v1::SiteLoads& from) {
    SL_TRY_VOID(check_count("loads", from.loads_size(), kMaxSiteLoads));
    std::vector<SiteLoad> out;
    out.reserve(static_cast<std::size_t>(from.loads_size()));
    for (int i = 0; i < from.loads_size(); ++i) {
        const v1::SiteLoad& load = from.loads(i);
        const std::string at = item_path("loads", i);
        SL_TRY_VOID(check_name(at + "site", load.site()));
        SL_TRY_VOID(check_name(at + "service", load.service()));
        SL_TRY_VOID(check_number(at + "jobs", load.jobs(), 0, kMostLoad));
        out.push_back({load.site(), load.service(), load.jobs(), {load.measured_age_us()}});
    }
    return out;
}

} // namespace suanlu
