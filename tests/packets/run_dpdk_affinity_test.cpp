// SPDX-License-Identifier: Apache-2.0
// The exhaustive check of the affinity rules (tests/unit/dataplane/exhaustive_search.hpp) by the bursts that
// packets of suanlu-fwd really go through, over its tables in shared memory: every packet of the check lies
// in a burst of mbufs, among packets of other flows of its service, for each kind of processor.
#include <gtest/gtest.h>
#include <rte_mbuf.h>

#include <array>
#include <memory>

#include "dataplane/api/steer_tables.hpp"
#include "dataplane/dpdk/port_mbuf.h"
#include "dataplane/dpdk/remembered.hpp"
#include "dataplane/dpdk/shared_store.hpp"
#include "dataplane/dpdk/steer_burst.hpp"
#include "dataplane/steer/affinity.h"
#include "tests/packets/cases.hpp"
#include "tests/packets/eal.hpp"
#include "tests/unit/dataplane/exhaustive_search.hpp"

namespace suanlu::exhaustive {
namespace {

using packets::address;
using packets::Frame;

constexpr std::uint16_t kService = 1;
constexpr std::uint32_t kFirstLink = 100; ///< where site 1 is
constexpr std::uint8_t kElsewhere = 4;    ///< the site of all other slots
constexpr std::uint16_t kSlots = 251;

Plan plan_of_all(Affinity affinity) {
    Plan plan;
    plan.id = {"exhaustive", 1, 1};
    for (std::uint16_t id = 1; id <= kElsewhere; id++) {
        PathPlan path;
        path.id = path_id(SiteId{id}, 0);
        path.destination6 = address("fc00:0:e1:f006::");
        path.mtu = {packets::kPathMtu};
        plan.sites.push_back({{id}, "site-" + std::to_string(id), {}, {path}});
    }
    ServicePlan service;
    service.id = {kService};
    service.name = "service";
    service.addresses = {address(packets::kAny6)};
    service.transport = Transport::kTcp;
    service.port = 8080;
    service.slots = kSlots;
    service.affinity = affinity;
    service.shares = {{{kElsewhere}, kWholeShare}};
    plan.services.push_back(service);
    return plan;
}

/// A client's flow of the service, and where the tables keep what belongs to it.
struct ClientFlow {
    sl_flow_key key;
    std::uint64_t hash;
    Frame start;
    Frame middle;

    [[nodiscard]] std::uint32_t slot() const { return sl_slot_of(hash, kSlots); }
    [[nodiscard]] std::uint32_t line() const { return hash >> 20 & (SL_START_LINES - 1); }
};

/// The tables of suanlu-fwd as the world of the check. A state is written into them before a burst and read
/// from them behind it; sites and entries only where they differ, as an agent and packets do.
class BurstEngine {
public:
    BurstEngine(const World& world, const BurstVariant& variant, rte_mempool* buffers);
    ~BurstEngine() { rte_pktmbuf_free_bulk(packets_.data(), kBurst); }
    BurstEngine(const BurstEngine&) = delete;
    BurstEngine& operator=(const BurstEngine&) = delete;

    Sent send(State& state, const Arrival& arrival) { return send(state, std::span(&arrival, 1))[0]; }
    /// All in one burst, in their order. What one was refused or has spent is said of each.
    using Results = std::array<Sent, 4>;
    Results send(State& state, std::span<const Arrival> arrivals);
    /// Some packet beside those of the check did not go where it belongs.
    [[nodiscard]] bool has_lost_others() const { return has_lost_others_; }

private:
    void prepare();
    void find_flows(const sl_service& service);
    [[nodiscard]] ClientFlow flow_of(std::uint16_t port, const sl_service& service) const;
    void write(const State& state, std::uint8_t second, bool is_capped);
    void write_site(std::uint8_t id, SiteLiveness liveness);
    void write_flow(const ClientFlow& flow, const Flow& wanted);
    void read(State& state);
    void read_flow(const ClientFlow& flow, Flow& state);
    void fill(std::size_t place, const Frame& frame);
    [[nodiscard]] SharedTables& tables() { return memory_->tables(); }
    [[nodiscard]] std::uint64_t refused() {
        const auto& reasons = tables().lcores[0].reasons;
        return reasons[SL_R_exception_full] + reasons[SL_R_insert_capped];
    }

