// SPDX-License-Identifier: Apache-2.0
// DnsView: what a computing DNS server needs to answer by, and all that it may know of the controller. Made
// of Applied Plans only: a site is ranked for a client class when the ingress of that class forwards by the
// Plan that leads there. Which names exist never depends on the class; only how sites are ranked does.
// Immutable once published, and views share what did not change: a part with the same pointer is the same
// part. Quantities are quantised where the view is made, so equal parts need no new record. Pure values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/model/ids.hpp"
#include "core/model/ip6.hpp"
#include "core/model/service.hpp"
#include "core/model/site.hpp"
#include "core/model/units.hpp"

namespace suanlu {

/// Order: a controller's later epoch wins, then the later generation.
struct DnsStamp {
    std::string controller;
    std::uint64_t epoch = 0;
    /// Grows with every change of the view, at most once a second.
    std::uint64_t generation = 0;
    /// When this generation was made; shown and put into records, never computed with.
    std::uint64_t made_unix_ms = 0;

    bool operator==(const DnsStamp&) const = default;
    [[nodiscard]] bool is_newer_than(const DnsStamp& other) const {
        return epoch != other.epoch ? epoch > other.epoch : generation > other.generation;
    }
};

/// Sources that get the same answers.
struct DnsClientClass {
    std::string name;
    /// The longest prefix of any class that a client's address (or ECS prefix) falls under decides.
    std::vector<Prefix6> prefixes;
    /// Router whose Applied Plan the answers follow; empty = the class follows no ingress.
    std::string ingress;

    bool operator==(const DnsClientClass&) const = default;
};

/// Of a compute grade "P2.large": family and step by the benchmark, size by how much of it there is.
enum class GradeFamily : std::uint8_t { kNone = 0, kB = 1, kS = 2, kP = 3 };
enum class GradeSize : std::uint8_t { kNone = 0, kSmall = 1, kMedium = 2, kLarge = 3, kXlarge = 4 };
enum class Precision : std::uint8_t { kUnknown = 0, kFp64, kFp32, kTf32, kBf16, kFp16, kFp8, kInt8, kInt4 };
enum class Workload : std::uint8_t { kUnknown = 0, kTraining = 1, kInference = 2 };
/// What `Benchmark::score` counts: images/s, TFLOPS, tokens/s.
enum class BenchmarkKind : std::uint16_t { kNone = 0, kResnet50 = 1, kTflops = 2, kLlmTokens = 3 };
enum class Accelerator : std::uint8_t { kNone = 0, kGpu = 1, kNpu = 2, kFpga = 3, kOther = 4 };

struct ComputeGrade {
    GradeFamily family = GradeFamily::kNone;
    std::uint8_t step = 0;
    GradeSize size = GradeSize::kNone;
    Accelerator accelerator = Accelerator::kNone;
    /// The method by which it was measured.
    BenchmarkKind benchmark = BenchmarkKind::kNone;
    std::uint32_t score = 0;
    Precision precision = Precision::kUnknown;
    Workload workload = Workload::kUnknown;

    bool operator==(const ComputeGrade&) const = default;
};

/// What is left of the compute of a site, or of one service there.
struct DnsCapacity {
    /// Share of the workers that is free, 0..1000.
    std::uint16_t free_permille = 0;
    /// Jobs that wait.
    std::uint16_t queue = 0;
    /// Workers that are free.
    std::uint32_t free_units = 0;

    bool operator==(const DnsCapacity&) const = default;
};

struct DnsInference {
    /// That the free workers would make.
    std::uint32_t free_tokens_per_s = 0;
    std::uint16_t first_token_ms = 0;

    bool operator==(const DnsInference&) const = default;
};

enum class PriceUnit : std::uint8_t { kThousandTokens = 1, kGpuSecond = 2 };
struct DnsPrice {
    std::uint32_t micros = 0; ///< millionths of the currency
    PriceUnit unit = PriceUnit::kThousandTokens;
    std::uint16_t currency = 0; ///< ISO 4217 number; 156 = CNY

    bool operator==(const DnsPrice&) const = default;
};

struct DnsEnergy {
    std::uint32_t millijoules_per_token = 0;
    std::uint16_t carbon_g_per_kwh = 0;
    std::uint8_t renewable_percent = 0;

    bool operator==(const DnsEnergy&) const = default;
};

/// Of the access to a site: transport grade beside the compute.
struct DnsAccess {
    std::uint32_t bandwidth_mbit_per_s = 0;
    Microseconds delay{0};
    std::uint8_t grade = 0; ///< 0 = none given, 1 is the best

