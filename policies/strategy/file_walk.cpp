// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/file_walk.hpp"

#include <algorithm>

namespace suanlu {

std::string complaint_text(const std::string& file, const YamlComplaint& complaint) {
    return file + ":" + std::to_string(complaint.line) + ":" + std::to_string(complaint.column) + ": " +
           (complaint.path.empty() ? "" : complaint.path + ": ") + complaint.what;
}

std::optional<double> read_quantity(YamlNode node, QuantityKind kind, double most) {
    if (!node.is_present()) {
        return std::nullopt;
    }
    const std::string text = node.text();
    const auto value = parse_file_quantity(kind, text);
    if (!value) {
        node.complain(value.error().detail);
        return std::nullopt;
    }
    if (*value > most) {
        node.complain("'" + text + "' is too large");
        return std::nullopt;
    }
    return *value;
}

std::optional<double> read_positive(YamlNode node, QuantityKind kind) {
    const auto value = read_quantity(node, kind);
    if (value && !(*value > 0)) {
        node.complain("'" + node.text() + "' is not above zero");
        return std::nullopt;
    }
    return value;
}

std::optional<Money> read_price(YamlNode node, std::string_view per) {
    if (!node.is_present()) {
        return std::nullopt;
    }
    auto price = parse_money(node.text(), per);
    if (!price) {
        node.complain(price.error().detail);
        return std::nullopt;
    }
    return *std::move(price);
}

std::optional<Version> read_version(YamlNode node) {
    if (!node.is_present()) {
        return std::nullopt;
    }
    auto version = Version::parse(node.text());
    if (!version) {
        node.complain("'" + node.text() + "' is not a version like 12.4");
    }
    return version;
}

std::optional<NamedVersion> read_named_version(YamlNode node) {
    if (!node.is_present()) {
        return std::nullopt;
    }
    const std::string text = node.text();
    const std::size_t blank = text.find(' ');
    NamedVersion out{text.substr(0, blank), std::nullopt};
    if (blank != std::string::npos) {
        out.version = Version::parse(std::string_view(text).substr(blank + 1));
    }
    if (out.name.empty() || (blank != std::string::npos && !out.version)) {
        node.complain("'" + text + "' is not a name with or without a version, like 'vllm 0.6.3'");
        return std::nullopt;
    }
    return out;
}

std::vector<std::string> read_names(YamlNode list) {
    std::vector<std::string> out;
    for (YamlNode& item : list.items()) {
        std::string name = item.text();
        if (name.empty()) {
            item.complain("expected a name");
        } else if (std::find(out.begin(), out.end(), name) != out.end()) {
            item.complain("'" + name + "' is already listed");
        } else {
            out.push_back(std::move(name));
        }
    }
    return out;
}

std::optional<std::size_t> read_word(YamlNode node, std::span<const std::string_view> words) {
    if (!node.is_present()) {
        return std::nullopt;
    }
    const std::string word = node.one_of({words.begin(), words.end()});
    const auto found = std::find(words.begin(), words.end(), word);
    return found == words.end() ? std::nullopt
                                : std::optional(static_cast<std::size_t>(found - words.begin()));
}

void expect_keys(YamlNode mapping, std::initializer_list<std::string_view> allowed) {
    for (auto& [key, node] : mapping.members()) {
        if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) {
            std::string known;
            for (const std::string_view word : allowed) {
                known += (known.empty() ? "" : ", ") + std::string(word);
            }
            node.complain("unknown key; known here: " + known);
        } else if (!node.is_present()) {
            node.complain("no value; leave the key out or write {}");
        }
    }
}

} // namespace suanlu
