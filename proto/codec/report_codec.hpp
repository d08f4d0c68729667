// SPDX-License-Identifier: Apache-2.0
// What agents and sites send up <-> protobuf: Hello, IngressReport, LinkReport, SiteReport. Stateless, any
// thread. Decoding checks sizes and ranges and names the offending field; a refused report changes nothing
// and is counted by the caller.
#pragma once

#include <string>

#include "core/model/link.hpp"
#include "core/model/plan.hpp"
#include "core/model/sample.hpp"
#include "core/support/result.hpp"

namespace suanlu::v1 {
class Hello;
class EngineState;
class IngressReport;
class LinkReport;
class SiteReport;
} // namespace suanlu::v1

namespace suanlu {

inline constexpr int kMaxReportServices = 40'000; ///< services times client classes
inline constexpr int kMaxReportPaths = 4'000;
inline constexpr int kMaxReportFlows = 10'000;
inline constexpr int kMaxReportReasons = 256;
inline constexpr int kMaxReportPorts = 256; ///< of an engine
inline constexpr int kMaxReportStages = 16; ///< of an engine
inline constexpr int kMaxReportLinks = 100'000;
inline constexpr int kMaxReportInstances = 10'000;
inline constexpr int kMaxReportQuantities = 1'000; ///< per instance, and of the host

/// First message of an agent's session.
struct AgentHello {
    std::string node;
    std::string boot_id;
    std::string version;
    PlanId applied; ///< empty controller: nothing yet
    std::string mode;
    std::string engine;

    bool operator==(const AgentHello&) const = default;
};

void encode(const AgentHello& from, v1::Hello& to);
Result<AgentHello> decode(const v1::Hello& from);

void encode(const EngineState& from, v1::EngineState& to);
void encode(const IngressReport& from, v1::IngressReport& to);
Result<IngressReport> decode(const v1::IngressReport& from);

void encode(const LinkReport& from, v1::LinkReport& to);
Result<LinkReport> decode(const v1::LinkReport& from);

void encode(const SiteReport& from, v1::SiteReport& to);
Result<SiteReport> decode(const v1::SiteReport& from);

} // namespace suanlu
