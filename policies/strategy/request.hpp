// SPDX-License-Identifier: Apache-2.0
// What is to be placed: a flow (an ingress sends it on at once), a job (runs at one site, may wait), or a
// transfer (bytes that go to a site). Needs are bounds that a site must be known to meet; what is absent is
// not asked for. Pure values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanlu {

enum class RequestKind : std::uint8_t { kFlow, kJob, kTransfer };
inline constexpr std::array<std::string_view, 3> kRequestKindWords{"flow", "job", "transfer"};

/// Worst first, so that "at least" is a comparison.
enum class SecurityStatus : std::uint8_t { kCompromised, kDegraded, kNormal, kTrusted };
inline constexpr std::array<std::string_view, 4> kSecurityWords{"compromised", "degraded", "normal",
                                                                "trusted"};

/// Numbers separated by dots; 12.4 and 12.4.0 are equal.
struct Version {
    std::vector<std::uint32_t> parts;

    static std::optional<Version> parse(std::string_view text);
    [[nodiscard]] std::string text() const;
    /// This one or a later one is there when `least` is asked for.
    [[nodiscard]] bool is_at_least(const Version& least) const;
    [[nodiscard]] bool is_equal(const Version& other) const;
};

/// A framework or model; without a version any version is meant (in a need) or unknown (at a site).
struct NamedVersion {
    std::string name;
    std::optional<Version> version;

    [[nodiscard]] std::string text() const;
};

struct GpuNeed {
    std::string model; ///< empty = any
    std::uint32_t count = 1;
    std::optional<double> memory_bytes; ///< of each
};

/// What a job reads, or what a transfer carries.
struct Dataset {
    std::string name;
    std::vector<std::string> held_at; ///< sites
    std::optional<double> volume_bytes;
    bool is_movable = true;
};

struct RequestNeeds {
    std::optional<GpuNeed> gpu;
    std::optional<Version> cuda;            ///< this or later
    std::optional<NamedVersion> framework;  ///< this version or later
    std::optional<NamedVersion> model;      ///< this version exactly
    std::optional<double> latency_s;        ///< budget of network + queue + first token
    std::vector<std::string> residency;     ///< legal areas that will do; empty = any
    std::optional<SecurityStatus> security; ///< this or better
};

struct Request {
    std::string name;
    RequestKind kind = RequestKind::kFlow;
    std::string service;
    std::string tenant;               ///< empty = no tenant's
    std::string user_class;           ///< "gold"; empty = an ordinary user
    std::optional<double> jobs_per_s; ///< of such requests, where shares are asked for
    double work = 1;                  ///< in jobs of the size that a site's rate counts
    std::optional<double> tokens;
    std::optional<double> size_bytes; ///< sent over the network to the site
    std::string origin;               ///< site where the job's own files are; empty = with the user
    std::optional<Dataset> dataset;
    RequestNeeds needs;
};

} // namespace suanlu