    bool operator==(const DnsAccess&) const = default;
};

/// What records say of compute, in keys 65280 and on; what is absent is unknown and makes no key.
struct DnsCompute {
    std::optional<ComputeGrade> grade;
    std::optional<DnsCapacity> capacity;
    std::optional<DnsInference> inference;
    std::optional<DnsPrice> price;
    std::optional<DnsEnergy> energy;
    /// CATS level 1 score (0..10, 10 is best) of what the rest says.
    std::optional<std::uint8_t> score;

    bool operator==(const DnsCompute&) const = default;
};

struct DnsSite {
    SiteId id;
    /// One DNS label each, lower case: NAME.REGION.site.ZONE.
    std::string name;
    std::string region;
    SiteKind kind = SiteKind::kMec;
    /// A and AAAA of the site's name; at least one.
    std::vector<Ip6> addresses;
    /// Service SIDs of its attachments, best first; empty for those outside the SR domain.
    std::vector<Ip6> sids;
    /// It reports, and some ingress reaches it. The name exists either way.
    bool is_up = false;
    /// Generation of the view that last said something new of it; 0 = not told.
    std::uint32_t changed = 0;
    std::optional<DnsAccess> access;
    /// Of the site as a whole.
    DnsCompute compute;

    bool operator==(const DnsSite&) const = default;
};

/// One site for one client class, in the order of preference.
struct DnsRank {
    SiteId site;
    /// Share of new flows, parts per million; the ranks of an answer sum to 1 000 000.
    std::uint32_t ppm = 0;
    /// Forward delay that the path of the Applied Plan predicts; absent = unknown for this class.
    std::optional<Microseconds> delay;

    bool operator==(const DnsRank&) const = default;
};

/// Where the sites of an answer come from.
enum class DnsBasis : std::uint8_t {
    kUndecided, ///< no Plan of this class was ever applied: SERVFAIL, or the static sites if there are
    kApplied,   ///< the Applied Plan of the class's ingress
    kNoShare,   ///< it shares nothing out (plain anycast): by the service's fail policy
    kEnded,     ///< never told: the view no longer holds. Static sites, else by the fail policy
};

/// The answer of one service for one client class.
struct DnsAnswer {
    /// kNetwork: the anycast addresses. kDns: the sites. kBoth: SVCB, anycast first.
    SteeringMode mode = SteeringMode::kDns;
    DnsBasis basis = DnsBasis::kUndecided;
    /// Best first: the largest share, then the shorter delay, then the id. Every site hosts the service.
    std::vector<DnsRank> ranks;

    bool operator==(const DnsAnswer&) const = default;
};

/// When nothing healthy is left: kOpen answers with every site that hosts the service, kClosed with SERVFAIL.
enum class DnsFailPolicy : std::uint8_t { kOpen, kClosed };

/// One service at one site.
struct DnsInstance {
    SiteId site;
    DnsCompute compute;

    bool operator==(const DnsInstance&) const = default;
};

struct DnsService {
    ServiceId id;
    /// One DNS label, lower case: NAME.svc.ZONE.
    std::string name;
    /// Anycast; may be empty when every class is steered by DNS.
    std::vector<Ip6> addresses;
    Transport transport = Transport::kTcp;
    /// 0 = all ports, and then no port in records.
    std::uint16_t port = 0;
    /// ALPN ids (RFC 9460 section 7.1) in order of preference.
    std::vector<std::string> alpn;
    DnsFailPolicy fail = DnsFailPolicy::kOpen;
    /// For a class without a decision, and when the view is no longer valid; empty = there is none.
    std::vector<DnsRank> static_ranks;
    /// Every site that hosts it, by id.
    std::vector<DnsInstance> instances;
    /// One per class of the view, in the same order.
    std::vector<DnsAnswer> answers;

    bool operator==(const DnsService&) const = default;
};

struct DnsView {
    DnsStamp stamp;
    /// After so long without a word of the controller the view is no longer valid; a beat of the feed renews
    /// it.
    Seconds validity{30};
    /// Absolute, lower case, with the final dot: "compute.example.".
    std::string zone;
    /// At least one; the first is for clients that no prefix covers.
    std::vector<std::shared_ptr<const DnsClientClass>> classes;
    /// By id, both; never null.
    std::vector<std::shared_ptr<const DnsSite>> sites;
    std::vector<std::shared_ptr<const DnsService>> services;
};

} // namespace suanlu
