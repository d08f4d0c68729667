// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/files/xml_text.hpp"

#include <algorithm>
#include <cctype>

#include "controller/topology/files/number_text.hpp"

namespace suanlu {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

/// What the declaration says, lower case; empty when it says nothing.
std::string declared_encoding(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) {
        text.remove_prefix(3);
    }
    if (!text.starts_with("<?xml")) {
        return {};
    }
    const std::string_view declaration = text.substr(0, text.find("?>"));
    const std::size_t key = declaration.find("encoding");
    if (key == std::string_view::npos) {
        return {};
    }
    const std::size_t first = declaration.find_first_of("\"'", key);
    if (first == std::string_view::npos) {
        return {};
    }
    const std::size_t last = declaration.find(declaration[first], first + 1);
    return last == std::string_view::npos ? std::string{}
                                          : lower(declaration.substr(first + 1, last - first - 1));
}

/// Done here and not by pugixml, so that its offsets are offsets into what we have.
std::string latin1_to_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            out.push_back(c);
        } else {
            out.push_back(static_cast<char>(0xc0 | byte >> 6));
            out.push_back(static_cast<char>(0x80 | (byte & 0x3f)));
        }
    }
    return out;
}

} // namespace

Result<XmlText> XmlText::parse(const TopologyText& text, const NetworkBuilder& builder) {
    const std::string encoding = declared_encoding(text.text);
    const bool is_latin1 = encoding == "iso-8859-1" || encoding == "latin1";
    if (!encoding.empty() && !is_latin1 && encoding != "utf-8" && encoding != "us-ascii") {
        return builder.refuse(1, "encoding '" + encoding + "'; known: UTF-8, ISO-8859-1");
    }
    const std::string converted = is_latin1 ? latin1_to_utf8(text.text) : std::string{};
    const std::string_view utf8 = is_latin1 ? std::string_view(converted) : text.text;
    XmlText out;
    for (std::size_t at = utf8.find('\n'); at != std::string_view::npos; at = utf8.find('\n', at + 1)) {
        out.line_ends_.push_back(at);
    }
    const pugi::xml_parse_result parsed = out.document_->load_buffer(
        utf8.data(), utf8.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
    if (!parsed) {
        return builder.refuse(out.line_at(parsed.offset), parsed.description());
    }
    for (const pugi::xml_node& node : out.document_->children()) {
        if (node.type() == pugi::node_doctype) {
            return builder.refuse(out.line(node), "a document type (DOCTYPE) is not read");
        }
    }
    return out;
}

std::size_t XmlText::line_at(std::ptrdiff_t offset) const {
    const auto place = static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0));
    return 1 + static_cast<std::size_t>(std::lower_bound(line_ends_.begin(), line_ends_.end(), place) -
                                        line_ends_.begin());
}

std::string_view text_of(const pugi::xml_node& node) {
    return trimmed(node.child_value());
}

std::string_view name_of(const pugi::xml_node& node) {
    const std::string_view name = node.name();
    const std::size_t colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

} // namespace suanlu
