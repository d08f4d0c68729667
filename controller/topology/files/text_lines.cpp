// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/files/text_lines.hpp"

#include "controller/topology/files/number_text.hpp"

namespace suanlu {

Error TextLines::refuse(std::string_view what) const {
    return Error{Errc::kBadInput,
                 std::string(file_) + ":" + std::to_string(line_) + ": " + std::string(what)};
}

Result<std::string_view> TextLines::next() {
    while (!rest_.empty()) {
        const std::string_view whole = next_line(rest_);
        ++line_;
        if (whole.size() > kLongestLine) {
            return refuse("a line of " + std::to_string(whole.size()) + " bytes");
        }
        if (const std::string_view line = trimmed(whole); !line.empty()) {
            return line;
        }
    }
    return std::string_view{};
}

Result<std::vector<std::string_view>> TextLines::words(std::size_t count, std::string_view what) {
    SL_TRY(const std::string_view line, next());
    if (line.empty()) {
        return refuse("the file ends where " + std::string(what) + " is expected");
    }
    std::vector<std::string_view> out = split_words(line, count);
    if (out.size() != count) {
        return refuse(quoted(line) + " is not " + std::string(what));
    }
    return out;
}

std::vector<std::string_view> split_words(std::string_view line, std::size_t most) {
    std::vector<std::string_view> out;
    while (out.size() <= most) {
        const std::string_view word = next_word(line);
        if (word.empty()) {
            break;
        }
        out.push_back(word);
    }
    return out;
}

std::string quoted(std::string_view word) {
    constexpr std::size_t most = 60;
    return "'" + std::string(word.substr(0, most)) + (word.size() > most ? "..." : "") + "'";
}

} // namespace suanlu
