// SPDX-License-Identifier: Apache-2.0
// What sites and ingresses report. Order of a site's reports is boot id + sequence; the wall clock is shown,
// never computed with. Every quantity keeps unit, source and time of observation. Pure values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/model/engine_state.hpp"
#include "core/model/ids.hpp"
#include "core/model/units.hpp"

namespace suanlu {

/// One raw value (CATS L0).
struct Quantity {
    std::string name; ///< canonical, e.g. "requests_waiting"
    double value = 0;
    std::string unit;   ///< "1", "s", "B", "W", "ratio"
    std::string source; ///< URL of the page it came from
    std::uint64_t observed_unix_ns = 0;
    bool stale = false;
};

/// One service at one site (service contact instance).
struct InstanceReport {
    std::string service;
    /// Workers of the pool this service runs in.
    double slots_total = 0;
    /// Workers that steered requests can get: total minus those held by local work. 0 = takes no new flows.
    double slots_usable = 0;
    double running = 0;
    double waiting = 0;
    /// Jobs one worker finishes per second; 0 = unknown, keep the inventory's figure.
    PerSecond rate_per_slot{0};
    /// Busy share of the whole pool, 0..1, local work included.
    double utilisation = 0;
    /// Squared coefficient of variation of the service time; negative = unknown (1 is used).
    double cv2 = -1;
    /// Requests finished since the site's process started (for jobs per flow).
    std::uint64_t completed = 0;
    std::vector<Quantity> raw;
};

struct SiteReport {
    std::string site;
    /// New with every start of suanlu-site.
    std::string boot_id;
    /// Grows by one with every report of a boot.
    std::uint64_t sequence = 0;
    std::uint64_t wall_unix_ns = 0;
    std::vector<InstanceReport> instances;
    std::vector<Quantity> host;
};

/// How many jobs a service had at a site: what a site's report says to an ingress that places flows.
struct SiteLoad {
    std::string site;
    std::string service;
    /// Running and waiting.
    double jobs = 0;
    /// Since the controller received it, when it was sent on; the way from the site is not in it.
    Microseconds measured_age{0};

    bool operator==(const SiteLoad&) const = default;
};

/// What the report says to an ingress; ages zero.
std::vector<SiteLoad> loads_of(const SiteReport& report);

struct FlowSample {
    std::string service;
    std::string source; ///< "[address]:port"
    std::string site;
    /// "exception" for an entry of the exception table, "sample" for a new-flow event.
    std::string kind;
    double age_s = 0;
};

struct IngressServiceCount {
    std::string service;
    std::string client_class;
    std::uint64_t new_flows = 0; ///< since the agent's start
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t drops = 0;
    /// New flows per site name, since the agent's start.
    std::map<std::string, std::uint64_t> new_flows_by_site;
};

/// Measured by an agent's probes for one of its paths.
struct PathMeasurement {
    PathId path;
    std::string site;
    bool up = false;
    Microseconds delay_one_way{0}; ///< half the round trip unless both clocks are synchronised
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
};

/// What the data plane did with packets whose path was this one, since it was set up.
struct PathCount {
    PathId path;
    std::string site;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t drops = 0; ///< after the path was chosen
};

enum class SiteLiveness : std::uint8_t { kAlive, kSuspect, kDead };

/// What still lives on a site that is drained, at one ingress.
struct SiteRest {
    /// Slots whose flows it serves.
    std::uint64_t slots = 0;
    /// Live entries of the exception table.
    std::uint64_t exceptions = 0;
    /// The exceptions were counted since the drain began; false: there may be more.
    bool is_counted = false;
    /// QUIC connection ids have named it within the timeout of their service. Those flows have no entries:
    /// how many there are is not known.
    bool is_named = false;

    [[nodiscard]] bool is_empty() const { return is_counted && slots == 0 && exceptions == 0 && !is_named; }
    bool operator==(const SiteRest&) const = default;
};

struct IngressReport {
    std::string node;
    std::string boot_id;
    std::uint64_t sequence = 0;
    double uptime_s = 0;
    /// "live", "last-good", "static", "anycast" or "self-suspect".
    std::string mode;
    std::vector<IngressServiceCount> services;
    std::vector<PathMeasurement> paths;
    std::map<std::string, SiteLiveness> sites;
    std::vector<FlowSample> flows;
    /// Reason name -> packets since start.
    std::map<std::string, std::uint64_t> reasons;
    /// By site, of those that the Plan drains.
    std::map<std::string, SiteRest> rests;
    std::vector<PathCount> path_counts;
    EngineState engine;
};

std::string_view to_text(SiteLiveness liveness);

} // namespace suanlu
