// SPDX-License-Identifier: Apache-2.0
#include "simulator/scenario_file.hpp"

#include <algorithm>
#include <filesystem>

#include "controller/topology/files/topology_file.hpp"
#include "core/model/limits.hpp"
#include "core/support/text_table.hpp"
#include "policies/strategy/site_file.hpp"
#include "simulator/field_text.hpp"
#include "simulator/scenario_sections.hpp"

namespace suanlu::sim {

namespace {

constexpr std::size_t kMostComplaints = 20;
constexpr std::size_t kDeepestBase = 4;
constexpr double kMostSiteSeconds = 50e6;
constexpr double kFastestClock = 1e6;

struct Layer {
    YamlNode root;
    std::string file;
};

/// A file and those that it is based on, the most special one first: a section is taken whole from the first
/// that has it.
class Layers {
public:
    Layers(const std::string& text, const std::string& name, const FileSearch& files) {
        add(text, name);
        while (true) {
            YamlNode base = layers_.back().root.optional("based_on");
            if (!base.is_present()) {
                return;
            }
            if (layers_.size() > kDeepestBase) {
                base.complain("based on more than " + std::to_string(kDeepestBase) + " files");
                return;
            }
            if (!add_base(base, files)) {
                return;
            }
        }
    }

    YamlNode section(std::string_view key) {
        YamlNode found = layers_.front().root.optional(key);
        for (Layer& layer : layers_) {
            YamlNode node = layer.root.optional(key);
            found = found.is_present() ? found : node;
        }
        return found;
    }

    YamlNode required(std::string_view key) {
        const YamlNode found = section(key);
        return found.is_present() ? found : layers_.back().root.required(key);
    }

    Status finish() {
        std::string out;
        std::size_t count = 0;
        for (Layer& layer : layers_) {
            layer.root.finish();
            for (const YamlComplaint& c : layer.root.complaints()) {
                if (count++ < kMostComplaints) {
                    out += (out.empty() ? "" : "\n") + layer.file + ":" + std::to_string(c.line) + ":" +
                           std::to_string(c.column) + ": " + (c.path.empty() ? "" : c.path + ": ") + c.what;
                }
            }
        }
        if (count > kMostComplaints) {
            out += "\nand " + std::to_string(count - kMostComplaints) + " more";
        }
        return count == 0 ? Status{} : Status{Error{Errc::kBadInput, out}};
    }

private:
    void add(const std::string& text, const std::string& name) {
        layers_.push_back({YamlNode::open_text(text, name), name});
    }

    bool add_base(YamlNode base, const FileSearch& files) {
        const std::string name = base.text();
        if (const auto builtin = find_builtin_scenario(name)) {
            add(std::string(*builtin), name);
            return true;
        }
        const auto text = accept(base, files.load(name));
        if (text) {
            add(text->text, name);
        }
        return text.has_value();
    }

