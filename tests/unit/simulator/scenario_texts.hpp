// SPDX-License-Identifier: Apache-2.0
// A small scenario file and what becomes of it when something in it is changed.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "simulator/scenario_file.hpp"

namespace suanlu::sim {

inline std::string data_folder() {
    const char* given = std::getenv("SUANLU_DATA");
    return given != nullptr ? given : "../shared/data";
}

inline bool has_data() {
    return std::filesystem::exists(data_folder() + "/load");
}

inline constexpr const char* kSmall = R"(name: small
title: "two sites"
seconds: 10s
sites:
  - {name: a, workers: 2}
  - {name: b, workers: 4, speed: 2}
ingresses:
  - {name: i}
network:
  table: {i: [2ms, none]}
sizes: {kind: constant, mean: 100ms}
arrivals: {load: 50%}
)";

/// kSmall with one text replaced.
inline std::string changed(const std::string& from, const std::string& to) {
    std::string text = kSmall;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

inline Result<LoadedScenario> read(const std::string& text) {
    return read_scenario(text, "f.yaml", FileSearch({data_folder()}));
}

inline std::string complaint(const std::string& text) {
    const auto loaded = read(text);
    return loaded ? "accepted" : loaded.error().detail;
}

} // namespace suanlu::sim
