// SPDX-License-Identifier: Apache-2.0
// Edge lists of autonomous systems: SNAP's (`from to [relationship]`, directed unless a comment says
// "Undirected graph") and CAIDA's serial-1 and serial-2 (`a|b|relationship[|source]`, each pair once). `#`
// opens a comment line. Relationships are checked and not used: a path over them need not be valley-free.
#include <algorithm>
#include <array>

#include "controller/topology/files/number_text.hpp"
#include "controller/topology/files/readers.hpp"
#include "controller/topology/files/text_lines.hpp"

namespace suanlu {

namespace {

/// Columns of a line; `word` is what follows the third.
struct Columns {
    std::vector<std::string_view> words;
    bool is_serial = false;
};

Columns columns_of(std::string_view line) {
    constexpr std::size_t most = 4;
    Columns out;
    out.is_serial = line.find('|') != std::string_view::npos;
    if (!out.is_serial) {
        out.words = split_words(line, most);
        return out;
    }
    while (out.words.size() <= most) {
        const std::size_t end = line.find('|');
        out.words.push_back(trimmed(line.substr(0, end)));
        if (end == std::string_view::npos) {
            break;
        }
        line.remove_prefix(end + 1);
    }
    return out;
}

/// -1 customer (serial: provider to customer), 0 peers, 1 provider, 2 siblings.
bool is_relationship(std::string_view word) {
    constexpr std::array<std::string_view, 4> known{"-1", "0", "1", "2"};
    return std::find(known.begin(), known.end(), word) != known.end();
}

bool is_system(std::string_view word) {
    const auto number = to_integer(word);
    return number && word == std::to_string(*number); // "007" would be another name of 7
}

bool is_link(const Columns& columns) {
    const auto& words = columns.words;
    const bool has_count =
        columns.is_serial ? words.size() == 3 || words.size() == 4 : words.size() == 2 || words.size() == 3;
    return has_count && is_system(words[0]) && is_system(words[1]) &&
           (words.size() == 2 || is_relationship(words[2]));
}

Status add(const Columns& columns, bool both_ways, std::size_t line, NetworkBuilder& into) {
    FileLink link;
    link.from = columns.words[0];
    link.to = columns.words[1];
    SL_TRY_VOID(into.know_router(link.from, line));
    SL_TRY_VOID(into.know_router(link.to, line));
    return both_ways ? into.add_both_directions(link, line) : into.add_link(link, line);
}

} // namespace

bool looks_like_as_links(std::string_view head) {
    while (!head.empty()) {
        const bool is_cut = head.find('\n') == std::string_view::npos;
        const std::string_view line = trimmed(next_line(head));
        if (!line.empty() && line[0] != '#') {
            return is_link(columns_of(line));
        }
        if (is_cut) {
            break;
        }
    }
    return false;
}

Status read_as_links(const TopologyText& text, const ReadOptions& /*options*/, NetworkBuilder& into) {
    TextLines lines(text.name, text.text);
    bool is_undirected = false;
    bool has_relationships = false;
    while (true) {
        SL_TRY(const std::string_view line, lines.next());
        if (line.empty()) {
            break;
        }
        if (line[0] == '#') {
            is_undirected |= line.find("Undirected graph") != std::string_view::npos;
            continue;
        }
        const Columns columns = columns_of(line);
        if (!is_link(columns)) {
            return lines.refuse(quoted(line) + " is not two AS numbers and a relationship (-1, 0, 1 or 2)");
        }
        has_relationships |= columns.words.size() > 2;
        SL_TRY_VOID(add(columns, is_undirected || columns.is_serial, lines.line(), into));
    }
    into.note("routers are autonomous systems, called by their number");
    if (has_relationships) {
        into.note("relationships are not used: paths need not be valley-free");
    }
    return {};
}

} // namespace suanlu