    std::vector<Layer> layers_;
};

/// Every second of every site is kept, about 16 bytes each.
Status check_extent(const Scenario& scenario, double seconds) {
    const double extent = seconds * static_cast<double>(scenario.sites.size());
    return extent <= kMostSiteSeconds
               ? Status{}
               : Status{Error{Errc::kOutOfRange, "more than " + number_text(kMostSiteSeconds / 1e6, 0) +
                                                     " million seconds over all sites"}};
}

void read_time(Layers& layers, Scenario& scenario) {
    YamlNode seconds = layers.required("seconds");
    scenario.seconds = read_seconds(seconds, kLongestTime, 1);
    if (scenario.seconds <= 0) {
        seconds.complain("must be above 0s");
    }
    YamlNode warm_up = layers.section("warm_up");
    scenario.warm_up_share = read_share(warm_up, 0.99, 0.15);
    YamlNode window = layers.section("window");
    if (window.is_present()) {
        const double from = read_seconds(window.required("from"), kLongestTime, 0);
        const double to = read_seconds(window.required("to"), kLongestTime, 1);
        if (to <= from || from >= scenario.seconds) {
            window.complain("ends before it begins, or after the simulation");
        }
        scenario.window_s = {from, to};
    }
    scenario.seed = layers.section("seed").integer(0, 0xffffffff, 1);
}

/// When the run begins by the clock of tariffs, and how fast that goes.
void read_clock(Layers& layers, Reading& reading) {
    reading.time_of_day_h = read_time_of_day(layers.section("time_of_day"), 12);
    YamlNode date = layers.section("date");
    reading.has_date = date.is_present();
    const double day = read_date(date, 0);
    reading.scenario.wall_start_s = day + reading.time_of_day_h * 3600;
    reading.scenario.clock_speed = layers.section("clock_speed").number(1, kFastestClock, 1);
}

void read_affinity(YamlNode node, FlowAffinity& affinity) {
    if (!node.is_present()) {
        return;
    }
    affinity.slots =
        static_cast<std::uint32_t>(node.required("slots").integer(kLeastTableSlots, kMostTableSlots, 1021));
    YamlNode timeout = node.optional("timeout");
    affinity.timeout_s = read_seconds(timeout, 86400, affinity.timeout_s);
    if (affinity.timeout_s < 1) {
        timeout.complain("must be 1s at least");
    }
    affinity.exceptions =
        static_cast<std::uint32_t>(node.optional("exceptions").integer(1, 4'000'000, affinity.exceptions));
}

/// The section that a complaint about the whole is about: people look there first.
std::string_view section_of(const std::string& complaint) {
    constexpr std::pair<std::string_view, std::string_view> kWords[] = {
        {"rtt_s", "network"},     {"data.", "network"},    {"is known for", "seconds"},
        {"more than", "seconds"}, {"weight", "ingresses"}, {"sizes.", "sizes"},
        {"arrivals", "arrivals"}, {"discipline", "sites"}, {"site '", "sites"}};
    for (const auto& [word, section] : kWords) {
        if (complaint.find(word) != std::string::npos) {
            return section;
        }
    }
    return "name";
}

void read_dispatch(YamlNode node, DispatcherSpec& spec) {
    spec.exception_share = read_share(node.optional("exception_share"), 1, spec.exception_share);
    spec.kappa = node.optional("kappa").number(0, 1000, spec.kappa);
    spec.size_classes = static_cast<std::uint32_t>(node.optional("size_classes").integer(1, 16, 1));
}

std::vector<std::string> read_policies(YamlNode node) {
    const std::vector<std::string> known = known_dispatchers();
    std::vector<std::string> out;
    for (YamlNode item : node.items()) {
        const std::vector<std::string_view> allowed(known.begin(), known.end());
        out.push_back(item.one_of(allowed, "default"));
        if (std::count(out.begin(), out.end(), out.back()) > 1) {
            item.complain("'" + out.back() + "' stands twice");
        }
    }
    return out.empty() ? std::vector<std::string>{"default"} : out;
}

} // namespace

const NamedText* Reading::load(YamlNode& node) {
    if (!node.is_present()) {
        return nullptr;
    }
    const std::string name = node.text();
    auto found = loaded.find(name);
    if (found == loaded.end()) {
        found = loaded.emplace(name, accept(node, files.load(name))).first;
    }
    return found->second ? &*found->second : nullptr;
}

std::uint32_t Reading::site(YamlNode node) const {
    const std::string name = node.text();
    for (std::size_t i = 0; i < scenario.sites.size(); ++i) {
        if (scenario.sites[i].name == name) {
            return static_cast<std::uint32_t>(i);
        }
    }
    if (node.is_present()) {
        node.complain("no site is called '" + name + "'");
    }
    return 0;
}

std::uint32_t Reading::ingress(YamlNode node) const {
    const std::string name = node.text();
    for (std::size_t i = 0; i < scenario.ingresses.size(); ++i) {
        if (scenario.ingresses[i].name == name) {
            return static_cast<std::uint32_t>(i);
        }
    }
    if (node.is_present()) {
        node.complain("no ingress is called '" + name + "'");
    }
    return 0;
}

Result<LoadedScenario> read_scenario(const std::string& text, const std::string& name,
                                     const FileSearch& files) {
    Layers layers(text, name, files);
    LoadedScenario out;
    Reading reading{files, out.scenario, 0, false, {}, {}};
    out.scenario.name = read_name(layers.required("name"), "scenario");
    out.scenario.title = layers.required("title").text();
    read_time(layers, out.scenario);
    read_clock(layers, reading);
    read_dispatch(layers.section("dispatch"), out.dispatch);
    out.policies = read_policies(layers.section("policies"));
    read_sites(layers.required("sites"), reading);
    read_ingresses(layers.required("ingresses"), reading);
    read_network(layers.required("network"), reading);
    read_sizes(layers.required("sizes"), reading);
    read_arrivals(layers.required("arrivals"), reading);
    read_affinity(layers.section("affinity"), out.scenario.affinity);
    read_news(layers.section("news"), reading);
    read_happenings(layers.section("happenings"), reading);
    read_flow_needs(layers.section("request"), reading.facts.flows[out.scenario.name]);
    out.facts = std::move(reading.facts);
    SL_TRY_VOID(layers.finish());
    for (const Status& fine : {check(out.scenario), check_extent(out.scenario, out.scenario.seconds)}) {
        if (!fine) {
            layers.required(section_of(fine.error().detail)).complain(fine.error().detail);
        }
    }
    SL_TRY_VOID(layers.finish());
    return out;
}

Result<LoadedScenario> load_scenario(const std::string& name_or_path) {
    if (const auto builtin = find_builtin_scenario(name_or_path)) {
        return read_scenario(std::string(*builtin), name_or_path, FileSearch::beside({}));
    }
    std::error_code failed;
    if (!std::filesystem::is_regular_file(name_or_path, failed)) {
        return Error{Errc::kNotFound, "no file '" + name_or_path + "', and " +
                                          find_builtin_scenario(name_or_path).error().detail};
    }
    SL_TRY(const std::string text, load_text(name_or_path, {}));
    return read_scenario(text, name_or_path, FileSearch::beside(name_or_path));
}

Status set_seconds(Scenario& scenario, double seconds) {
    SL_TRY_VOID(check_extent(scenario, seconds));
    const double factor = seconds / scenario.seconds;
    scenario.seconds = seconds;
    for (Happening& happening : scenario.happenings) {
        happening.at_s *= factor;
    }
    if (scenario.window_s) {
        scenario.window_s = {scenario.window_s->first * factor, scenario.window_s->second * factor};
    }
    return {};
}

Result<std::string_view> find_builtin_scenario(std::string_view name) {
    std::string known;
    for (const BuiltinScenario& builtin : builtin_scenarios()) {
        if (builtin.name == name) {
            return builtin.text;
        }
        known += (known.empty() ? "" : ", ") + std::string(builtin.name);
    }
    return Error{Errc::kNotFound, "no scenario is called '" + std::string(name) + "'; built in: " + known};
}

} // namespace suanlu::sim
