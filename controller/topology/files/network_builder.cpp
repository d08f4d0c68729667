// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/files/network_builder.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <utility>

#include "controller/topology/files/number_text.hpp"

namespace suanlu {

namespace {

/// Most links at a router that local ids can name.
constexpr std::size_t kMostNumberedLinks = 0x10000 - kFirstLocalUsid;

std::string counted(std::size_t count, std::string_view what) {
    return std::to_string(count) + " " + std::string(what);
}

/// "(1 link)", "(2 links)".
std::string in_links(std::size_t count) {
    return "(" + counted(count, count == 1 ? "link)" : "links)");
}

std::string short_number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

bool is_place(const Place& place) {
    return std::abs(place.longitude) <= 180 && std::abs(place.latitude) <= 90;
}

bool is_delay(const std::optional<Microseconds>& delay) {
    return !delay || delay->value <= kMostDelay;
}

bool is_rate(const std::optional<BytesPerSecond>& rate) {
    return !rate || (rate->value >= 0 && std::isfinite(rate->value));
}

} // namespace

double distance_km(const Place& a, const Place& b) {
    constexpr double radius_km = 6371.009;
    constexpr double radians = std::numbers::pi / 180;
    const double north = std::sin((b.latitude - a.latitude) * radians / 2);
    const double east = std::sin((b.longitude - a.longitude) * radians / 2);
    const double chord =
        north * north + std::cos(a.latitude * radians) * std::cos(b.latitude * radians) * east * east;
    return 2 * radius_km * std::asin(std::sqrt(std::clamp(chord, 0.0, 1.0)));
}

NetworkBuilder::NetworkBuilder(std::string file, const ReadOptions& options)
    : file_(std::move(file)), options_(options) {
}

Error NetworkBuilder::refuse(std::size_t line, std::string_view what) const {
    return Error{Errc::kBadInput, file_ + ":" + std::to_string(line) + ": " + std::string(what)};
}

void NetworkBuilder::note(std::string_view sentence) {
    if (std::find(facts_.notes.begin(), facts_.notes.end(), sentence) == facts_.notes.end()) {
        facts_.notes.emplace_back(sentence);
    }
}

void NetworkBuilder::drop(std::string_view reason) {
    ++facts_.links_dropped;
    if (const auto known = dropped_.find(reason); known != dropped_.end()) {
        ++known->second;
    } else {
        dropped_.emplace(reason, 1);
    }
}

Status NetworkBuilder::add_router(FileRouter router, std::size_t line) {
    if (router.key.empty()) {
        return refuse(line, "a router without an id");
    }
    if (!is_clean_text(router.key) || !is_clean_text(router.name) || !is_clean_text(router.legal_area)) {
        return refuse(line, "a router whose texts are no UTF-8 or hold control characters");
    }
    if (view_.routers.size() >= options_.most_routers) {
        return Error{Errc::kOutOfRange,
                     refuse(line, "more than " + counted(options_.most_routers, "routers")).detail};
    }
    if (router.place && !is_place(*router.place)) {
        return refuse(line, "coordinates of '" + router.key + "' are no degrees");
    }
    const auto index = static_cast<std::uint32_t>(view_.routers.size());
    const auto [known, is_new] = by_key_.emplace(router.key, index);
    if (!is_new) {
        return refuse(line, "router '" + router.key + "' again, first in line " +
                                std::to_string(lines_[known->second]));
    }
    Router& out = view_.routers.emplace_back();
    out.name = router.name.empty() ? router.key : std::move(router.name);
    out.legal_area = std::move(router.legal_area);
    keys_.push_back(std::move(router.key));
    places_.push_back(router.place);
    lines_.push_back(line);
    facts_.routers_without_place += !router.place;
    return {};
}

Status NetworkBuilder::know_router(std::string_view key, std::size_t line) {
    if (knows(key)) {
        return {};
    }
    FileRouter router;
    router.key = std::string(key);
    return add_router(std::move(router), line);
}

Result<Router*> NetworkBuilder::router(std::string_view key, std::size_t line) {
    if (const auto known = by_key_.find(key); known != by_key_.end()) {
        return &view_.routers[known->second];
    }
    return refuse(line, "no router '" + std::string(key) + "' in this file");
}

Status NetworkBuilder::check(const FileLink& link, std::size_t line) const {
    const TopologyLink& told = link.properties;
    for (const std::string_view end : {link.from, link.to}) {
        if (!knows(end)) {
            return refuse(line, "a link to '" + std::string(end) + "', which is no router of this file");
        }
    }
    if (link.has_igp_metric && told.igp_metric > kUnusableMetric) {
        return refuse(line, "IGP metric " + std::to_string(told.igp_metric) + " is above 16777215");
    }
    if (told.te_metric && *told.te_metric > kUnusableMetric) {
        return refuse(line, "TE metric " + std::to_string(*told.te_metric) + " is above 16777215");
    }
    if ((told.delay != kUnreachableDelay && told.delay.value > kMostDelay) || !is_delay(told.delay_min) ||
        !is_delay(told.delay_max) || !is_delay(told.jitter)) {
        return refuse(line, "a delay above " + std::to_string(kMostDelay) + " us");
    }
    if (link.distance_km &&
        (!(*link.distance_km >= 0) || !microseconds(*link.distance_km * options_.delay_per_km))) {
        return refuse(line, "a length of " + short_number(*link.distance_km) + " km");
    }
    if (!is_rate(told.bandwidth) || !is_rate(told.reserved) || !is_rate(told.available)) {
        return refuse(line, "a bandwidth that is negative or no number");
    }
    return {};
}

void NetworkBuilder::fill_delay(const FileLink& link, TopologyLink& out) {
    if (out.delay != kUnreachableDelay) {
        ++stated_;
        return;
    }
    std::optional<Microseconds> derived;
    if (link.distance_km) {
        derived = microseconds(*link.distance_km * options_.delay_per_km);
        by_distance_ += derived.has_value();
    } else if (derives_delay_ && places_[out.from] && places_[out.to]) {
        derived = microseconds(distance_km(*places_[out.from], *places_[out.to]) * options_.delay_per_km);
        by_place_ += derived.has_value();
    }
    facts_.links_without_delay += !derived;
    out.delay = derived.value_or(kUnreachableDelay);
}

Status NetworkBuilder::add_link(const FileLink& link, std::size_t line) {
    SL_TRY_VOID(check(link, line));
    if (link.from == link.to) {
        drop("link of a router to itself");
        return {};
    }
    if (view_.links.size() >= options_.most_links) {
        return Error{Errc::kOutOfRange,
                     refuse(line, "more than " + counted(options_.most_links, "directed links")).detail};
    }
    TopologyLink& out = view_.links.emplace_back(link.properties);
    out.from = by_key_.find(link.from)->second;
    out.to = by_key_.find(link.to)->second;
    if (!link.has_igp_metric) {
        out.igp_metric = kDefaultIgpMetric;
        ++without_metric_;
    }
    std::sort(out.srlgs.begin(), out.srlgs.end());
    out.srlgs.erase(std::unique(out.srlgs.begin(), out.srlgs.end()), out.srlgs.end());
    fill_delay(link, out);
    return {};
}

Status NetworkBuilder::add_both_directions(const FileLink& link, std::size_t line) {
    SL_TRY_VOID(add_link(link, line));
    if (link.from == link.to) {
        return {};
    }
    FileLink back = link;
    std::swap(back.from, back.to);
    return add_link(back, line);
}

/// Labels are for people and need not differ; router names must, because segment lists and queries use them.
Status NetworkBuilder::name_routers() {
    std::unordered_map<std::string_view, std::size_t> uses;
    for (const Router& router : view_.routers) {
        ++uses[router.name];
    }
    std::vector<std::string> names(view_.routers.size());
    std::size_t shared = 0;
    for (std::size_t index = 0; index < names.size(); ++index) {
        const std::string& label = view_.routers[index].name;
        const bool is_shared = uses[label] > 1;
        shared += is_shared;
        names[index] = is_shared ? label + "#" + keys_[index] : label;
    }
    for (std::size_t index = 0; index < names.size(); ++index) {
        view_.routers[index].name = std::move(names[index]);
        const auto [known, is_new] =
            view_.by_name.emplace(view_.routers[index].name, static_cast<std::uint32_t>(index));
        if (!is_new) {
            return refuse(lines_[index], "router name '" + view_.routers[index].name +
                                             "' again, first in line " +
                                             std::to_string(lines_[known->second]));
        }
    }
    if (shared != 0) {
        note(counted(shared, "routers share a label with another and are called LABEL#ID"));
    }
    return {};
}

void NetworkBuilder::count_one_way() {
    const auto by_ends = [](const TopologyLink& a, const TopologyLink& b) {
        return std::pair(a.from, a.to) < std::pair(b.from, b.to);
    };
    std::size_t one_way = 0;
    for (const TopologyLink& link : view_.links) {
        TopologyLink back;
        back.from = link.to;
        back.to = link.from;
        one_way += !std::binary_search(view_.links.begin(), view_.links.end(), back, by_ends);
    }
    if (one_way != 0) {
        note("without an opposite direction, so that an IGP would not use them " + in_links(one_way));
    }
}

void NetworkBuilder::tell_delays() {
    const std::string scale = " x " + short_number(options_.delay_per_km) + " us/km ";
    if (stated_ != 0) {
        note("delay: as the file states " + in_links(stated_));
    }
    if (by_distance_ != 0) {
        note("delay: length that the file states" + scale + in_links(by_distance_));
    }
    if (by_place_ != 0) {
        note("delay: great circle of the coordinates" + scale + in_links(by_place_));
    }
    if (facts_.links_without_delay != 0) {
        note("delay: unknown, no delay path passes them " + in_links(facts_.links_without_delay));
    }
    if (without_metric_ != 0) {
        note("IGP metric: " + std::to_string(kDefaultIgpMetric) + " where the file has none " +
             in_links(without_metric_));
    }
    for (const auto& [reason, count] : dropped_) {
        note("dropped: " + counted(count, "x ") + reason);
    }
}

Status NetworkBuilder::number() {
    if (options_.sid_block.length != 32 && options_.sid_block.length != 48) {
        return Error{Errc::kBadInput,
                     "SID block " + options_.sid_block.text() + " is neither a /32 nor a /48"};
    }
    std::vector<std::size_t> degrees(view_.routers.size(), 0);
    for (const TopologyLink& link : view_.links) {
        ++degrees[link.from];
    }
    std::size_t locators = 0;
    for (const Router& router : view_.routers) {
        locators += 1 + router.algorithms.size();
    }
    if (locators > kMostNumberedRouters ||
        *std::max_element(degrees.begin(), degrees.end()) > kMostNumberedLinks) {
        note("without SIDs: more routers or links at a router than 16-bit ids can name");
        return {};
    }
    SL_TRY_VOID(number_network(view_, options_.sid_block));
    facts_.is_numbered = true;
    return {};
}

Result<ReadTopology> NetworkBuilder::finish(std::string_view format) && {
    if (view_.routers.empty()) {
        return refuse(1, "no routers");
    }
    facts_.format = std::string(format);
    SL_TRY_VOID(name_routers());
    sort_links(view_.links);
    count_one_way();
    tell_delays();
    SL_TRY_VOID(number());
    view_.version = 1;
    return ReadTopology{std::move(view_), std::move(facts_)};
}

} // namespace suanlu
