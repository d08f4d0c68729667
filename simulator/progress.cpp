// SPDX-License-Identifier: Apache-2.0
#include "simulator/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "core/support/text_table.hpp"

namespace suanlu::sim {

namespace {

constexpr int kBarWidth = 30;
constexpr auto kLeastTime = std::chrono::milliseconds(100);

} // namespace

ProgressBar::ProgressBar(std::FILE* out, std::string label, double seconds)
    : out_(out), label_(std::move(label)), seconds_(seconds), is_terminal_(::isatty(::fileno(out)) == 1) {
}

ProgressBar::~ProgressBar() {
    if (is_drawn_) {
        std::fputs("\r\x1b[K", out_);
        std::fflush(out_);
    }
}

void ProgressBar::show(double at_s) {
    const auto now = std::chrono::steady_clock::now();
    if (!is_terminal_ || now - last_ < kLeastTime) {
        return;
    }
    last_ = now;
    is_drawn_ = true;
    std::fputs(("\r" + progress_text(label_, at_s, seconds_) + "\x1b[K").c_str(), out_);
    std::fflush(out_);
}

std::string progress_text(const std::string& label, double at_s, double seconds) {
    const double part = std::clamp(at_s / seconds, 0.0, 1.0);
    const auto full = static_cast<std::size_t>(std::lround(part * kBarWidth));
    return label + " [" + std::string(full, '#') + std::string(kBarWidth - full, '.') + "] " +
           number_text(at_s, 0) + " of " + number_text(seconds, 0) + " s";
}

} // namespace suanlu::sim
