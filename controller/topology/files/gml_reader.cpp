// SPDX-License-Identifier: Apache-2.0
// GML as the Internet Topology Zoo (Longitude, Latitude, LinkSpeedRaw) and topohub (lon, lat, dist in km)
// write it: lists of `key value`, a value being a number, a "string" or a [ list ]. What lies deeper than a
// node's or an edge's own attributes is passed over.
#include <array>
#include <vector>

#include "controller/topology/files/number_text.hpp"
#include "controller/topology/files/readers.hpp"

namespace suanlu {

namespace {

constexpr std::size_t kDeepest = 32;

struct Token {
    enum class Kind : std::uint8_t { kWord, kString, kOpen, kClose, kEnd } kind = Kind::kEnd;
    std::string_view text;
    std::size_t line = 1;
};

class Tokenizer {
public:
    explicit Tokenizer(std::string_view rest) : rest_(rest) {}

    /// Nothing at a string without an end.
    std::optional<Token> next() {
        skip_blanks();
        Token token{Token::Kind::kEnd, {}, line_};
        if (rest_.empty()) {
            return token;
        }
        if (rest_[0] == '[' || rest_[0] == ']') {
            token.kind = rest_[0] == '[' ? Token::Kind::kOpen : Token::Kind::kClose;
            token.text = take(1);
        } else if (rest_[0] == '"') {
            const std::size_t end = rest_.find('"', 1);
            if (end == std::string_view::npos) {
                return std::nullopt;
            }
            token.kind = Token::Kind::kString;
            token.text = take(end + 1).substr(1, end - 1);
        } else {
            token.kind = Token::Kind::kWord;
            token.text = take(std::min(rest_.find_first_of(" \t\r\n[]\""), rest_.size()));
        }
        return token;
    }
    [[nodiscard]] std::size_t line() const { return line_; }

private:
    std::string_view take(std::size_t length) {
        const std::string_view out = rest_.substr(0, length);
        for (const char c : out) {
            line_ += c == '\n';
        }
        rest_.remove_prefix(length);
        return out;
    }
    void skip_blanks() {
        while (true) {
            take(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
            if (!rest_.starts_with('#')) {
                return;
            }
            take(std::min(rest_.find('\n'), rest_.size()));
        }
    }

    std::string_view rest_;
    std::size_t line_ = 1;
};

/// Attributes of a node or an edge; those that a file may call by two names share one place.
enum Attribute : std::uint8_t {
    kId,
    kLabel,
    kCountry,
    kLongitude,
    kLatitude,
    kSource,
    kTarget,
    kSpeed,
    kLength,
    kCount
};

struct Record {
    std::size_t line = 0;
    std::array<std::optional<std::string_view>, kCount> values;

