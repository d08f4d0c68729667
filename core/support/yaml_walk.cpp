// SPDX-License-Identifier: Apache-2.0
#include "core/support/yaml_walk.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>
#include <sstream>

#include "core/model/quantity_text.hpp"
#include "core/support/whole_file.hpp"
#include "core/support/yaml_guard.hpp"

namespace suanlu {

struct YamlNode::Document {
    std::string name;
    std::optional<Error> first_error;
    std::vector<YamlComplaint> complaints;
};

struct YamlNode::Place {
    std::shared_ptr<Document> document;
    YAML::Node node;
    std::string path;
    int line = 0;
    int column = 1;
    std::set<std::string> known;
    std::vector<std::shared_ptr<Place>> children;
};

namespace {

std::string join(const std::string& path, std::string_view key) {
    return path.empty() ? std::string(key) : path + "." + std::string(key);
}

YamlComplaint at_mark(const YAML::Mark& mark, std::string what) {
    return {static_cast<std::size_t>(mark.line + 1),
            static_cast<std::size_t>(mark.column + 1),
            {},
            std::move(what)};
}

/// Duplicate keys anywhere below `node`: yaml-cpp would silently keep the first.
void find_duplicates(const YAML::Node& node, std::vector<YamlComplaint>& out) {
    if (node.IsMap()) {
        std::set<std::string> seen;
        for (const auto& member : node) {
            const YAML::Mark mark = member.first.Mark();
            if (!member.first.IsScalar()) {
                out.push_back(at_mark(mark, "key that is not a scalar"));
            } else if (!seen.insert(member.first.Scalar()).second) {
                out.push_back(at_mark(mark, "duplicate key '" + member.first.Scalar() + "'"));
            }
            find_duplicates(member.second, out);
        }
    } else if (node.IsSequence()) {
        for (const auto& item : node) {
            find_duplicates(item, out);
        }
    }
}

std::optional<double> to_number(const std::string& text) {
    double value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
        return std::nullopt;
    }
    return value;
}

/// "file:line: path: what".
std::string text_of(const std::string& file, const YamlComplaint& complaint) {
    const std::string path = complaint.path.empty() ? "" : complaint.path + ": ";
    return file + ":" + std::to_string(complaint.line) + ": " + path + complaint.what;
}

std::string show(double value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

} // namespace

YamlNode::YamlNode(std::shared_ptr<Place> place) : place_(std::move(place)) {
}

Result<YamlNode> YamlNode::load_file(const std::string& path) {
    SL_TRY(const std::string text, read_whole_file(path));
    return load_text(text, path);
}

Result<YamlNode> YamlNode::load_text(const std::string& text, const std::string& name) {
    YamlNode root = open_text(text, name);
    SL_TRY_VOID(root.status());
    return root;
}

YamlNode YamlNode::open_text(const std::string& text, const std::string& name) {
    auto place = std::make_shared<Place>();
    place->document = std::make_shared<Document>();
    place->document->name = name;
    place->line = 1;
    place->node.reset();
    YamlNode root(place);
    if (const auto refusal = find_yaml_refusal(text)) {
        root.complain_at(refusal->line, refusal->column, refusal->what);
        return root;
    }
    try {
        place->node.reset(YAML::Load(text));
    } catch (const YAML::Exception& e) {
        root.complain_at(static_cast<std::size_t>(e.mark.line + 1),
                         static_cast<std::size_t>(e.mark.column + 1), e.msg);
        return root;
    }
    if (!place->node.IsMap()) {
        root.complain("expected a mapping of keys");
        place->node.reset();
        return root;
    }
    std::vector<YamlComplaint> duplicates;
    find_duplicates(place->node, duplicates);
    for (const YamlComplaint& duplicate : duplicates) {
        root.complain_at(duplicate.line, duplicate.column, duplicate.what);
    }
    return root;
}

bool YamlNode::is_present() const {
    return place_->node.IsDefined() && !place_->node.IsNull();
}

bool YamlNode::is_mapping() const {
    return is_present() && place_->node.IsMap();
}

YamlNode YamlNode::optional(std::string_view key) {
    auto child = std::make_shared<Place>();
    child->document = place_->document;
    child->path = join(place_->path, key);
    child->line = place_->line;
    child->column = place_->column;
    place_->known.insert(std::string(key));
    if (is_present() && !place_->node.IsMap()) {
        complain("expected a mapping of keys");
    } else if (is_present()) {
        const YAML::Node& constant = place_->node; // const access: no insertion
        const YAML::Node found = constant[std::string(key)];
        if (found.IsDefined()) {
            child->node.reset(found);
            child->line = found.Mark().line + 1;
            child->column = found.Mark().column + 1;
        } else {
            child->node.reset();
        }
    }
    place_->children.push_back(child);
    return YamlNode(child);
}

YamlNode YamlNode::required(std::string_view key) {
    YamlNode child = optional(key);
    if (!child.is_present()) {
        complain("missing key '" + std::string(key) + "'");
    }
    return child;
}

std::vector<YamlNode> YamlNode::items() {
    std::vector<YamlNode> out;
    if (!is_present()) {
        return out;
    }
    if (!place_->node.IsSequence()) {
        complain("expected a list");
        return out;
    }
    std::size_t index = 0;
    for (const auto& item : place_->node) {
        auto child = std::make_shared<Place>();
        child->document = place_->document;
        child->path = place_->path + "[" + std::to_string(index++) + "]";
        child->line = item.Mark().line + 1;
        child->column = item.Mark().column + 1;
        child->node.reset(item);
        place_->children.push_back(child);
        out.push_back(YamlNode(child));
    }
    return out;
}

std::vector<std::string> YamlNode::keys() {
    std::vector<std::string> out;
    if (!is_present()) {
        return out;
    }
    if (!place_->node.IsMap()) {
        complain("expected a mapping of keys");
        return out;
    }
    for (const auto& member : place_->node) {
        out.push_back(member.first.Scalar());
        place_->known.insert(member.first.Scalar());
    }
    return out;
}

std::vector<std::pair<std::string, YamlNode>> YamlNode::members() {
    std::vector<std::pair<std::string, YamlNode>> out;
    if (keys().empty()) {
        return out;
    }
    for (const auto& member : place_->node) {
        auto child = std::make_shared<Place>();
        child->document = place_->document;
        child->path = join(place_->path, member.first.Scalar());
        child->line = member.first.Mark().line + 1;
        child->column = member.first.Mark().column + 1;
        child->node.reset(member.second);
        place_->children.push_back(child);
        out.emplace_back(member.first.Scalar(), YamlNode(child));
    }
    return out;
}

std::string YamlNode::text(std::string fallback) {
    if (!is_present()) {
        return fallback;
    }
    if (!place_->node.IsScalar()) {
        complain("expected a text");
        return fallback;
    }
    return place_->node.Scalar();
}

std::string YamlNode::one_of(const std::vector<std::string_view>& allowed, std::string fallback) {
    const std::string value = text(fallback);
    if (!is_present() || std::find(allowed.begin(), allowed.end(), value) != allowed.end()) {
        return value;
    }
    std::string list;
    for (const std::string_view word : allowed) {
        list += list.empty() ? "" : ", ";
        list += word;
    }
    complain("'" + value + "' is not one of: " + list);
    return fallback;
}

std::uint64_t YamlNode::integer(std::uint64_t least, std::uint64_t most, std::uint64_t fallback) {
    if (!is_present()) {
        return fallback;
    }
    const std::string digits = text();
    const bool hex = digits.starts_with("0x");
    std::uint64_t value = 0;
    const char* begin = digits.data() + (hex ? 2 : 0);
    const auto [end, ec] = std::from_chars(begin, digits.data() + digits.size(), value, hex ? 16 : 10);
    if (ec != std::errc{} || end != digits.data() + digits.size() || value < least || value > most) {
        complain("'" + digits + "' is not an integer from " + std::to_string(least) + " to " +
                 std::to_string(most));
        return fallback;
    }
    return value;
}

double YamlNode::number(double least, double most, double fallback) {
    if (!is_present()) {
        return fallback;
    }
    const auto value = to_number(text());
    if (!value || *value < least || *value > most) {
        complain("'" + text() + "' is not a number from " + show(least) + " to " + show(most));
        return fallback;
    }
    return *value;
}

bool YamlNode::boolean(bool fallback) {
    return is_present() ? one_of({"true", "false"}, fallback ? "true" : "false") == "true" : fallback;
}

Ip6 YamlNode::address() {
    if (!is_present()) {
        return {};
    }
    auto parsed = Ip6::parse(text());
    if (!parsed) {
        complain(parsed.error().detail);
        return {};
    }
    return *parsed;
}

Prefix6 YamlNode::prefix(bool allow_host_bits) {
    if (!is_present()) {
        return {};
    }
    auto parsed = Prefix6::parse(text(), allow_host_bits);
    if (!parsed) {
        complain(parsed.error().detail);
        return {};
    }
    return *parsed;
}

Seconds YamlNode::duration(Seconds fallback) {
    if (!is_present()) {
        return fallback;
    }
    const auto parsed = parse_duration(text());
    if (!parsed) {
        complain(parsed.error().detail);
        return fallback;
    }
    return *parsed;
}

void YamlNode::finish() {
    if (is_present() && place_->node.IsMap()) {
        for (const auto& member : place_->node) {
            if (!place_->known.contains(member.first.Scalar())) {
                complain_at(static_cast<std::size_t>(member.first.Mark().line + 1),
                            static_cast<std::size_t>(member.first.Mark().column + 1),
                            "unknown key '" + member.first.Scalar() + "'");
            }
        }
    }
    for (const auto& child : place_->children) {
        // A scalar or a mapping nobody looked into: only mappings that were walked have known keys to
        // compare.
        if (!child->known.empty() || !child->children.empty()) {
            YamlNode(child).finish();
        }
    }
}

void YamlNode::complain(std::string_view what) {
    complain_at(line(), static_cast<std::size_t>(place_->column), what);
}

void YamlNode::complain_at(std::size_t line, std::size_t column, std::string_view what) {
    Document& document = *place_->document;
    const YamlComplaint& complaint =
        document.complaints.emplace_back(YamlComplaint{line, column, place_->path, std::string(what)});
    if (!document.first_error) {
        document.first_error = Error{Errc::kBadInput, text_of(document.name, complaint)};
    }
}

std::vector<YamlComplaint> YamlNode::complaints() const {
    std::vector<YamlComplaint> out = place_->document->complaints;
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

Status YamlNode::status() const {
    if (place_->document->first_error) {
        return *place_->document->first_error;
    }
    return {};
}

Status YamlNode::whole_status() const {
    std::string lines;
    for (const YamlComplaint& complaint : complaints()) {
        lines += (lines.empty() ? "" : "\n") + text_of(place_->document->name, complaint);
    }
    return lines.empty() ? Status{} : Error{Errc::kBadInput, lines};
}

std::size_t YamlNode::line() const {
    return static_cast<std::size_t>(place_->line);
}

std::string YamlNode::place() const {
    const std::string where = place_->document->name + ":" + std::to_string(place_->line);
    return place_->path.empty() ? where : where + ": " + place_->path;
}

} // namespace suanlu
