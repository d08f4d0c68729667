// SPDX-License-Identifier: Apache-2.0
// Reads sites and requests (docs/reference/sites.yaml): what a policy is tried on, and what suanlud knows of
// its sites beside what they report. Every mistake is told at once, with line and column. Text in, values
// out. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/support/yaml_walk.hpp"
#include "policies/strategy/site_attributes.hpp"

namespace suanlu {

struct SiteFile {
    std::optional<WallTime> time;
    std::vector<SiteAttributes> sites; ///< ids by order where the file states none
    std::vector<Request> requests;
};

struct SiteFileReading {
    /// Absent when there is a complaint.
    std::optional<SiteFile> file;
    std::vector<YamlComplaint> complaints;
};

SiteFileReading read_sites(const std::string& text, const std::string& name);

/// The part `requests`; `sites` are the names that may be held at.
void read_requests(YamlNode list, const std::vector<SiteAttributes>& sites, std::vector<Request>& out);

/// What is stated of a site whose capacity, load and delay come from elsewhere: a site of a scenario.
void read_stated(YamlNode node, SiteAttributes& site);
/// What the flows of a service need, there.
void read_flow_needs(YamlNode node, Request& flow);

} // namespace suanlu
