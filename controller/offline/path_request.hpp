// SPDX-License-Identifier: Apache-2.0
// What an operator typed, read against a topology: names become routers, texts become quantities. What cannot
// be meant is refused here, before any search. Pure.
#pragma once

#include "controller/offline/path_words.hpp"
#include "controller/paths/query/interconnection.hpp"
#include "controller/paths/segments/encode.hpp"
#include "controller/paths/segments/protect.hpp"

namespace suanlu::offline {

struct PathRequest {
    paths::PathQuery query;
    std::optional<paths::LayerRule> rule;
    paths::EncodeOptions encode;
    std::optional<std::uint16_t> service_id;
    std::optional<paths::ElementKind> protect;
};

/// kBadInput: a text that says nothing; kNotFound: a name that the topology does not have.
Result<PathRequest> read_request(const PathWords& words, const TopologyView& view);

/// Every bound in words: "delay at most 5 ms", "legal area CN or HK".
std::vector<std::string> bounds_text(const paths::Bounds& bounds);
/// "none", "link", "node", "srlg".
std::string_view disjoint_text(paths::Disjoint disjoint);

} // namespace suanlu::offline
