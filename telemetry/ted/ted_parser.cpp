// SPDX-License-Identifier: Apache-2.0
#include "telemetry/ted/ted_parser.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

namespace suanlu {

namespace {

using Json = nlohmann::json;

constexpr int kMostDepth = 16;
/// More shared risk groups do not fit one TLV 138 (RFC 5307: 4 bytes each, at most 255).
constexpr std::size_t kMostSrlgs = 64;

Error bad(const std::string& field, const std::string& why) {
    return Error{Errc::kBadInput, field + ": " + why};
}

/// Depth is bounded before parsing: the parser itself recurses on nothing, but the tree's destruction does.
bool is_too_deep(std::string_view json) {
    int depth = 0;
    bool in_text = false;
    for (std::size_t k = 0; k < json.size(); ++k) {
        const char c = json[k];
        if (in_text) {
            k += c == '\\' ? 1 : 0;
            in_text = c != '"';
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[') {
            if (++depth > kMostDepth) {
                return true;
            }
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return false;
}

const Json* member(const Json& object, const char* key) {
    if (!object.is_object()) {
        return nullptr;
    }
    const auto found = object.find(key);
    return found == object.end() ? nullptr : &*found;
}

std::string text_of(const Json& object, const char* key) {
    const Json* value = member(object, key);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

/// Absent gives `fallback`; present and not a number in range is an error.
Result<double> number_of(const Json& object, const char* key, const std::string& where, double most,
                         double fallback) {
    const Json* value = member(object, key);
    if (value == nullptr) {
        return fallback;
    }
    if (!value->is_number() || value->get<double>() < 0 || value->get<double>() > most) {
        return bad(where + "." + key, "expected a number from 0 to " + std::to_string(most));
    }
    return value->get<double>();
}

std::string vertex_name(const Json& vertex, const TedNames& names) {
    const std::string own = text_of(vertex, "name");
    for (const std::string& alias :
         {own, text_of(vertex, "system-id"), text_of(vertex, "router-id"), text_of(vertex, "router-id-v6")}) {
        const auto known = names.find(alias);
        if (!alias.empty() && known != names.end()) {
            return known->second;
        }
    }
    return own;
}

Result<std::map<std::uint64_t, std::string>> read_vertices(const Json& ted, const TedNames& names,
                                                           const TedLimits& limits) {
    std::map<std::uint64_t, std::string> out;
    const Json* vertices = member(ted, "vertices");
    if (vertices == nullptr) {
        return out;
    }
    if (!vertices->is_array()) {
        return bad("ted.vertices", "expected a list");
    }
    if (vertices->size() > limits.most_vertices) {
        return Error{Errc::kOutOfRange, "ted.vertices: more than " + std::to_string(limits.most_vertices)};
    }
    for (std::size_t k = 0; k < vertices->size(); ++k) {
        const Json* id = member((*vertices)[k], "vertex-id");
        if (id == nullptr || !id->is_number_unsigned()) {
            return bad("ted.vertices[" + std::to_string(k) + "].vertex-id", "expected an integer");
        }
        const std::string name = vertex_name((*vertices)[k], names);
        if (!name.empty()) {
            out.emplace(id->get<std::uint64_t>(), name);
        }
    }
    return out;
}

/// "srlgs": [{"srlg": 7}, ...], ascending in the link whatever their order here.
Status read_srlgs(const Json& attributes, const std::string& where, LinkState& link) {
    const Json* groups = member(attributes, "srlgs");
    if (groups == nullptr) {
        return {};
    }
    if (!groups->is_array() || groups->size() > kMostSrlgs) {
        return bad(where + ".srlgs", "expected a list of at most " + std::to_string(kMostSrlgs));
    }
    for (std::size_t k = 0; k < groups->size(); ++k) {
        const Json* group = member((*groups)[k], "srlg");
        if (group == nullptr || !group->is_number_unsigned() || group->get<std::uint64_t>() > 0xffffffffU) {
            return bad(where + ".srlgs[" + std::to_string(k) + "].srlg", "expected an integer of 32 bits");
        }
        link.srlgs.push_back(group->get<std::uint32_t>());
    }
    std::sort(link.srlgs.begin(), link.srlgs.end());
    link.srlgs.erase(std::unique(link.srlgs.begin(), link.srlgs.end()), link.srlgs.end());
    return {};
}

Status read_attributes(const Json& attributes, const std::string& where, LinkState& link) {
    constexpr double kMost32 = 4294967294.0;
    SL_TRY(const double te, number_of(attributes, "te-metric", where, 16777215, -1));
    SL_TRY(const double delay, number_of(attributes, "delay", where, 16777215, -1)); // 24 bits in RFC 8570
    SL_TRY(const double delay_min, number_of(attributes, "min-delay", where, 16777215, -1));
    SL_TRY(const double delay_max, number_of(attributes, "max-delay", where, 16777215, -1));
    SL_TRY(const double jitter, number_of(attributes, "jitter", where, 16777215, -1));
    SL_TRY(const double bandwidth, number_of(attributes, "max-link-bandwidth", where, 1e18, -1));
    SL_TRY(const double used, number_of(attributes, "utilized-bandwidth", where, 1e18, -1));
    SL_TRY(const double group, number_of(attributes, "admin-group", where, kMost32, 0));
    const auto microseconds = [](double value) { return Microseconds{static_cast<std::uint32_t>(value)}; };
    link.te_metric = te >= 0 ? std::optional(static_cast<std::uint32_t>(te)) : std::nullopt;
    for (const auto& [value, into] :
         {std::pair(delay, &link.delay), std::pair(delay_min, &link.delay_min),
          std::pair(delay_max, &link.delay_max), std::pair(jitter, &link.jitter)}) {
        *into = value >= 0 ? std::optional(microseconds(value)) : std::nullopt;
    }
    link.bandwidth = bandwidth >= 0 ? std::optional(BytesPerSecond{bandwidth}) : std::nullopt;
    link.bandwidth_used = used >= 0 ? std::optional(BytesPerSecond{used}) : std::nullopt;
    link.admin_group = static_cast<std::uint32_t>(group);
    SL_TRY_VOID(read_srlgs(attributes, where, link));
    for (const auto& [key, into] :
         {std::pair("local-address-v6", &link.local), std::pair("remote-address-v6", &link.remote)}) {
        const std::string address = text_of(attributes, key);
        if (!address.empty()) {
            auto parsed = Ip6::parse(address);
            if (!parsed) {
                return bad(where + "." + key, parsed.error().detail);
            }
            *into = *parsed;
        }
    }
    return {};
}

class EdgeReader {
public:
    EdgeReader(const std::map<std::uint64_t, std::string>& vertices, TedContent& out)
        : vertices_(vertices), out_(out) {}

    Status read(const Json& edge, const std::string& where) {
        const std::string* from = vertex(edge, "local-vertex-id");
        const std::string* to = vertex(edge, "remote-vertex-id");
        // A first rewrite of link-params can leave an edge without its far vertex; a later one joins it.
        if (from == nullptr || to == nullptr || text_of(edge, "status") != "Sync") {
            ++out_.unusable_edges;
            return {};
        }
        LinkState link;
        link.from = *from;
        link.to = *to;
        SL_TRY(const double metric, number_of(edge, "metric", where, 16777215, 10));
        link.igp_metric = static_cast<std::uint32_t>(metric);
        if (const Json* attributes = member(edge, "edge-attributes")) {
            SL_TRY_VOID(read_attributes(*attributes, where + ".edge-attributes", link));
        }
        out_.edges_without_delay += link.delay ? 0 : 1;
        out_.links.push_back(std::move(link));
        return {};
    }

private:
    const std::string* vertex(const Json& edge, const char* key) const {
        const Json* id = member(edge, key);
        if (id == nullptr || !id->is_number_unsigned()) {
            return nullptr;
        }
        const auto found = vertices_.find(id->get<std::uint64_t>());
        return found == vertices_.end() ? nullptr : &found->second;
    }

    const std::map<std::uint64_t, std::string>& vertices_;
    TedContent& out_;
};

} // namespace

Result<TedContent> parse_ted(std::string_view json, const TedNames& names, const TedLimits& limits) {
    if (json.size() > limits.most_bytes) {
        return Error{Errc::kOutOfRange, "TED of " + std::to_string(json.size()) + " bytes"};
    }
    if (is_too_deep(json)) {
        return bad("ted", "nested deeper than " + std::to_string(kMostDepth));
    }
    const Json root = Json::parse(json, nullptr, false);
    if (root.is_discarded()) {
        return bad("ted", "not JSON");
    }
    const Json* ted = member(root, "ted");
    if (ted == nullptr || !ted->is_object()) {
        return bad("ted", "missing");
    }
    TedContent out;
    SL_TRY(const auto vertices, read_vertices(*ted, names, limits));
    out.vertices = vertices.size();
    for (const auto& [id, name] : vertices) {
        out.routers.push_back(name);
    }
    const Json* edges = member(*ted, "edges");
    if (edges != nullptr && !edges->is_array()) {
        return bad("ted.edges", "expected a list");
    }
    if (edges != nullptr && edges->size() > limits.most_edges) {
        return Error{Errc::kOutOfRange, "ted.edges: more than " + std::to_string(limits.most_edges)};
    }
    EdgeReader reader(vertices, out);
    for (std::size_t k = 0; edges != nullptr && k < edges->size(); ++k) {
        SL_TRY_VOID(reader.read((*edges)[k], "ted.edges[" + std::to_string(k) + "]"));
    }
    std::sort(out.links.begin(), out.links.end(), [](const LinkState& a, const LinkState& b) {
        return std::tie(a.from, a.to, a.local) < std::tie(b.from, b.to, b.local);
    });
    return out;
}

} // namespace suanlu
