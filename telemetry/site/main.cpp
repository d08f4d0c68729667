// SPDX-License-Identifier: Apache-2.0
// suanlu-site: reports a site's compute state. Exit codes: 0 clean, 1 could not start, 2 wrong usage or
// configuration.
#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>

#include "core/support/log.hpp"
#include "telemetry/site/site_agent.hpp"

namespace {

using namespace suanlu;

int run(SiteConfig config) {
    asio::io_context io(1);
    auto agent = SiteAgent::open(io, std::move(config));
    if (!agent) {
        log_error("site.not-started", {{"why", agent.error().text()}});
        return 1;
    }
    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code& ec, int number) {
        if (!ec) {
            log_info("site.stopping", {{"signal", number}});
            (*agent)->stop();
        }
    });
    io.run();
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Reports a site's compute state to suanlud"};
    std::string path;
    std::string level = "info";
    bool check = false;
    app.add_option("-c,--config", path, "configuration file")->required();
    app.add_option("--log", level, "info or debug")->check(CLI::IsMember({"info", "debug"}));
    app.add_flag("--check", check, "validate the configuration and exit");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    log_open("suanlu-site", level == "debug" ? LogLevel::kDebug : LogLevel::kInfo);
    auto config = load_site_config(path);
    if (!config) {
        std::cerr << config.error().detail << '\n';
        return 2;
    }
    if (check) {
        return 0;
    }
    std::signal(SIGPIPE, SIG_IGN);
    return run(*std::move(config));
}
