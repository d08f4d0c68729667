// SPDX-License-Identifier: Apache-2.0
// suanlu-dns: authoritative computing DNS. SIGHUP reads the zones again, SIGTERM ends. Exit codes: 0 clean,
// 1 could not start, 2 wrong usage, configuration or zones.
#include <CLI/CLI.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <iostream>

#include "core/support/log.hpp"
#include "core/support/unix_time.hpp"
#include "dns/app/key_commands.hpp"
#include "dns/server/dns_server.hpp"

namespace {

using namespace suanlu;

/// `predecessor`: the process that is told to end once this one answers; 0 = none.
int run(dns::DnsConfig config, int predecessor) {
    asio::io_context io(1);
    config.is_successor = predecessor != 0;
    auto server = dns::DnsServer::open(io, std::move(config));
    if (!server) {
        log_error("dns.not-started", {{"why", server.error().text()}});
        return server.error().code == Errc::kUnreachable ? 1 : 2; // sockets; all else is what was configured
    }
    if (predecessor != 0 && ::kill(predecessor, SIGTERM) != 0) {
        log_warn("dns.not-replaced", {{"pid", predecessor}, {"why", std::strerror(errno)}});
    }
    asio::signal_set signals(io, SIGINT, SIGTERM, SIGHUP);
    std::function<void(const boost::system::error_code&, int)> on_signal =
        [&](const boost::system::error_code& ec, int number) {
            if (ec) {
                return;
            }
            if (number == SIGHUP) {
                (*server)->reload();
                signals.async_wait(on_signal);
                return;
            }
            log_info("dns.stopping", {{"signal", number}});
            (*server)->stop();
        };
    signals.async_wait(on_signal);
    io.run();
    return 0;
}

/// Prints what the zone above has to know of the signed ones.
int check_zones(const dns::DnsConfig& config) {
    dns::ZoneLoader loader;
    const auto loaded = loader.load(config, unix_seconds());
    if (!loaded) {
        std::cerr << loaded.error().detail << '\n';
        return 2;
    }
    if (const Status certificate = dns::DnsServer::check_certificate(config); !certificate) {
        std::cerr << certificate.error().detail << '\n';
        return 2;
    }
    if (config.tap && !dns::has_folder(config.tap->socket)) { // it may come with its reader
        std::cerr << "dnstap: the folder of " << config.tap->socket << " is not there yet\n";
    }
    for (const std::string& line : loader.delegation_signers()) {
        std::cout << line << '\n';
    }
    return 0;
}

/// Exit code 1: not now, or not like this; nothing was changed.
int change_keys(const dns::KeyCommands& keys, const dns::DnsConfig& config) {
    const auto said = keys.run(config, unix_seconds());
    (said ? std::cout : std::cerr) << (said ? *said : said.error().detail + "\n");
    return said ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{
        "Authoritative computing DNS. SIGHUP reads the zones, keys and certificates again, SIGTERM ends."};
    app.footer("Exit codes: 0 clean, 1 could not start, 2 wrong usage, configuration or zones.");
    std::string path;
    std::string level = "info";
    bool check = false;
    int predecessor = 0;
    app.add_option("-c,--config", path, "configuration file")->required();
    app.add_option("--log", level, "info or debug")->check(CLI::IsMember({"info", "debug"}));
    app.add_flag("--check", check,
                 "read the configuration and the zones, print the DS of signed ones, and exit");
    app.add_option("--replace", predecessor,
                   "take over from the suanlu-dns with this process id: answer beside it, then end it")
        ->check(CLI::PositiveNumber);
    const dns::KeyCommands keys(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    log_open("suanlu-dns", level == "debug" ? LogLevel::kDebug : LogLevel::kInfo);
    auto config = dns::load_dns_config(path);
    if (!config) {
        std::cerr << config.error().detail << '\n';
        return 2;
    }
    if (keys.is_chosen()) {
        return change_keys(keys, *config);
    }
    if (check) {
        return check_zones(*config);
    }
    std::signal(SIGPIPE, SIG_IGN);
    return run(*std::move(config), predecessor);
}
