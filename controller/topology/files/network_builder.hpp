// SPDX-License-Identifier: Apache-2.0
// What every reader of a topology file builds: routers by the id the file uses, links between them, and what
// people should know about how the file was read. Checks each thing with its line; the first refusal ends the
// reading and nothing is kept. Delay is derived only from distances. Single-threaded, one per file. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "controller/topology/network.hpp"

namespace suanlu {

/// Farthest delay that a search can tell from "unreachable" (controller/paths/graph: kFarthest).
inline constexpr std::uint32_t kMostDelay = 0x7ffffffe;
/// IGP metric of a link whose file has none: what IS-IS gives by default (ISO 10589 section 7.2.2).
inline constexpr std::uint32_t kDefaultIgpMetric = 10;

/// How to read a file, and how much of it.
struct ReadOptions {
    /// Name from the table of readers; empty = found by file name and content.
    std::string format;
    /// Microseconds that one kilometre of great circle takes. Light in fibre: 299792 km/s / 1.468 = 4.9 us.
    double delay_per_km = 5.0;
    std::size_t most_bytes = std::size_t{64} << 20; ///< of the file, and of what a .gz unpacks to
    std::size_t most_routers = 1'000'000;
    std::size_t most_links = 4'000'000; ///< directed
    /// Block of the node ids that routers without a locator get; a /32 (F3216) or a /48 (F4816).
    Prefix6 sid_block{Ip6{{0xfc}}, 32};
};

/// How a file was read, for people.
struct TopologyFacts {
    std::string format;
    std::vector<std::string> notes;
    std::size_t routers_without_place = 0;
    std::size_t links_without_delay = 0; ///< directed
    std::size_t links_dropped = 0;       ///< lines of the file
    bool is_numbered = false;            ///< routers and links have ids
};

struct ReadTopology {
    TopologyView view;
    TopologyFacts facts;
};

/// Degrees.
struct Place {
    double longitude = 0;
    double latitude = 0;
};

/// Great circle on a sphere of 6371.009 km (mean radius of WGS 84).
double distance_km(const Place& a, const Place& b);

/// A router as a file has it.
struct FileRouter {
    std::string key;  ///< what links call it, unique
    std::string name; ///< what people call it; empty = key. Need not be unique: "name#key" then
    std::optional<Place> place;
    std::string legal_area;
};

/// A link as a file has it: keys of its ends and `properties` (whose from and to are ignored).
struct FileLink {
    std::string_view from;
    std::string_view to;
    TopologyLink properties;
    bool has_igp_metric = false;       ///< otherwise kDefaultIgpMetric
    std::optional<double> distance_km; ///< beats the coordinates
};

class NetworkBuilder {
public:
    /// `file` stands before the line in errors.
    NetworkBuilder(std::string file, const ReadOptions& options);

    Status add_router(FileRouter router, std::size_t line);
    /// Adds the router unless its key is known: for formats that list links only.
    Status know_router(std::string_view key, std::size_t line);
    /// One direction. A link of a router to itself is dropped and counted.
    Status add_link(const FileLink& link, std::size_t line);
    /// Its routers get locators with the others' node ids.
    void add_algorithm(const FlexAlgorithm& definition) { view_.algorithms.push_back(definition); }
    Status add_both_directions(const FileLink& link, std::size_t line);

    [[nodiscard]] bool knows(std::string_view key) const { return by_key_.contains(key); }
    [[nodiscard]] std::size_t router_count() const { return view_.routers.size(); }
    /// For a format that says more about a router than FileRouter has.
    Result<Router*> router(std::string_view key, std::size_t line);

    /// "FILE:LINE: what", kBadInput.
    [[nodiscard]] Error refuse(std::size_t line, std::string_view what) const;
    /// A sentence for people, once however often it is said.
    void note(std::string_view sentence);
    /// A line of the file that is no link of the network, counted by its reason.
    void drop(std::string_view reason);
    /// The coordinates are no degrees, or the file's own delays are all there is.
    void forbid_derived_delay() { derives_delay_ = false; }

    /// Names, sorts and numbers. kBadInput: no router at all, or a name twice.
    Result<ReadTopology> finish(std::string_view format) &&;

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    Status check(const FileLink& link, std::size_t line) const;
    void fill_delay(const FileLink& link, TopologyLink& out);
    Status name_routers();
    void count_one_way();
    void tell_delays();
    Status number();

    std::string file_;
    ReadOptions options_;
    TopologyView view_;
    TopologyFacts facts_;
    std::vector<std::string> keys_;            ///< by router
    std::vector<std::optional<Place>> places_; ///< by router
    std::vector<std::size_t> lines_;           ///< by router
    std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> by_key_;
    std::map<std::string, std::size_t, std::less<>> dropped_;
    bool derives_delay_ = true;
    std::size_t without_metric_ = 0;
    std::size_t by_distance_ = 0;
    std::size_t by_place_ = 0;
    std::size_t stated_ = 0;
};

} // namespace suanlu
