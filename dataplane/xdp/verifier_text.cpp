// SPDX-License-Identifier: Apache-2.0
#include "dataplane/xdp/verifier_text.hpp"

#include <cctype>
#include <vector>

namespace suanlu {

namespace {

constexpr std::string_view kBegin = "-- BEGIN PROG LOAD LOG --";
constexpr std::string_view kEnd = "-- END PROG LOAD LOG --";
constexpr std::string_view kProgram = "prog '";
/// The verdict is one or two lines; more is state of registers.
constexpr std::size_t kMostLines = 3;

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (end > 0) {
            out.push_back(text.substr(0, end));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

/// "12: (61) r2 = ...", "from 5 to 9: ...".
bool is_trace(std::string_view line) {
    const std::size_t digits = line.find_first_not_of("0123456789");
    return (digits > 0 && digits != std::string_view::npos && line[digits] == ':') ||
           line.starts_with("from ") || line.starts_with("mark_precise");
}

std::string_view program_in(std::string_view before) {
    const std::size_t at = before.rfind(kProgram);
    if (at == std::string_view::npos) {
        return "program";
    }
    const std::string_view name = before.substr(at + kProgram.size());
    return name.substr(0, name.find('\''));
}

} // namespace

std::string verifier_verdict(std::string_view log) {
    const std::size_t begin = log.rfind(kBegin);
    if (begin == std::string_view::npos) {
        return {};
    }
    std::string_view body = log.substr(begin + kBegin.size());
    body = body.substr(0, body.find(kEnd));
    std::string words;
    std::string_view source;
    std::size_t count = 0;
    const auto lines = lines_of(body);
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
        if (line->starts_with("processed ") || line->starts_with("stack depth ") ||
            line->starts_with("verification time ")) {
            continue;
        }
        if (line->starts_with("; ")) {
            source = line->substr(2);
            break;
        }
        if (!is_trace(*line) && source.empty() && count < kMostLines) {
            words = words.empty() ? std::string(*line) : std::string(*line) + "; " + words;
            ++count;
        }
    }
    if (words.empty()) {
        return {};
    }
    return std::string(program_in(log.substr(0, begin))) + ": " + words +
           (source.empty() ? "" : " (at `" + std::string(source) + "`)");
}

} // namespace suanlu