    World world_;
    BurstVariant variant_;
    Result<SharedMemory> memory_ = SharedMemory::anonymous();
    SharedStore store_{*memory_};
    std::array<rte_mbuf*, kBurst> packets_{};
    std::array<TableStore::SiteRow, kSites> sites_{};
    std::array<ClientFlow, kFlows> flows_{};
    std::vector<ClientFlow> others_; ///< of other slots
    std::uint64_t bursts_ = 0;
    bool has_lost_others_ = false;
    Remembered remembered_;
};

BurstEngine::BurstEngine(const World& world, const BurstVariant& variant, rte_mempool* buffers)
    : world_(world), variant_(variant) {
    rte_pktmbuf_alloc_bulk(buffers, packets_.data(), kBurst);
    prepare();
    tables().control.insert_gap = 8000;
    tables().grace.enter(0);
}

void BurstEngine::prepare() {
    SteerTables steer(store_, address("fc00:0:1::1"));
    ASSERT_TRUE(steer.apply(plan_of_all(world_.affinity), MonoTime{}));
    for (std::uint16_t id = 1; id <= kElsewhere; id++) {
        const NextHop hop{kFirstLink + id - 1U, {2, 0, 0, 0, 0, 8}, {2, 0, 0, 0, 0, 9}};
        ASSERT_TRUE(
            steer.set_paths(SiteId{id}, std::array{UsablePath{path_id(SiteId{id}, 0), hop}}, MonoTime{}));
    }
    const auto table = tables().control.table & 1;
    const auto sites = store_.sites();
    for (const auto& [key, row] : *sites) {
        if (key.table == table && key.id <= kSites) {
            sites_.at(key.id - 1U) = {key, row};
        }
    }
    const auto services = store_.services();
    for (auto [key, row] : *services) {
        row.flags |= SL_SERVICE_PLACED;
        row.timeout_ticks = world_.timeout();
        row.cost_offset = 0;
        row.cost_count = kSites;
        ASSERT_TRUE(store_.put_service(key, row));
        find_flows(row);
    }
}

ClientFlow BurstEngine::flow_of(std::uint16_t port, const sl_service& service) const {
    auto packet = packets::packet(false, Transport::kTcp, 8080);
    packet.flow.source_port = port;
    ClientFlow flow{{{}, service.address_tag, static_cast<sl_u16>(port << 8 | port >> 8), kService},
                    0,
                    packets::start_of(port),
                    build_frame(packet)};
    const auto& source = packet.flow.source.bytes;
    std::copy(source.begin(), source.end(), flow.key.source.b);
    flow.hash = sl_flow_hash(&flow.key, memory_->tables().control.hash_seed);
    return flow;
}

/// Two of one slot with marks and start lines of their own, and some of others.
void BurstEngine::find_flows(const sl_service& service) {
    flows_[0] = flow_of(40'000, service);
    for (std::uint16_t port = 40'001; flows_[1].hash == 0 || others_.size() < kBurst; port++) {
        auto flow = flow_of(port, service);
        if (flow.slot() != flows_[0].slot()) {
            others_.push_back(std::move(flow));
        } else if (flow.line() != flows_[0].line() &&
                   sl_mark_word(flow.hash) != sl_mark_word(flows_[0].hash)) {
            flows_[1] = std::move(flow);
        }
    }
}

void BurstEngine::write(const State& state, std::uint8_t second, bool is_capped) {
    const auto slot = flows_[0].slot();
    tables().slots[slot] = world_.tick_of(state.since) << 16 | state.base;
    tables().targets[slot] = {state.next, state.effective, static_cast<sl_u16>(state.effective - 1), 0};
    tables().credits[kService] = 1;
    tables().lcores[0].insert_budget = is_capped ? ~std::uint64_t{0} >> 1 : 0;
    for (std::uint8_t id = 1; id <= kSites; id++) {
        write_site(id, state.of(id));
        tables().costs[id - 1U] = cost_of(id, second);
    }
    tables().exceptions.set_bound(ExceptionTable::kMostEntries);
    for (std::size_t i = 0; i < kFlows; i++) {
        write_flow(flows_[i], state.flows[i]);
    }
    tables().exceptions.set_bound(static_cast<std::uint32_t>(world_.capacity));
}

void BurstEngine::write_site(std::uint8_t id, SiteLiveness liveness) {
    auto& [key, row] = sites_.at(id - 1U);
    const auto state = static_cast<std::uint8_t>(liveness);
    static_assert(static_cast<int>(SiteLiveness::kDead) == SL_SITE_DEAD);
    if (row.state != state) {
        row.state = state;
        ASSERT_TRUE(store_.put_site(key, row));
    }
}

void BurstEngine::write_flow(const ClientFlow& flow, const Flow& wanted) {
    auto& exceptions = tables().exceptions;
    const auto word = world_.tick_of(wanted.entry.age) << 16 | wanted.entry.site;
    if (wanted.entry.site != 0) {
        ASSERT_TRUE(exceptions.record(flow.key, word, tables().grace));
    } else if (exceptions.find(flow.key) != nullptr) {
        exceptions.forget(flow.key, tables().grace);
    }
    for (std::uint32_t half = 0; half < 2; half++) {
        auto& marks = tables().marks[half * SL_MARK_WORDS + sl_mark_word(flow.hash)];
        marks = wanted.entry.site != 0 ? sl_mark_bit(flow.hash) : 0;
    }
    const auto& start = wanted.start;
    tables().starts[flow.line()] =
        start.site != 0 ? sl_start_word(flow.hash, start.site, world_.tick_of(start.age)) : 0;
}

void BurstEngine::read(State& state) {
    const auto word = tables().slots[flows_[0].slot()];
    state.base = static_cast<std::uint8_t>(word);
    state.since = age_of(world_, word >> 16, 3);
    for (std::size_t i = 0; i < kFlows; i++) {
        read_flow(flows_[i], state.flows[i]);
    }
}

void BurstEngine::read_flow(const ClientFlow& flow, Flow& state) {
    state.entry = {};
    if (const auto* entry = tables().exceptions.find(flow.key); entry != nullptr) {
        state.entry = {static_cast<std::uint8_t>(entry->word), age_of(world_, entry->word >> 16, 3)};
        for (std::uint32_t half = 0; half < 2; half++) {
            const auto marks = tables().marks[half * SL_MARK_WORDS + sl_mark_word(flow.hash)];
            ASSERT_NE(marks & sl_mark_bit(flow.hash), 0U) << "an entry that no packet finds";
        }
    }
    const auto line = tables().starts[flow.line()];
    const auto site = static_cast<std::uint8_t>(line);
    if (line != 0 && line == sl_start_word(flow.hash, site, kNow)) {
        state.start = {site, 0};
    }
}

void BurstEngine::fill(std::size_t place, const Frame& frame) {
    auto& packet = *packets_.at(place);
    rte_pktmbuf_reset(&packet);
    std::memcpy(rte_pktmbuf_append(&packet, static_cast<std::uint16_t>(frame.size())), frame.data(),
                frame.size());
}

BurstEngine::Results BurstEngine::send(State& state, std::span<const Arrival> arrivals) {
    // Alone; as many as a register of 64 bytes takes; one more; so many that one service is looked for once.
    constexpr std::size_t kSizes[] = {1, 8, 1, 9, 1, 8, 1, kBurst};
    const auto size = std::max(kSizes[bursts_ % std::size(kSizes)], arrivals.size());
    const auto first = bursts_++ * 5 % (size - arrivals.size() + 1);
    write(state, arrivals[0].second, arrivals[0].is_capped);
    for (std::size_t i = 0; i < size; i++) {
        fill(i, others_[i].middle);
    }
    for (std::size_t i = 0; i < arrivals.size(); i++) {
        const auto& flow = flows_.at(arrivals[i].flow);
        fill(first + i, arrivals[i].is_start ? flow.start : flow.middle);
    }
    auto& lcore = tables().lcores[0];
    const auto budget = lcore.insert_budget;
    const auto capped = lcore.reasons[SL_R_insert_capped];
    const auto refused = this->refused();
    std::array<BurstOutcome, kBurst> outcomes{};
    constexpr auto kRole = static_cast<std::uint32_t>(PacketRole::kExternal);
    variant_.steer({&tables(), &lcore, kNow << SL_TICK_SHIFT, kFirstLink - 1, kRole, &remembered_},
                   {packets_.data(), size}, outcomes.data());
    tables().grace.pause(0);
    read(state);
    const bool has_spent = lcore.insert_budget != budget || lcore.reasons[SL_R_insert_capped] != capped;
    const bool was_refused = this->refused() != refused;
    Results sent{};
    for (std::size_t i = 0; i < size; i++) {
        const auto& [verdict, interface] = outcomes[i];
        const auto site = static_cast<std::uint8_t>(verdict == kRedirect ? interface - kFirstLink + 1 : 0);
        if (i >= first && i < first + arrivals.size()) {
            sent[i - first] = {site, was_refused, has_spent};
        } else {
            has_lost_others_ = has_lost_others_ || site != kElsewhere;
        }
    }
    return sent;
}

/// Capacity of the exception table; affinity; how many states any right engine reaches.
struct Case {
    const char* name;
    std::size_t capacity;
    Affinity affinity;
    std::size_t states;
};

class DpdkAffinity : public testing::TestWithParam<std::tuple<BurstVariant, Case>> {
protected:
    void SetUp() override {
        static rte_mempool* const pool =
            packets::start_eal()
                ? rte_pktmbuf_pool_create("affinity", 127, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0)
                : nullptr;
        ASSERT_NE(pool, nullptr) << "EAL does not start";
        const auto& [variant, what] = GetParam();
        world = {kAll, what.capacity, what.affinity};
        engine = std::make_unique<BurstEngine>(world, variant, pool);
        search = std::make_unique<Search>(world, [this](const World&, State& state, const Arrival& arrival) {
            return engine->send(state, arrival);
        });
    }

    World world;
    std::unique_ptr<BurstEngine> engine;
    std::unique_ptr<Search> search;
};

/// What packets leave behind counts for those behind them in the same burst.
void expect_bursts_as_one_by_one(BurstEngine& engine, const Search& search) {
    std::uint8_t second = 0;
    std::size_t differing = 0;
    search.each_state([&](const State& state) {
        second = static_cast<std::uint8_t>((second + 1) % (kSites + 1));
        const Arrival arrivals[] = {{1, false, second}, {0, true, second}, {0, false, second}};
        State together = state;
        const auto sent = engine.send(together, arrivals);
        State one_by_one = state;
        for (std::size_t i = 0; i < std::size(arrivals); i++) {
            differing += engine.send(one_by_one, arrivals[i]).site != sent[i].site ? 1 : 0;
        }
        differing += together.key() != one_by_one.key() ? 1 : 0;
    });
    EXPECT_EQ(differing, 0U);
}

TEST_P(DpdkAffinity, AllRules_NothingIsBroken) {
    const auto& what = std::get<Case>(GetParam());
    const auto broken = search->run();
    EXPECT_FALSE(broken) << broken.value_or("");
    EXPECT_TRUE(search->has_moved());
    EXPECT_EQ(search->has_second_choice(), what.affinity == Affinity::kFlow && what.capacity > 0);
    EXPECT_EQ(search->states(), what.states) << "not the states of the core";
    if (what.capacity < 2 || what.affinity == Affinity::kMovable) {
        expect_bursts_as_one_by_one(*engine, *search);
    }
    EXPECT_FALSE(engine->has_lost_others());
}

std::string name_of(const testing::TestParamInfo<DpdkAffinity::ParamType>& tested) {
    return std::string(std::get<Case>(tested.param).name) + "_" + std::get<BurstVariant>(tested.param).name;
}

INSTANTIATE_TEST_SUITE_P(Worlds, DpdkAffinity,
                         testing::Combine(testing::ValuesIn(burst_variants()),
                                          testing::Values(Case{"NoEntry", 0, Affinity::kFlow, kStates[0]},
                                                          Case{"OneEntry", 1, Affinity::kFlow, kStates[1]},
                                                          Case{"TwoEntries", 2, Affinity::kFlow, kStates[2]},
                                                          Case{"Movable", 2, Affinity::kMovable,
                                                               kMovableStates})),
                         name_of);

} // namespace
} // namespace suanlu::exhaustive
