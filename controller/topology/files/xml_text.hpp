// SPDX-License-Identifier: Apache-2.0
// XML for the readers of topology files: parsed by pugixml, with line numbers. Refused are document types (so
// there are no entities to expand) and encodings other than UTF-8 and ISO-8859-1, which the published files
// use. Pure.
#pragma once

#include <memory>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "controller/topology/files/topology_file.hpp"

namespace suanlu {

class XmlText {
public:
    /// kBadInput with FILE:LINE.
    static Result<XmlText> parse(const TopologyText& text, const NetworkBuilder& builder);

    /// The outermost element.
    [[nodiscard]] pugi::xml_node root() const { return document_->document_element(); }
    [[nodiscard]] std::size_t line(const pugi::xml_node& node) const { return line_at(node.offset_debug()); }

private:
    [[nodiscard]] std::size_t line_at(std::ptrdiff_t offset) const;

    std::unique_ptr<pugi::xml_document> document_ = std::make_unique<pugi::xml_document>();
    std::vector<std::size_t> line_ends_;
};

/// Text of an element without blanks around it.
std::string_view text_of(const pugi::xml_node& node);
/// Its name without a namespace prefix.
std::string_view name_of(const pugi::xml_node& node);

} // namespace suanlu
