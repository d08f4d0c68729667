// SPDX-License-Identifier: Apache-2.0
// Tables at scale: memory and a full change of 10 000 services at 64 sites in the kernel's maps; and how many
// slots change owner beyond what the new shares force. Prints one JSON case a line. Needs root.
#include <bpf/libbpf.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <string>

#include "dataplane/api/apportion.hpp"
#include "dataplane/xdp/map_store.hpp"
#include "steer.skel.h"
#include "tests/bench/paths/rounds.hpp"
#include "tests/bench/xdp/bench_plan.hpp"

namespace suanlu::bench {
namespace {

constexpr std::uint16_t kServices = 10000;
constexpr std::uint32_t kLeastSlots = 251;
constexpr double kMebibyte = 1 << 20;

MonoTime now() {
    return SteadyClock().now();
}

/// The number behind `name` in a file of /proc.
double number_in(const std::string& file, const std::string& name) {
    std::ifstream in(file);
    for (std::string word; in >> word;) {
        if (double value = 0; word == name && in >> value) {
            return value;
        }
    }
    return 0;
}

double map_bytes(const bpf_object* object) {
    double sum = 0;
    const bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object) {
        sum += number_in("/proc/self/fdinfo/" + std::to_string(bpf_map__fd(map)), "memlock:");
    }
    return sum;
}

double resident_bytes() {
    return 1024 * number_in("/proc/self/status", "VmRSS:");
}

struct Closer {
    void operator()(steer_bpf* skeleton) const { steer_bpf::destroy(skeleton); }
};

Status measure_tables() {
    libbpf_set_print(nullptr);
    const std::unique_ptr<steer_bpf, Closer> skeleton(steer_bpf::open_and_load());
    if (!skeleton) {
        return kernel_error("loading the XDP programs", errno);
    }
    SL_TRY(auto store, MapStore::open(maps_of(skeleton->obj)));
    SteerTables tables(*store, *Ip6::parse("fc00:0:1::1"));
    std::vector<double> spent;
    double most = 0;
    for (std::uint32_t round = 0; round <= kRounds; round++) {
        auto plan = plan_of(kServices, kLeastSlots, round + 1);
        change_shares(plan, round);
        Status done;
        const double took = seconds([&] { done = tables.apply(plan, now()); });
        SL_TRY_VOID(done);
        most = std::max(most, map_bytes(skeleton->obj) + resident_bytes());
        if (round == 0) {
            SL_TRY_VOID(use_paths(tables, 1, now()));
            std::cerr << "first Plan " << took << " s\n";
        } else {
            spent.push_back(took);
        }
    }
    std::cout << to_json({"tables-memory", {most / kMebibyte, 0}, {}, "", "MiB", ""}) << "\n";
    std::cout << to_json({"tables-change", median_of(spent), {}, "", "s", ""}) << "\n";
    return {};
}

std::vector<SlotOwner> owners_of(const std::vector<SiteId>& sites) {
    std::vector<SlotOwner> owners;
    for (const auto site : sites) {
        owners.push_back({site, site});
    }
    return owners;
}

/// Share of slots that change owner and need not.
double beyond_the_least(const std::vector<Candidate>& before, const std::vector<Candidate>& after) {
    constexpr std::uint32_t kSlots = 65537;
    const ServiceId service{1};
    const auto first = edit_owners(service, std::vector<SlotOwner>(kSlots), before);
    const auto second = edit_owners(service, owners_of(first), after);
    std::uint32_t changed = 0;
    for (std::uint32_t slot = 0; slot < kSlots; slot++) {
        changed += first[slot] == second[slot] ? 0 : 1;
    }
    const auto had = slot_quotas(before, kSlots);
    const auto gets = slot_quotas(after, kSlots);
    std::uint32_t least = 0;
    for (std::size_t site = 0; site < had.size(); site++) {
        least += had[site] - std::min(had[site], gets[site]);
    }
    return (static_cast<double>(changed) - least) / kSlots;
}

void measure_disruption() {
    std::vector<Candidate> before;
    for (std::uint16_t site = 1; site <= kSites; site++) {
        before.push_back({SiteId{site}, 1000U + site * 37U % 400U, true, false});
    }
    auto gone = before;
    gone[20].is_dead = true;
    auto moved = before;
    for (std::size_t site = 0; site < moved.size(); site++) {
        moved[site].ppm = moved[site].ppm * (site % 2 == 0 ? 110 : 90) / 100;
    }
    for (const auto& [name, after] :
         {std::pair("disruption-site-gone", gone), {"disruption-weights", moved}}) {
        std::cout << to_json({name, {beyond_the_least(before, after), 0}, {}, "", "share", ""}) << "\n";
    }
}

} // namespace
} // namespace suanlu::bench

int main() {
    const auto done = suanlu::bench::measure_tables();
    if (!done) {
        std::cerr << "xdp-tables: " << done.error().text() << "\n";
        return 1;
    }
    suanlu::bench::measure_disruption();
    return 0;
}