    [[nodiscard]] std::string_view text(Attribute which) const {
        return values[which].value_or(std::string_view{});
    }
};

std::optional<Attribute> attribute_of(std::string_view key) {
    constexpr std::array<std::pair<std::string_view, Attribute>, 11> known{{{"id", kId},
                                                                            {"label", kLabel},
                                                                            {"Country", kCountry},
                                                                            {"Longitude", kLongitude},
                                                                            {"lon", kLongitude},
                                                                            {"Latitude", kLatitude},
                                                                            {"lat", kLatitude},
                                                                            {"source", kSource},
                                                                            {"target", kTarget},
                                                                            {"LinkSpeedRaw", kSpeed},
                                                                            {"dist", kLength}}};
    for (const auto& [name, attribute] : known) {
        if (name == key) {
            return attribute;
        }
    }
    return std::nullopt;
}

/// &amp; &lt; &gt; &quot; &apos; and nothing else: other references stay as they are.
std::string unescaped(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, char>, 5> known{
        {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
    std::string out;
    while (!text.empty()) {
        std::size_t length = 1;
        char c = text[0];
        for (const auto& [name, character] : known) {
            if (text.starts_with(name)) {
                length = name.size();
                c = character;
            }
        }
        out.push_back(c);
        text.remove_prefix(length);
    }
    return out;
}

/// The file as flat records. Nothing is nested deeper than graph [ node [ ... ] ] that matters.
struct Gml {
    bool is_directed = false;
    bool has_graph = false;
    std::vector<Record> nodes;
    std::vector<Record> edges;
};

class Parser {
public:
    Parser(std::string_view text, const NetworkBuilder& into) : tokens_(text), into_(into) {}

    Result<Gml> run() {
        while (true) {
            SL_TRY(const Token key, next());
            if (key.kind == Token::Kind::kEnd) {
                break;
            }
            if (key.kind == Token::Kind::kClose && !open_.empty()) {
                open_.pop_back();
                continue;
            }
            if (key.kind != Token::Kind::kWord) {
                return into_.refuse(key.line, "expected a key");
            }
            SL_TRY(const Token value, next());
            SL_TRY_VOID(take(key, value));
        }
        if (!open_.empty()) {
            return into_.refuse(tokens_.line(), "a list has no end");
        }
        if (!out_.has_graph) {
            return into_.refuse(1, "no graph [");
        }
        return std::move(out_);
    }

private:
    enum class List : std::uint8_t { kGraph, kNode, kEdge, kOther };

    Result<Token> next() {
        const std::size_t line = tokens_.line();
        if (const auto token = tokens_.next()) {
            return *token;
        }
        return into_.refuse(line, "a string has no end");
    }
    Status take(const Token& key, const Token& value) {
        switch (value.kind) {
        case Token::Kind::kOpen:
            return open(key);
        case Token::Kind::kWord:
        case Token::Kind::kString:
            return set(key, value);
        case Token::Kind::kClose:
        case Token::Kind::kEnd:
            break;
        }
        return into_.refuse(key.line, "key '" + std::string(key.text) + "' has no value");
    }
    Status open(const Token& key) {
        if (open_.size() >= kDeepest) {
            return into_.refuse(key.line, "lists nested deeper than " + std::to_string(kDeepest));
        }
        List list = List::kOther;
        if (open_.empty() && key.text == "graph") {
            if (out_.has_graph) {
                return into_.refuse(key.line, "a second graph");
            }
            out_.has_graph = true;
            list = List::kGraph;
        } else if (open_.size() == 1 && open_[0] == List::kGraph && key.text == "node") {
            out_.nodes.push_back({key.line, {}});
            list = List::kNode;
        } else if (open_.size() == 1 && open_[0] == List::kGraph && key.text == "edge") {
            out_.edges.push_back({key.line, {}});
            list = List::kEdge;
        }
        open_.push_back(list);
        return {};
    }
    Status set(const Token& key, const Token& value) {
        const List list = open_.empty() ? List::kOther : open_.back();
        if (list == List::kGraph && key.text == "directed") {
            if (value.text != "0" && value.text != "1") {
                return into_.refuse(value.line, "directed is neither 0 nor 1");
            }
            out_.is_directed = value.text == "1";
        }
        const auto attribute = attribute_of(key.text);
        if (!attribute || (list != List::kNode && list != List::kEdge)) {
            return {};
        }
        auto& place = (list == List::kNode ? out_.nodes : out_.edges).back().values[*attribute];
        if (place) {
            return into_.refuse(key.line, "attribute '" + std::string(key.text) + "' twice");
        }
        place = value.text;
        return {};
    }

    Tokenizer tokens_;
    const NetworkBuilder& into_;
    std::vector<List> open_;
    Gml out_;
};

Status add_node(const Record& node, NetworkBuilder& into) {
    FileRouter router;
    router.key = std::string(node.text(kId));
    router.name = unescaped(node.text(kLabel));
    router.legal_area = unescaped(node.text(kCountry));
    if (node.values[kLongitude] && node.values[kLatitude]) {
        const auto x = to_number(node.text(kLongitude));
        const auto y = to_number(node.text(kLatitude));
        if (!x || !y) {
            return into.refuse(node.line, "coordinates that are no numbers");
        }
        router.place = Place{*x, *y};
    }
    return into.add_router(std::move(router), node.line);
}

Status add_edge(const Record& edge, bool is_directed, NetworkBuilder& into) {
    FileLink link;
    link.from = edge.text(kSource);
    link.to = edge.text(kTarget);
    if (edge.values[kSpeed]) {
        const auto bits = to_number(edge.text(kSpeed));
        link.properties.bandwidth = bits ? bits_per_second(*bits) : std::nullopt;
        if (!link.properties.bandwidth) {
            return into.refuse(edge.line, "LinkSpeedRaw '" + std::string(edge.text(kSpeed)) + "' is no rate");
        }
        into.note("bandwidth: LinkSpeedRaw, bit/s");
    }
    if (edge.values[kLength]) {
        link.distance_km = to_number(edge.text(kLength));
        if (!link.distance_km) {
            return into.refuse(edge.line, "dist '" + std::string(edge.text(kLength)) + "' is no number");
        }
    }
    return is_directed ? into.add_link(link, edge.line) : into.add_both_directions(link, edge.line);
}

} // namespace

bool looks_like_gml(std::string_view head) {
    Tokenizer tokens(head);
    auto token = tokens.next();
    // Zoo and topohub start with the graph; other writers put a Creator and a Version before it.
    for (int pairs = 0; token && token->kind == Token::Kind::kWord && pairs < 8; ++pairs) {
        const bool is_graph = token->text == "graph";
        token = tokens.next();
        if (is_graph) {
            return token && token->kind == Token::Kind::kOpen;
        }
        token = token ? tokens.next() : token;
    }
    return false;
}

Status read_gml(const TopologyText& text, const ReadOptions&, NetworkBuilder& into) {
    SL_TRY(const Gml gml, Parser(text.text, into).run());
    for (const Record& node : gml.nodes) {
        SL_TRY_VOID(add_node(node, into));
    }
    for (const Record& edge : gml.edges) {
        SL_TRY_VOID(add_edge(edge, gml.is_directed, into));
    }
    return {};
}

} // namespace suanlu
