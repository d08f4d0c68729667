// SPDX-License-Identifier: Apache-2.0
// suanlud: reads its files, then runs until it is told to stop. Exit: 0 fine, 1 could not start, 2 bad
// arguments or files.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "controller/app/controller.hpp"
#include "core/support/log.hpp"

int main(int argc, char** argv) {
    CLI::App app{"suanlud: computing-aware routing controller"};
    std::string config;
    bool check = false;
    app.add_option("-c,--config", config, "configuration file")->required();
    app.add_flag("--check", check, "read and check the files, then exit");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    auto files = suanlu::Controller::load(config);
    if (!files) {
        std::fprintf(stderr, "suanlud: %s\n", files.error().detail.c_str());
        return 2;
    }
    if (check) {
        std::puts("ok");
        return 0;
    }
    suanlu::log_open("suanlud", files->config.verbose ? suanlu::LogLevel::kDebug : suanlu::LogLevel::kInfo);
    if (const suanlu::Status ran = suanlu::Controller::run(*std::move(files)); !ran) {
        suanlu::log_error("stop.failed", {{"why", ran.error().text()}});
        return 1;
    }
    return 0;
}
