// SPDX-License-Identifier: Apache-2.0
// suanlu-fwd: the DPDK engine. Reads fwd.yaml, opens the tables and the ports, forwards on every lcore of EAL
// until SIGTERM or SIGINT. The main lcore forwards as well, and looks after the devices' counters.
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include "core/support/log.hpp"
#include "dataplane/dpdk/filter.hpp"
#include "dataplane/dpdk/lcore.hpp"
#include "dataplane/dpdk/poll_clock.hpp"
#include "dataplane/dpdk/shared_memory.hpp"
#include "dataplane/dpdk/telemetry.hpp"

namespace suanlu {
namespace {

std::atomic<bool> g_is_stopping{false};

void stop(int) {
    g_is_stopping = true;
}

struct Program {
    const FwdConfig& config;
    const SharedMemory& memory;
    SharedTables& tables;
    const PortSet& ports;
    Watch& watch;
};

/// Once a second: what the devices say, and whether the agent still writes these tables.
void look_around(const Program& program, bool& was_replaced) {
    program.ports.show_state(program.tables);
    const bool is_replaced = program.memory.is_replaced(program.config.tables);
    if (is_replaced && !was_replaced) {
        log_warn("tables.replaced", {{"tables", program.config.tables},
                                     {"what", "another file is there now, and no agent writes the tables of "
                                              "before: start suanlu-fwd again"}});
    }
    was_replaced = is_replaced;
}

/// Forwards until told to stop. Also the entry point of the other lcores.
int forward(void* context) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    constexpr int kPatience = 64; // polls without a packet before the first sleep
    const auto& program = *static_cast<const Program*>(context);
    const auto sleep_us = static_cast<unsigned>(program.config.idle_sleep.count() / 1000);
    const auto number = static_cast<std::uint32_t>(rte_lcore_index(-1));
    Lcore lcore(program.tables, program.ports, number, &program.watch.lcore(number));
    std::uint64_t next_look = 0;
    bool was_replaced = false;
    PollClock clock;
    for (int idle = 0; !g_is_stopping.load(std::memory_order_relaxed);) {
        const auto now = clock.now(idle == 0);
        idle = lcore.poll(now) > 0 ? 0 : idle + 1;
        if (now >= next_look && rte_lcore_id() == rte_get_main_lcore()) {
            next_look = now + kSecond;
            look_around(program, was_replaced);
        }
        if (idle > kPatience && sleep_us > 0) {
            rte_delay_us_sleep(sleep_us);
        }
    }
    return 0;
}

/// What an error of EAL means for whoever wrote its arguments; its own lines stand above.
std::string meaning_of(int number, const std::vector<std::string>& arguments) {
    const bool is_huge = std::find(arguments.begin(), arguments.end(), "--no-huge") == arguments.end();
    if (number == EACCES && is_huge) {
        return "no huge pages that it may use: set vm.nr_hugepages and mount a hugetlbfs, or give it "
               "--no-huge";
    }
    if (number == EINVAL) {
        return "one of the arguments is not valid; what EAL says of it stands above";
    }
    if (number == ENODEV) {
        return "it cannot have a device of its arguments: a --vdev without driver, interface or permission";
    }
    return rte_strerror(number);
}

Status start_eal(const std::vector<std::string>& arguments) {
    std::vector<std::string> owned{"suanlu-fwd"};
    owned.insert(owned.end(), arguments.begin(), arguments.end());
    std::vector<char*> list;
    for (auto& argument : owned) {
        list.push_back(argument.data());
    }
    list.push_back(nullptr);
    if (rte_eal_init(static_cast<int>(owned.size()), list.data()) < 0) {
        return Error{Errc::kKernel, "EAL does not start: " + meaning_of(rte_errno, arguments)};
    }
    if (rte_lcore_count() > kMostLcores) {
        return Error{Errc::kOutOfRange, "more than " + std::to_string(kMostLcores) + " lcores"};
    }
    return {};
}

/// What an engine that was killed has left of itself.
void clean_up(SharedTables& tables) {
    for (std::uint32_t lcore = 0; lcore < kMostLcores; lcore++) {
        tables.grace.leave(lcore);
        tables.lcores[lcore].is_running = false;
    }
    tables.grace.leave(kFilterReader);
    tables.exceptions.repair();
}

/// From open ports to closed ones.
Status serve(const FwdConfig& config, SharedMemory& memory) {
    detach_filters(config);
    SL_TRY(const auto ports, PortSet::open(config, rte_lcore_count()));
    const Filters filters(*ports, memory.tables());
    ports->announce(config, memory.tables());
    Watch watch(config, *ports, memory.tables());
    const Telemetry telemetry(memory.tables(), watch);
    log_info("fwd.started", {{"ports", config.ports.size()}, {"lcores", rte_lcore_count()}});
    Program program{config, memory, memory.tables(), *ports, watch};
    rte_eal_mp_remote_launch(forward, &program, SKIP_MAIN);
    forward(&program);
    rte_eal_mp_wait_lcore();
    ports->show_state(memory.tables());
    log_info("fwd.stopped", {});
    return {};
}

Status run(const FwdConfig& config) {
    SL_TRY(auto memory, SharedMemory::open(config.tables, TableUser::kEngine));
    clean_up(memory.tables()); // first of all: an engine that cannot start again must not hold the agent up
    SL_TRY(const auto filter, FilterFile::make());
    std::signal(SIGPIPE, SIG_IGN); // whoever reads the log may go away
    SL_TRY_VOID(start_eal(filter.named_in(config.eal)));
    std::signal(SIGTERM, stop); // before, EAL may wait for something that never comes
    std::signal(SIGINT, stop);
    const auto done = serve(config, memory);
    rte_eal_cleanup();
    return done;
}

int run_program(int argc, char** argv) {
    CLI::App app{"suanlu-fwd: the DPDK engine of an ingress"};
    std::string path;
    std::vector<std::string> eal;
    bool checks = false;
    app.add_option("-c,--config", path, "fwd.yaml")->required();
    app.add_flag("--check", checks, "validate the configuration and exit; opens neither tables nor devices");
    app.add_option("eal", eal, "further EAL arguments, behind --");
    CLI11_PARSE(app, argc, argv);
    auto config = load_fwd_config(path);
    if (config) {
        config->eal.insert(config->eal.end(), eal.begin(), eal.end());
    }
    const Status done = !config ? Status(config.error()) : checks ? Status{} : run(*config);
    if (!done) {
        std::fprintf(stderr, "suanlu-fwd: %s\n", done.error().text().c_str());
    }
    return done ? 0 : config ? 1 : 2;
}

} // namespace
} // namespace suanlu

int main(int argc, char** argv) {
    return suanlu::run_program(argc, argv);
}
