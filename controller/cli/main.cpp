// SPDX-License-Identifier: Apache-2.0
// suanluctl: what the operator sees and sets. Exit: 0 fine, 1 the thing asked about is bad, 2 wrong usage, 3
// not reachable. `topology`, `path` and `policy` ask files instead of suanlud (offline_commands.hpp,
// policy_commands.hpp), and `dns decode` takes a record apart (dns_commands.hpp);
// `dns subscribe` asks a server of DNS Push (dns_subscribe.hpp).
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "controller/cli/dns_commands.hpp"
#include "controller/cli/dns_subscribe.hpp"
#include "controller/cli/offline_commands.hpp"
#include "controller/cli/operator_client.hpp"
#include "controller/cli/policy_commands.hpp"
#include "controller/cli/replay_commands.hpp"

namespace {

struct Arguments {
    suanlu::ClientOptions options;
    std::string output = "table";
    std::string what;
    std::string service;
    std::string from;
    std::string policy;
    std::string site;
    std::string state;
    std::string flow;
    suanlu::FlowQuestion question;
};

void declare_flow(CLI::App& explain, Arguments& a) {
    CLI::App* flow = explain.add_subcommand("flow", "what an ingress does with a packet of this flow");
    flow->add_option("flow", a.flow, "SOURCE:PORT->DESTINATION:PORT/tcp or udp, IPv6 in brackets")
        ->required();
    flow->add_option("--on", a.from, "ingress router")->required();
    flow->add_flag("--start", a.question.is_start, "its first packet (SYN)");
    flow->add_option("--payload", a.question.payload, "bytes")
        ->check(CLI::Range(0, static_cast<int>(suanlu::kMostQuestionPayload)));
    flow->add_option("--dscp", a.question.dscp, "0..63")->check(CLI::Range(0, 63));
    flow->add_option("--vlan", a.question.vlans, "outer tag, then the inner one")
        ->check(CLI::Range(0, 4095))
        ->expected(1, 2);
    flow->add_option("--interface", a.question.interface,
                     "that it comes in by; default the first external one");
    flow->fallthrough();
}

void declare(CLI::App& app, Arguments& a) {
    app.require_subcommand(1);
    app.fallthrough();
    app.add_option("--address", a.options.address, "HOST:PORT or unix:PATH of suanlud")
        ->capture_default_str();
    app.add_option("--tls-dir", a.options.tls_dir, "folder with ca.pem, operator.pem, operator.key");
    app.add_option("--server-name", a.options.server_name, "name in suanlud's certificate")
        ->capture_default_str();
    app.add_option("--timeout", a.options.timeout_s, "seconds")
        ->check(CLI::Range(0.01, 3600.0))
        ->capture_default_str();
    app.add_option("-o,--output", a.output, "table or json")
        ->check(CLI::IsMember({"table", "json"}))
        ->capture_default_str();
    CLI::App* get = app.add_subcommand("get", "list what suanlud knows");
    get->add_option("what", a.what, "sites, links, services, plans, agents, flows, counters or engines")
        ->required()
        ->check(
            CLI::IsMember({"sites", "links", "services", "plans", "agents", "flows", "counters", "engines"}));
    get->add_option("--on", a.from, "ingress router whose flows, counters or engine are shown; default all");
    CLI::App* explain = app.add_subcommand("explain", "why flows go where they go");
    CLI::App* explain_service = explain->add_subcommand("service", "why new flows of a service go there");
    explain->require_subcommand(1);
    explain_service->add_option("name", a.service, "service")->required();
    explain_service->add_option("--from", a.from, "ingress router")->required();
    declare_flow(*explain, a);
    CLI::App* set = app.add_subcommand("set", "change something until the next start");
    set->require_subcommand(1);
    CLI::App* set_policy = set->add_subcommand("policy");
    set_policy->add_option("service", a.service, "service")->required();
    set_policy->add_option("policy", a.policy, "policy, e.g. default or nearest")->required();
    CLI::App* set_drain = set->add_subcommand("drain", "a site gets no new flows; no flow is moved");
    set_drain->add_option("site", a.site, "site")->required();
    set_drain->add_option("state", a.state, "on or off")->required()->check(CLI::IsMember({"on", "off"}));
    for (CLI::App* command : {get, explain, explain_service, set, set_policy, set_drain}) {
        command->fallthrough();
    }
}

int fail(const suanlu::Error& error, suanlu::Exit exit) {
    std::fprintf(stderr, "suanluctl: %s\n", error.text().c_str());
    return static_cast<int>(exit);
}

int show(const suanlu::Result<suanlu::OfflineAnswer>& answer) {
    if (!answer) {
        return fail(answer.error(), suanlu::Exit::kUsage);
    }
    std::fputs(answer->text.c_str(), stdout);
    return static_cast<int>(answer->exit);
}

suanlu::Result<std::string> call(suanlu::OperatorClient& client, const CLI::App& app, const Arguments& a) {
    if (app.got_subcommand("get")) {
        if (!a.from.empty() && a.what != "flows" && a.what != "counters" && a.what != "engines") {
            return suanlu::Error{suanlu::Errc::kBadInput, "--on goes with flows, counters and engines"};
        }
        return client.get(a.what, a.from);
    }
    if (app.got_subcommand("explain") && !a.flow.empty()) {
        suanlu::FlowQuestion question = a.question;
        SL_TRY(question.flow, suanlu::parse_flow(a.flow));
        return client.explain_flow(question, a.from);
    }
    if (app.got_subcommand("explain")) {
        return client.explain(a.service, a.from);
    }
    return a.site.empty() ? client.set_policy(a.service, a.policy)
                          : client.set_drain(a.site, a.state == "on");
}

int run_client(const CLI::App& app, const Arguments& a) {
    auto client = suanlu::OperatorClient::open(a.options);
    if (!client) {
        return fail(client.error(), suanlu::Exit::kUsage);
    }
    const auto answer = call(*client, app, a);
    if (!answer) {
        return fail(answer.error(), suanlu::exit_of(answer.error()));
    }
    std::fputs(answer->c_str(), stdout);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"suanluctl: operator's tool of suanlud"};
    Arguments arguments;
    declare(app, arguments);
    const suanlu::OfflineCommands offline(app);
    const suanlu::PolicyCommands policies(app);
    const suanlu::ReplayCommands journals(app);
    const suanlu::DnsCommands records(app);
    const suanlu::DnsSubscribe subscription(*app.get_subcommand("dns"));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : static_cast<int>(suanlu::Exit::kUsage);
    }
    arguments.options.as_json = arguments.output == "json";
    const char* no_colour = std::getenv("NO_COLOR");
    arguments.options.colour = ::isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0');
    const bool as_json = arguments.options.as_json;
    const bool colour = arguments.options.colour;
    if (policies.is_asked()) {
        return show(policies.run(as_json, colour));
    }
    if (journals.is_asked()) {
        return show(journals.run(as_json, colour));
    }
    if (subscription.is_asked()) {
        const suanlu::Status ended = subscription.run(as_json, colour);
        return ended ? 0 : fail(ended.error(), suanlu::exit_of(ended.error()));
    }
    if (records.is_asked()) {
        return show(records.run(as_json, colour));
    }
    return offline.is_asked() ? show(offline.run(as_json, colour)) : run_client(app, arguments);
}
