// SPDX-License-Identifier: Apache-2.0
// Sections sites and ingresses.
#include <algorithm>
#include <cmath>
#include <set>

#include "policies/strategy/site_file.hpp"
#include "simulator/field_text.hpp"
#include "simulator/scenario_sections.hpp"
#include "simulator/throughput.hpp"

namespace suanlu::sim {

namespace {

constexpr std::size_t kMostSites = 2000;
constexpr double kMostSpeed = 1e6;
constexpr double kLongestStep = 100; // s

/// A name that was not seen before, and where it is.
Whereabouts read_whereabouts(YamlNode& node, std::set<std::string>& seen, std::string& name) {
    YamlNode field = node.required("name");
    name = read_name(field, "?");
    if (!seen.insert(name).second) {
        field.complain("'" + name + "' stands twice");
    }
    Whereabouts out{name, std::nullopt, node};
    if (YamlNode at = node.optional("at"); at.is_present()) {
        out.at = at.text();
    }
    YamlNode degrees = node.optional("degrees");
    if (degrees.is_present()) {
        const double latitude = degrees.required("latitude").number(-90, 90);
        out.degrees = Place{degrees.required("longitude").number(-180, 180), latitude};
    }
    return out;
}

void read_batching(YamlNode node, SimSite& site) {
    BatchModel& model = site.batching;
    model.base_s = read_seconds(node.optional("step"), kLongestStep, model.base_s);
    model.per_request_s = read_seconds(node.optional("per_request"), kLongestStep, model.per_request_s);
    model.prefill_s = read_seconds(node.optional("prefill"), kLongestStep, model.prefill_s);
    model.batch = static_cast<std::uint32_t>(node.optional("batch").integer(1, 65536, model.batch));
    model.kv_tokens = node.optional("kv_tokens").number(1, 1e12, model.kv_tokens);
    if (model.base_s + model.per_request_s <= 0) {
        node.complain("step and per_request are both 0s");
    }
}

/// Measured inference rates: of a batching server the time of a step, of workers their number and speed.
void read_accelerator(YamlNode node, Reading& reading, SimSite& site) {
    if (!node.is_present()) {
        return;
    }
    AcceleratorQuery query;
    query.accelerator = node.required("name").text();
    query.model = node.required("model").text();
    query.scenario = node.optional("scenario").one_of({"Offline", "Server", "Interactive"}, "Offline");
    query.unit = node.optional("unit").one_of({"Tokens/s", "Samples/s", "Queries/s"}, "Tokens/s");
    const auto count = static_cast<std::uint32_t>(node.required("count").integer(1, 65536, 1));
    const double fixed = read_share(node.optional("fixed_share"), 1, 0.5);
    YamlNode relative = node.optional("relative_to");
    YamlNode file = node.required("file");
    const NamedText* data = reading.load(file);
    if (data == nullptr) {
        return;
    }
    const auto rate = accept(file, read_throughput(*data, query));
    if (site.discipline == Discipline::kBatching) {
        const double step = rate ? site.batching.batch / (*rate * count) : 1;
        site.batching.base_s = step * fixed;
        site.batching.per_request_s = step * (1 - fixed) / site.batching.batch;
        return;
    }
    query.accelerator = relative.is_present() ? relative.text() : query.accelerator;
    const auto unit = accept(relative, read_throughput(*data, query));
    site.workers = count;
    site.speed = rate && unit ? *rate / *unit : 1;
}

void read_site(YamlNode& node, Reading& reading, SimSite& site) {
    const std::string kind =
        node.optional("discipline").one_of({"fcfs", "processor-sharing", "batching"}, "fcfs");
    site.discipline = kind == "fcfs"       ? Discipline::kFcfs
                      : kind == "batching" ? Discipline::kBatching
                                           : Discipline::kProcessorSharing;
    YamlNode workers = node.optional("workers");
    YamlNode speed = node.optional("speed");
    YamlNode batching = node.optional("batching");
    YamlNode accelerator = node.optional("accelerator");
    const bool is_batching = site.discipline == Discipline::kBatching;
    for (YamlNode* field : {&workers, &speed}) {
        if (field->is_present() && (is_batching || accelerator.is_present())) {
            field->complain("a batching site, or one with an accelerator, has none");
        }
    }
    if (batching.is_present() && !is_batching) {
        batching.complain("only of a site whose discipline is batching");
    }
    site.workers = static_cast<std::uint32_t>(workers.integer(1, 65536, 1));
    site.speed = speed.number(1e-6, kMostSpeed, 1);
    read_batching(batching, site);
    read_accelerator(accelerator, reading, site);
    read_prices_of(node, reading, site);
    if (YamlNode attributes = node.optional("attributes"); attributes.is_present()) {
        read_stated(attributes, reading.facts.sites[site.name]);
    }
}

} // namespace

void read_sites(YamlNode node, Reading& reading) {
    std::set<std::string> seen;
    for (YamlNode item : node.items()) {
        SimSite& site = reading.scenario.sites.emplace_back();
        reading.sites.push_back(read_whereabouts(item, seen, site.name));
        read_site(item, reading, site);
        if (reading.scenario.sites.size() == kMostSites) {
            node.complain("more than " + std::to_string(kMostSites - 1) + " sites");
            return;
        }
    }
    if (node.is_present() && reading.sites.empty()) {
        node.complain("no site");
    }
}

void read_ingresses(YamlNode node, Reading& reading) {
    std::set<std::string> seen;
    for (YamlNode item : node.items()) {
        SimIngress& ingress = reading.scenario.ingresses.emplace_back();
        reading.ingresses.push_back(read_whereabouts(item, seen, ingress.name));
        ingress.weight = item.optional("weight").number(0, 1e9, 1);
        if (reading.scenario.ingresses.size() == kMostSites) {
            node.complain("more than " + std::to_string(kMostSites - 1) + " ingresses");
            return;
        }
    }
    if (node.is_present() && reading.ingresses.empty()) {
        node.complain("no ingress");
    }
}

} // namespace suanlu::sim
