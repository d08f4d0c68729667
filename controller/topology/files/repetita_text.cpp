// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/files/repetita_text.hpp"

#include "controller/topology/files/number_text.hpp"

namespace suanlu {

Result<std::uint32_t> read_table_head(TextLines& lines, std::string_view keyword, std::string_view header,
                                      std::size_t most) {
    const std::string what = "'" + std::string(keyword) + " n'";
    SL_TRY(const auto words, lines.words(2, what));
    const auto count = to_integer(words[1]);
    if (words[0] != keyword || !count) {
        return lines.refuse(quoted(words[0]) + " " + quoted(words[1]) + " is not " + what);
    }
    if (*count > most) {
        const std::string limit = "more than " + std::to_string(most) + " " + std::string(keyword);
        return Error{Errc::kOutOfRange, lines.refuse(limit).detail};
    }
    SL_TRY(const std::string_view line, lines.next());
    if (line != header) {
        return lines.refuse(quoted(line) + " is not the header '" + std::string(header) + "'");
    }
    return *count;
}

Result<std::uint32_t> read_position(const TextLines& lines, std::string_view word, std::size_t routers) {
    const auto position = to_integer(word);
    if (!position || *position >= routers || word != std::to_string(*position)) {
        return lines.refuse(quoted(word) + " is no position of one of " + std::to_string(routers) +
                            " routers");
    }
    return *position;
}

Status read_end(TextLines& lines) {
    SL_TRY(const std::string_view rest, lines.next());
    return rest.empty() ? Status{} : lines.refuse(quoted(rest) + " after the last row");
}

} // namespace suanlu
