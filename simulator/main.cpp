// SPDX-License-Identifier: Apache-2.0
// suanlu-sim: what a policy would do, before anybody is steered by it. Exit: 0 fine, 1 a policy served
// nobody, 2 wrong usage or unreadable input, 130 interrupted. Pages: docs/simulator.md,
// docs/reference/scenario.yaml.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "core/model/quantity_text.hpp"
#include "core/support/text_table.hpp"
#include "simulator/plot.hpp"
#include "simulator/policy_argument.hpp"
#include "simulator/progress.hpp"
#include "simulator/report.hpp"
#include "simulator/scenario_file.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::sim;

constexpr int kBad = 1;
constexpr int kUsage = 2;
constexpr int kInterrupted = 130;

struct Arguments {
    std::string scenario;
    std::vector<std::string> policies;
    std::optional<std::uint64_t> seed;
    std::optional<double> load_percent;
    std::string seconds;
    std::string output = "table";
    std::string plot;
};

void declare_run(CLI::App& run, Arguments& a) {
    run.add_option("scenario", a.scenario, "scenario file, or the name of a built-in one")->required();
    run.add_option("--policy", a.policies, "policies to compare, e.g. default,price,my/green.yaml; see list")
        ->delimiter(',');
    run.add_option("--seed", a.seed, "of all random numbers")->check(CLI::Range(0U, 0xffffffffU));
    run.add_option("--load", a.load_percent, "per cent of the capacity of all sites")
        ->check(CLI::Range(0.1, 1000.0));
    run.add_option("--seconds", a.seconds,
                   "simulated time, e.g. 20s; what happens in between moves in proportion");
    run.add_option("-o,--output", a.output, "table or json")
        ->check(CLI::IsMember({"table", "json"}))
        ->capture_default_str();
    run.add_option("--plot", a.plot, "SVG file for response times, utilisation and shares over time");
}

int fail(const Error& error) {
    std::fprintf(stderr, "suanlu-sim: %s\n", error.detail.c_str());
    return kUsage;
}

/// Nothing is half written before the end of all runs, so there is nothing to clean up.
extern "C" void interrupted(int) {
    constexpr char kText[] = "\nsuanlu-sim: interrupted\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kText, sizeof kText - 1);
    ::_exit(kInterrupted);
}

Result<LoadedScenario> prepare(const Arguments& a) {
    SL_TRY(LoadedScenario loaded, load_scenario(a.scenario));
    if (!a.seconds.empty()) {
        SL_TRY(const Seconds seconds, parse_duration(a.seconds));
        if (seconds.value <= 0) {
            return Error{Errc::kBadInput, "--seconds must be above 0s"};
        }
        SL_TRY_VOID(set_seconds(loaded.scenario, seconds.value));
    }
    if (a.load_percent) {
        loaded.scenario.arrivals.load = *a.load_percent / 100;
    }
    loaded.scenario.seed = a.seed.value_or(loaded.scenario.seed);
    loaded.policies = a.policies.empty() ? loaded.policies : a.policies;
    const PlacementFacts facts = facts_of(loaded.scenario, loaded.facts);
    for (std::string& policy : loaded.policies) {
        SL_TRY(policy, resolve_policy(policy, facts));
    }
    return loaded;
}

Result<SimReport> run_all(const LoadedScenario& loaded) {
    SimReport report{loaded.scenario, {}};
    for (const std::string& policy : loaded.policies) {
        DispatcherSpec spec = loaded.dispatch;
        spec.policy = policy;
        ProgressBar bar(stderr, policy, loaded.scenario.seconds);
        SL_TRY(Outcome outcome, simulate(loaded.scenario, spec, [&bar](double at_s) { bar.show(at_s); }));
        report.outcomes.push_back(std::move(outcome));
    }
    return report;
}

Status write_file(const std::string& path, const std::string& text) {
    std::ofstream out(path, std::ios::binary);
    out << text;
    out.close();
    return out ? Status{} : Status{Error{Errc::kRefused, "cannot write " + path}};
}

int run(const Arguments& a) {
    const auto loaded = prepare(a);
    if (!loaded) {
        return fail(loaded.error());
    }
    const auto report = run_all(*loaded);
    if (!report) {
        return fail(report.error());
    }
    if (!a.plot.empty()) {
        if (const Status written = write_file(a.plot, to_svg(*report)); !written) {
            return fail(written.error());
        }
    }
    const char* no_colour = std::getenv("NO_COLOR");
    const bool colour = ::isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0');
    const std::string text = a.output == "json" ? to_json(*report) : to_table(*report, colour);
    std::fputs(text.c_str(), stdout);
    const bool is_served = std::all_of(report->outcomes.begin(), report->outcomes.end(),
                                       [](const Outcome& o) { return o.measured > 0; });
    return is_served ? 0 : kBad;
}

int list() {
    TextTable scenarios({"scenario", "what it is"});
    for (const BuiltinScenario& builtin : builtin_scenarios()) {
        scenarios.add({std::string(builtin.name), std::string(builtin.title)});
    }
    TextTable policies({"policy", "what it does"});
    for (const ListedPolicy& policy : listed_policies()) {
        policies.add({policy.name, policy.title});
    }
    std::fputs((scenarios.text(false) + "\n" + policies.text(false)).c_str(), stdout);
    return 0;
}

int show(const std::string& name) {
    const auto text = find_builtin_scenario(name);
    if (!text) {
        return fail(text.error());
    }
    std::fwrite(text->data(), 1, text->size(), stdout);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"suanlu-sim: what a steering policy would do"};
    Arguments arguments;
    app.require_subcommand(1);
    CLI::App* run_command = app.add_subcommand("run", "simulate a scenario, one policy after the other");
    declare_run(*run_command, arguments);
    CLI::App* list_command = app.add_subcommand("list", "built-in scenarios and policies");
    CLI::App* show_command = app.add_subcommand("show", "print the YAML of a built-in scenario");
    show_command->add_option("name", arguments.scenario, "built-in scenario")->required();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : kUsage;
    }
    std::signal(SIGINT, interrupted);
    if (list_command->parsed()) {
        return list();
    }
    return show_command->parsed() ? show(arguments.scenario) : run(arguments);
}
