// SPDX-License-Identifier: Apache-2.0
// suanlu-agent: applies Plans on one router. Exit codes: 0 clean, 1 could not start, 2 wrong usage or
// configuration.
#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>

#include "core/support/log.hpp"
#include "dataplane/agent/agent.hpp"
#include "dataplane/agent/doctor.hpp"

namespace {

using namespace suanlu;

int run(AgentConfig config) {
    asio::io_context io(1);
    auto agent = Agent::open(io, std::move(config));
    if (!agent) {
        log_error("agent.not-started", {{"why", agent.error().text()}});
        return 1;
    }
    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code& ec, int number) {
        if (!ec) {
            log_info("agent.stopping", {{"signal", number}});
            (*agent)->stop();
        }
    });
    io.run();
    return 0;
}

/// 0 nothing is bad, 1 something is.
int examine_host(const AgentConfig& config, bool as_json) {
    const auto findings = examine(config, read_host_facts(config));
    std::cout << (as_json ? findings_json(config.node, findings) : findings_text(findings));
    return worst_of(findings) == Severity::kBad ? 1 : 0;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Applies suanlu's Plans on one router"};
    std::string path;
    bool check = false;
    bool remove = false;
    bool doctor = false;
    std::string output = "text";
    app.add_option("-c,--config", path, "configuration file")->required();
    app.add_flag("--check", check, "validate the configuration and exit");
    app.add_flag("--withdraw", remove, "remove every route, pin and file of ours, then exit");
    app.add_flag("--doctor", doctor,
                 "say what on this router is not as it should be, and what to do; changes nothing");
    app.add_option("-o,--output", output, "of --doctor: text or json")
        ->check(CLI::IsMember({"text", "json"}));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    log_open("suanlu-agent", LogLevel::kInfo);
    auto config = load_agent_config(path);
    if (!config) {
        std::cerr << config.error().detail << '\n';
        return 2;
    }
    if (check) {
        return 0;
    }
    if (doctor) {
        return examine_host(*config, output == "json");
    }
    if (remove) {
        const Status done = withdraw(*config);
        if (!done) {
            log_error("agent.not-withdrawn", {{"why", done.error().text()}});
        }
        return done ? 0 : 1;
    }
    std::signal(SIGPIPE, SIG_IGN);
    return run(*std::move(config));
}
