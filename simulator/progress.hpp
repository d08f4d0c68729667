// SPDX-License-Identifier: Apache-2.0
// A bar on the terminal while a simulation runs: policy, simulated time, how much of it. Writes nothing where
// the output is no terminal. Redraws at most ten times a second of real time and leaves an empty line.
#pragma once

#include <chrono>
#include <cstdio>
#include <string>

namespace suanlu::sim {

class ProgressBar {
public:
    /// `out` stays open longer than the object.
    ProgressBar(std::FILE* out, std::string label, double seconds);
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;
    ~ProgressBar();

    void show(double at_s);

private:
    std::FILE* out_;
    std::string label_;
    double seconds_;
    bool is_terminal_;
    bool is_drawn_ = false;
    std::chrono::steady_clock::time_point last_{};
};

/// "default [#####...............] 225 of 900 s".
std::string progress_text(const std::string& label, double at_s, double seconds);

} // namespace suanlu::sim
