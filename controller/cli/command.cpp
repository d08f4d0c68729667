// SPDX-License-Identifier: Apache-2.0
#include "controller/cli/command.hpp"

#include <CLI/CLI.hpp>

namespace suanlu::cli {

namespace {

void add_get(CLI::App& app, Command& command) {
    CLI::App* get = app.add_subcommand("get", "list sites, links, services, plans, flows or agents");
    get->add_option("noun", command.noun, "what to list")
        ->required()
        ->check(CLI::IsMember({"sites", "links", "services", "plans", "flows", "agents"}));
    get->fallthrough();
    get->callback([&command] { command.verb = Command::Verb::kGet; });
}

void add_explain(CLI::App& app, Command& command) {
    CLI::App* explain = app.add_subcommand("explain", "why the flows of a service go where they go");
    CLI::App* service = explain->add_subcommand("service", "one service at one ingress");
    service->add_option("name", command.service, "service of the inventory")->required();
    service->add_option("--from", command.from, "ingress router")->required();
    explain->require_subcommand(1);
    explain->fallthrough();
    service->fallthrough();
    service->callback([&command] { command.verb = Command::Verb::kExplain; });
}

void add_set(CLI::App& app, Command& command) {
    CLI::App* set = app.add_subcommand("set", "change what the controller does until its next start");
    CLI::App* policy = set->add_subcommand("policy", "the policy that splits a service");
    policy->add_option("service", command.service, "service of the inventory")->required();
    policy->add_option("policy", command.policy, "default, nearest, …")->required();
    set->require_subcommand(1);
    set->fallthrough();
    policy->fallthrough();
    policy->callback([&command] { command.verb = Command::Verb::kSetPolicy; });
}

} // namespace

std::variant<Command, ExitCode> parse_command(int argc, const char* const* argv) {
    Command command;
    std::string format = "table";
    CLI::App app{"suanluctl: ask and steer the controller.\n"
                 "Exit codes: 0 fine, 1 the thing asked about is bad, 2 wrong usage, 3 not reachable.",
                 "suanluctl"};
    app.add_option("-o,--output", format, "table or json")->check(CLI::IsMember({"table", "json"}));
    app.add_option("--address", command.address, "controller: ADDRESS:PORT, [V6]:PORT or unix:PATH")
        ->capture_default_str();
    app.add_option("--tls-dir", command.tls_folder, "folder with ca.pem, operator.pem, operator.key");
    app.add_option("--timeout", command.timeout_s, "seconds to wait for the answer")
        ->check(CLI::Range(0.1, 600.0));
    app.require_subcommand(1);
    add_get(app, command);
    add_explain(app, command);
    add_set(app, command);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? kFine : kUsage;
    }
    command.format = format == "json" ? Format::kJson : Format::kTable;
    return command;
}

} // namespace suanlu::cli
