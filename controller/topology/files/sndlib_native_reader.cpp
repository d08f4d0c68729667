// SPDX-License-Identifier: Apache-2.0
// SNDlib networks in the native text format: sections NAME ( ... ), one entry per line. META, NODES and LINKS
// are read; DEMANDS and ADMISSIBLE_PATHS are passed over.
#include <vector>

#include "controller/topology/files/number_text.hpp"
#include "controller/topology/files/readers.hpp"
#include "controller/topology/files/sndlib.hpp"

namespace suanlu {

namespace {

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (std::string_view word = next_word(line); !word.empty(); word = next_word(line)) {
        words.push_back(word);
    }
    return words;
}

/// "NAME ( x y )" or "NAME".
Status read_node(const std::vector<std::string_view>& words, std::size_t line, SndlibNetwork& network,
                 const NetworkBuilder& into) {
    SndlibNode& out = network.nodes.emplace_back();
    out.name = std::string(words[0]);
    out.line = line;
    if (words.size() == 1) {
        return {};
    }
    const auto x = words.size() == 5 ? to_number(words[2]) : std::nullopt;
    const auto y = words.size() == 5 ? to_number(words[3]) : std::nullopt;
    if (!x || !y || words[1] != "(" || words[4] != ")") {
        return into.refuse(line, "a node is not NAME ( LONGITUDE LATITUDE )");
    }
    out.x = *x;
    out.y = *y;
    out.has_place = true;
    return {};
}

/// "NAME ( A B ) capacity cost cost cost ( {capacity cost}* )".
Status read_link(const std::vector<std::string_view>& words, std::size_t line, SndlibNetwork& network,
                 const NetworkBuilder& into) {
    const auto capacity = words.size() >= 6 ? to_number(words[5]) : std::nullopt;
    if (!capacity || *capacity < 0 || words[1] != "(" || words[4] != ")") {
        return into.refuse(line, "a link is not NAME ( NODE NODE ) CAPACITY ...");
    }
    SndlibLink& out = network.links.emplace_back();
    out.from = std::string(words[2]);
    out.to = std::string(words[3]);
    out.capacity = *capacity;
    out.line = line;
    return {};
}

Status read_entry(std::string_view section, const std::vector<std::string_view>& words, std::size_t line,
                  SndlibNetwork& network, const NetworkBuilder& into) {
    if (section == "NODES") {
        return read_node(words, line, network, into);
    }
    if (section == "LINKS") {
        return read_link(words, line, network, into);
    }
    if (section == "META" && words.size() >= 3 && words[0] == "unit" && words[1] == "=") {
        network.unit = std::string(words[2]);
    }
    return {};
}

} // namespace

bool looks_like_sndlib_native(std::string_view head) {
    return head.starts_with("?SNDlib native format");
}

Status read_sndlib_native(const TopologyText& text, const ReadOptions&, NetworkBuilder& into) {
    SndlibNetwork network;
    std::string_view rest = text.text;
    std::string section;
    std::size_t line = 0;
    while (!rest.empty()) {
        const std::string_view content = trimmed(next_line(rest));
        ++line;
        if (content.empty() || content.starts_with('#') || content.starts_with('?')) {
            continue;
        }
        const std::vector<std::string_view> words = words_of(content);
        if (!section.empty() && content == ")") {
            section.clear();
        } else if (!section.empty()) {
            SL_TRY_VOID(read_entry(section, words, line, network, into));
        } else if (words.size() == 2 && words[1] == "(") {
            section = std::string(words[0]);
        } else {
            return into.refuse(line, "expected a section, e.g. NODES (");
        }
    }
    if (!section.empty()) {
        return into.refuse(line, "section " + section + " has no end");
    }
    return add_sndlib(network, into);
}

} // namespace suanlu
