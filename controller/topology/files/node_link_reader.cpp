// SPDX-License-Identifier: Apache-2.0
// Node-link JSON as networkx writes it: {"directed": bool, "nodes": [{"id": ...}], "links": [{"source",
// "target"}]}. An attribute is read only when its name carries its unit; "capacity" and "weight" have none
// and are passed over.
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "controller/topology/files/number_text.hpp"
#include "controller/topology/files/readers.hpp"

namespace suanlu {

namespace {

using Json = nlohmann::json;

/// Input for the parser that knows how many lines were taken. A JSON value that starts with a bracket or a
/// quote is reported before anything behind it is read, so the count is its line.
class CountedInput {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountedInput(const char* at, std::size_t* line) : at_(at), line_(line) {}
    reference operator*() const { return *at_; }
    CountedInput& operator++() {
        *line_ += *at_ == '\n';
        ++at_;
        return *this;
    }
    CountedInput operator++(int) {
        CountedInput before = *this;
        ++*this;
        return before;
    }
    bool operator==(const CountedInput& other) const { return at_ == other.at_; }
    bool operator!=(const CountedInput& other) const { return at_ != other.at_; }

private:
    const char* at_;
    std::size_t* line_;
};

/// The document and the line of each element of its lists, by the list's key.
struct Document {
    Json root;
    std::map<std::string, std::vector<std::size_t>, std::less<>> lines;
};

Result<Document> parse(std::string_view text, const NetworkBuilder& into) {
    Document out;
    std::size_t line = 1;
    std::string list;
    std::optional<std::string> twice;
    const auto on_event = [&](int depth, Json::parse_event_t event, Json& parsed) {
        const bool starts = event == Json::parse_event_t::object_start ||
                            event == Json::parse_event_t::array_start || event == Json::parse_event_t::value;
        if (depth == 1 && event == Json::parse_event_t::key) {
            list = parsed.get<std::string>();
            if (!out.lines.emplace(list, std::vector<std::size_t>{}).second) {
                twice = twice ? twice : into.refuse(line, "key '" + list + "' twice").detail;
            }
        } else if (depth == 2 && starts) {
            out.lines[list].push_back(line);
        }
        return true;
    };
    out.root = Json::parse(CountedInput(text.data(), &line), CountedInput(text.data() + text.size(), &line),
                           on_event, false);
    if (out.root.is_discarded()) {
        return into.refuse(line, "no JSON here");
    }
    if (!out.root.is_object()) {
        return into.refuse(1, "expected an object");
    }
    if (twice) {
        return Error{Errc::kBadInput, *twice};
    }
    return out;
}

/// Ids are numbers or texts.
std::optional<std::string> id_of(const Json& element, const char* key) {
    const auto found = element.find(key);
    if (found == element.end()) {
        return std::nullopt;
    }
    if (found->is_string()) {
        return found->get<std::string>();
    }
    if (found->is_number_integer()) {
        return found->dump();
    }
    return std::nullopt;
}

std::optional<double> number_of(const Json& element, std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
        if (const auto found = element.find(key); found != element.end() && found->is_number()) {
            return found->get<double>();
        }
    }
    return std::nullopt;
}

Status read_node(const Json& node, std::size_t line, NetworkBuilder& into) {
    const auto id = node.is_object() ? id_of(node, "id") : std::nullopt;
    if (!id) {
        return into.refuse(line, "a node without an \"id\" that is a number or a text");
    }
    FileRouter router;
    router.key = *id;
    for (const char* key : {"name", "label"}) {
        if (const auto name = node.find(key);
            router.name.empty() && name != node.end() && name->is_string()) {
            router.name = name->get<std::string>();
        }
    }
    const auto x = number_of(node, {"lon", "longitude", "Longitude"});
    const auto y = number_of(node, {"lat", "latitude", "Latitude"});
    if (x && y) {
        router.place = Place{*x, *y};
    }
    return into.add_router(std::move(router), line);
}

/// Sets one attribute of a link; false when its value is out of range or no number.
bool set_attribute(const std::string& key, const Json& value, FileLink& link, NetworkBuilder& into) {
    TopologyLink& told = link.properties;
    const bool is_whole = value.is_number_unsigned() && value.get<std::uint64_t>() <= 0xffffffff;
    const auto whole = is_whole ? value.get<std::uint32_t>() : 0;
    const double number = value.is_number() ? value.get<double>() : -1;
    if (key == "igp_metric") {
        told.igp_metric = whole;
        link.has_igp_metric = true;
        return is_whole;
    }
    if (key == "te_metric") {
        told.te_metric = whole;
        return is_whole;
    }
    if (key == "affinity") {
        told.affinity = whole;
        return is_whole;
    }
    if (key == "delay_us") {
        const auto delay = microseconds(number);
        told.delay = delay.value_or(kUnreachableDelay);
        return delay.has_value();
    }
    if (key == "length_km") {
        link.distance_km = number;
        return value.is_number();
    }
    if (key == "bandwidth_bps") {
        told.bandwidth = bits_per_second(number);
        return told.bandwidth.has_value();
    }
    if (key != "source" && key != "target" && key != "key") {
        into.note("not read: attribute '" + key.substr(0, 64) +
                  "' of the links, whose unit the format does not define");
    }
    return true;
}

Status read_link(const Json& element, std::size_t line, bool is_directed, NetworkBuilder& into) {
    const auto from = element.is_object() ? id_of(element, "source") : std::nullopt;
    const auto to = element.is_object() ? id_of(element, "target") : std::nullopt;
    if (!from || !to) {
        return into.refuse(line, "a link without \"source\" and \"target\" that are numbers or texts");
    }
    FileLink link;
    link.from = *from;
    link.to = *to;
    for (const auto& [key, value] : element.items()) {
        if (!set_attribute(key, value, link, into)) {
            return into.refuse(line, "attribute '" + key + "' has no usable value");
        }
    }
    return is_directed ? into.add_link(link, line) : into.add_both_directions(link, line);
}

} // namespace

bool looks_like_node_link_json(std::string_view head) {
    const std::string_view text = trimmed(head);
    return text.starts_with('{') && (text.find("\"nodes\"") != std::string_view::npos ||
                                     text.find("\"links\"") != std::string_view::npos ||
                                     text.find("\"multigraph\"") != std::string_view::npos);
}

Status read_node_link_json(const TopologyText& text, const ReadOptions&, NetworkBuilder& into) {
    SL_TRY(const Document document, parse(text.text, into));
    const char* links = document.root.contains("links") ? "links" : "edges";
    for (const char* list : {"nodes", links}) {
        if (!document.root.contains(list) || !document.root[list].is_array()) {
            return into.refuse(1, std::string("no list \"") + list + "\"");
        }
    }
    bool is_directed = false;
    if (const auto directed = document.root.find("directed"); directed != document.root.end()) {
        if (!directed->is_boolean()) {
            return into.refuse(1, "\"directed\" is neither true nor false");
        }
        is_directed = directed->get<bool>();
    }
    std::size_t index = 0;
    for (const Json& node : document.root["nodes"]) {
        SL_TRY_VOID(read_node(node, document.lines.at("nodes")[index++], into));
    }
    index = 0;
    for (const Json& link : document.root[links]) {
        SL_TRY_VOID(read_link(link, document.lines.at(links)[index++], is_directed, into));
    }
    return {};
}

} // namespace suanlu
