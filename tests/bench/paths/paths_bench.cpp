// SPDX-License-Identifier: Apache-2.0
// paths-bench DATA [CASE]: measures the path engine, one line of JSON per case on stdout; what could not be
// measured and why on stderr. Every figure is preceded by a comparison of the results: a difference ends it
// with 1. Started by tests/bench/run paths, which pins it to a core.
#include <cstdio>
#include <cstring>

#include "controller/paths/engine/batch_engine.hpp"
#include "controller/paths/engine/cuda_engine.hpp"
#include "controller/paths/segments/encode.hpp"
#include "controller/paths/segments/protect.hpp"
#include "controller/topology/files/topology_file.hpp"
#include "tests/bench/paths/networks.hpp"
#include "tests/bench/paths/rounds.hpp"

namespace suanlu::bench {
namespace {

using paths::BatchEngine;
using paths::Direction;
using paths::Distances;
using paths::kInfinite;

constexpr const char* kBoost = "boost 1.81 csr dijkstra";
constexpr double kBudget = 0.25; // seconds of each side in each round

void print(const Case& result) {
    std::printf("%s\n", to_json(result).c_str());
    std::fflush(stdout);
}

// Ends the benchmark when a distance differs from Boost's.
void compare(const std::string& name, BoostPeer& peer, const Distances& ours) {
    for (std::size_t column = 0; column < ours.roots.size(); column += 7) {
        const auto& theirs = peer.run(ours.roots[column]);
        for (std::uint32_t router = 0; router < ours.routers; ++router) {
            if (ours.at(router, column) != std::min(theirs[router], kInfinite)) {
                std::fprintf(stderr, "%s: distance of router %u to root %u differs\n", name.c_str(), router,
                             ours.roots[column]);
                std::exit(1);
            }
        }
    }
}

double boost_rate(BoostPeer& peer, const std::vector<std::uint32_t>& roots) {
    std::size_t next = 0;
    return 1 / mean_seconds(kBudget, [&] { peer.run(roots[next++ % roots.size()]); });
}

void many(const std::string& name, const std::string& data) {
    const auto on = network(name, data);
    if (!on) {
        return;
    }
    BoostPeer peer = on->peer();
    const auto roots = on->roots(64);
    BatchEngine engine(on->graph);
    engine.set_weights(on->weights);
    Distances out;
    for (int warm = 0; warm < 3; ++warm) { // the first runs may still be paying for the order
        engine.many_to_all(roots, Direction::kFrom, out);
    }
    compare(name, peer, out);
    Case result = measure(
        "many-" + name, "trees/s",
        [&] {
            return static_cast<double>(roots.size()) /
                   mean_seconds(kBudget, [&] { engine.many_to_all(roots, Direction::kFrom, out); });
        },
        kBoost, [&] { return boost_rate(peer, roots); });
    result.engine = paths::to_string(engine.last_engine().engine);
    print(result);
}

void single(const std::string& data) {
    const auto on = network("hier10k", data);
    BoostPeer peer = on->peer();
    const auto roots = on->roots(64);
    paths::TreeSearch search(on->graph);
    paths::Tree tree;
    std::size_t next = 0;
    print(measure(
        "single-hier10k", "trees/s",
        [&] {
            return 1 / mean_seconds(kBudget, [&] {
                       search.run(on->weights, roots[next++ % roots.size()], Direction::kFrom, tree);
                   });
        },
        kBoost, [&] { return boost_rate(peer, roots); }));
}

// One link, both directions, times 0.5 to 2, again and again; the weights wander and stay above 0.
void incremental(const std::string& data) {
    const auto on = network("hier10k", data);
    paths::IncrementalTrees trees(on->graph);
    trees.set_weights(on->weights);
    const std::uint32_t root = on->roots(1).front();
    trees.keep(root, Direction::kTo);
    std::mt19937 random(9);
    paths::Weights weights = on->weights;
    paths::TreeSearch search(on->graph);
    paths::Tree full;
    const auto change = [&] {
        const auto link = static_cast<std::uint32_t>(random() % on->graph.links());
        const auto weight = std::max<std::uint32_t>(1, weights[link] * (500 + random() % 1500) / 1000);
        const std::uint32_t back = on->graph.opposite(link);
        const paths::WeightChange both[] = {{link, weight}, {back, weight}};
        weights[link] = weights[back] = weight;
        return seconds([&] { trees.apply(both); });
    };
    constexpr int kChanges = 20000;
    const Case result = measure(
        "incremental-hier10k", "updates/s",
        [&] {
            double sum = 0;
            for (int i = 0; i < kChanges; ++i) {
                sum += change();
            }
            return kChanges / sum;
        },
        "own full search",
        [&] { return 1 / mean_seconds(kBudget, [&] { search.run(weights, root, Direction::kTo, full); }); });
    if (!std::equal(full.distance.begin(), full.distance.end(), trees.distances(0).begin())) {
        std::fprintf(stderr, "incremental-hier10k: distances differ from a full search\n");
        std::exit(1);
    }
    print(result);
}

void refresh(const std::string& data) {
    const auto on = network("hier10k", data);
    const auto roots = on->roots(64);
    paths::Weights sets[2] = {on->weights, on->weights};
    for (std::uint32_t& weight : sets[1]) {
        weight = weight * 3 / 2 + 1;
    }
    BoostPeer peer = on->peer();
    BatchEngine engine(on->graph);
    Distances out;
    std::size_t next = 0;
    const auto once = [&] {
        engine.set_weights(sets[next++ % 2]);
        engine.many_to_all(roots, Direction::kTo, out);
    };
    for (int warm = 0; warm < 5; ++warm) {
        once();
    }
    compare("refresh-10kx64", peer, out); // every link weighs the same both ways
    const auto ours = [&] { return mean_seconds(kBudget, once); };
    Case absolute = measure("refresh-10kx64", "ms", [&] { return ours() * 1e3; });
    Case relative = measure(
        "refresh-10kx64-rate", "1/s", [&] { return 1 / ours(); }, std::string(kBoost) + " x 64",
        [&] {
            return 1 / seconds([&] {
                       std::for_each(roots.begin(), roots.end(), [&](auto root) { peer.run(root); });
                   });
        });
    absolute.engine = relative.engine = paths::to_string(engine.last_engine().engine);
    print(absolute);
    print(relative);
}

void tilfa(const std::string& data) {
    if (const auto on = network("rf1239", data)) {
        print(measure("tilfa-rf1239", "ms", [&] {
            return 1e3 * mean_seconds(kBudget, [&] {
                       paths::Forwarding forwarding(on->graph);
                       if (paths::protect_all_links(forwarding).size() != on->graph.links()) {
                           std::exit(1);
                       }
                   });
        }));
    }
}

// Five path segments, the egress among them, and a function fill the six ids that the destination address
// carries.
void share_without_srh(const std::string& data) {
    double least = 2;
    std::string worst;
    for (const std::string& path : carrier_files(data)) {
        auto read = load_topology(path);
        if (!read) {
            std::fprintf(stderr, "skip %s # %s\n", path.c_str(), read.error().text().c_str());
            continue;
        }
        const paths::Graph graph(std::make_shared<const TopologyView>(std::move(read->view)));
        paths::Forwarding forwarding(graph);
        const paths::SegmentCounts counts = paths::count_segments(forwarding);
        const double share = counts.share(5);
        std::fprintf(stderr, "nosrh %-60s pairs %8llu share %.4f none %llu\n", path.c_str(),
                     static_cast<unsigned long long>(counts.pairs), share,
                     static_cast<unsigned long long>(counts.none));
        if (share < least) {
            least = share;
            worst = path.substr(path.rfind('/') + 1);
        }
    }
    if (!worst.empty()) {
        print({"nosrh-share", {least, 0}, {}, "", "share", worst});
    }
}

void gpu(const std::string& data) {
    const Status available = paths::cuda_available();
    if (!available) {
        std::fprintf(stderr, "skip gpu-hier100k-1024 # %s\n", available.error().detail.c_str());
        return;
    }
    const auto on = network("hier100k", data);
    const auto roots = on->roots(1024);
    paths::BatchOptions options;
    options.only = paths::Engine::kCuda;
    BatchEngine ours(on->graph, options);
    options.only = paths::Engine::kSweep;
    BatchEngine theirs(on->graph, options);
    ours.set_weights(on->weights);
    theirs.set_weights(on->weights);
    Distances a, b;
    ours.many_to_all(roots, Direction::kTo, a);
    theirs.many_to_all(roots, Direction::kTo, b);
    if (a.rows != b.rows) {
        std::fprintf(stderr, "gpu-hier100k-1024: distances differ from the sweep\n");
        std::exit(1);
    }
    Case result = measure(
        "gpu-hier100k-1024", "trees/s",
        [&] { return 1024 / mean_seconds(kBudget, [&] { ours.many_to_all(roots, Direction::kTo, a); }); },
        "own sweep, one core",
        [&] { return 1024 / mean_seconds(kBudget, [&] { theirs.many_to_all(roots, Direction::kTo, b); }); });
    result.engine = paths::to_string(ours.last_engine().engine);
    print(result);
}

// Graph and every engine's own memory per link; results and kept trees per router and root.
void memory(const std::string& data) {
    for (const char* name : {"hier10k", "hier100k"}) {
        const auto on = network(name, data);
        const auto links = static_cast<double>(on->graph.links());
        const double cells = 64.0 * on->graph.routers();
        paths::BatchOptions options;
        options.only = paths::Engine::kSweep;
        BatchEngine engine(on->graph, options);
        engine.set_weights(on->weights);
        const Distances out = engine.many_to_all(on->roots(64), Direction::kTo);
        const double held = static_cast<double>(engine.memory()) + 4 * (3 * links + 2 * on->graph.routers());
        paths::IncrementalTrees trees(on->graph);
        const auto before = static_cast<double>(trees.memory());
        for (const std::uint32_t root : on->roots(64)) {
            trees.keep(root, Direction::kTo);
        }
        const std::string suffix = std::string("-") + name;
        print({"memory-link" + suffix, {held / links, 0}, {}, "", "bytes", "graph and engines"});
        print({"memory-cell" + suffix,
               {static_cast<double>(out.rows.size()) * 4 / cells, 0},
               {},
               "",
               "bytes",
               "result"});
        print({"memory-kept-cell" + suffix,
               {(static_cast<double>(trees.memory()) - before) / cells, 0},
               {},
               "",
               "bytes",
               "kept tree"});
    }
}

int run(const std::string& data, const std::string& only) {
    const auto wants = [&](const char* name) { return only.empty() || only == name; };
    for (const char* name : {"hier10k", "hier100k", "rf1239", "caida", "ba10k"}) {
        if (wants((std::string("many-") + name).c_str())) {
            many(name, data);
        }
    }
    const std::pair<const char*, void (*)(const std::string&)> cases[] = {
        {"single-hier10k", single}, {"incremental-hier10k", incremental}, {"refresh-10kx64", refresh},
        {"tilfa-rf1239", tilfa},    {"nosrh-share", share_without_srh},   {"gpu-hier100k-1024", gpu},
        {"memory", memory}};
    for (const auto& [name, measure_case] : cases) {
        if (wants(name)) {
            measure_case(data);
        }
    }
    return 0;
}

} // namespace
} // namespace suanlu::bench

int main(int count, char** arguments) {
    if (count < 2 || count > 3) {
        std::fprintf(stderr, "usage: paths-bench DATA [CASE]\n");
        return 2;
    }
    return suanlu::bench::run(arguments[1], count == 3 ? arguments[2] : "");
}
