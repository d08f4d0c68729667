// SPDX-License-Identifier: Apache-2.0
// The shared C core on tables in memory: what the fake data plane, `explain` and the packet tests run. One
// thread. Tables behave as the eBPF maps do: bounded, inserting into a full exception table fails, nothing is
// evicted.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/support/clock.hpp"
#include "dataplane/api/dataplane.hpp"
#include "dataplane/api/flow_samples.hpp"
#include "dataplane/api/table_store.hpp"
#include "dataplane/steer/reasons.h"

namespace suanlu {

enum class Verdict : std::uint8_t { kPass, kDrop, kRedirect };
/// As sl_role: what stands behind the interface a packet came in by.
enum class PacketRole : std::uint8_t { kExternal, kSite, kCore };

struct PacketResult {
    Verdict verdict = Verdict::kPass;
    std::uint32_t interface_index = 0;
    sl_reason reason = SL_R_steered;
    ServiceId service;
    SiteId site;
    PathId path;
    bool is_new = false;
    std::vector<std::uint8_t> frame;
};

/// Name of a counter as in reasons.def.
const char* reason_name(sl_reason reason);

class HostEngine : public TableStore {
public:
    /// The interface that its packets come in by.
    static constexpr std::uint32_t kIngress = 1;

    explicit HostEngine(std::size_t slots = 65536, std::size_t exceptions = 65536);
    ~HostEngine() override;

    /// One packet through the core. A dry run changes no state and counts nothing.
    PacketResult run(std::vector<std::uint8_t> frame, PacketRole role, MonoTime now, bool is_dry = false,
                     std::uint32_t interface = 1);

    sl_control& control() override { return control_; }
    std::span<sl_cost> costs() override { return costs_; }
    std::span<std::uint64_t> credits() override { return credits_; }
    std::span<std::uint64_t> slots() override { return slots_; }
    std::span<sl_target> targets() override { return targets_; }
    std::span<std::uint64_t> marks() override { return marks_; }
    Result<std::vector<ServiceRow>> services() override;
    Status put_service(const sl_service_key& key, const sl_service& value) override;
    Status drop_service(const sl_service_key& key) override;
    Result<std::vector<SiteRow>> sites() override;
    Status put_site(const sl_site_key& key, const sl_site& value) override;
    Status drop_site(const sl_site_key& key) override;
    Result<std::vector<std::pair<Bytes, Bytes>>> side_rows(SideTable table) override;
    Status put_side(SideTable table, const Bytes& key, const Bytes& value) override;
    Status drop_side(SideTable table, const Bytes& key) override;
    [[nodiscard]] Room room() const override { return room_; }
    /// Bounds of the tables of rows from now on.
    void set_room(Room room) { room_ = std::move(room); }
    std::span<sl_bucket> buckets() override { return buckets_; }
    /// "if7" is interface 7 here.
    std::uint32_t interface_index(const std::string& name) override;
    Status admit_interface(std::uint32_t) override { return {}; }
    void admit_counter(ServiceId service) override;
    Result<sl_site_counter> site_counter(std::uint32_t place) override;
    Status clear_site_counter(std::uint32_t place) override;
    Result<bool> sweep(std::size_t limit, const IsOver& is_over) override;

    [[nodiscard]] EngineCounters counters() const;
    [[nodiscard]] std::vector<EngineFlow> flows(std::size_t limit, MonoTime now);
    /// Sampled new flows that flows() had no room for.
    [[nodiscard]] std::uint64_t samples_left_out() const { return samples_.left_out(); }
    [[nodiscard]] std::size_t exceptions() const;
    /// Writes an entry as a packet of the flow would, marks included; 0, or -1 when the table is full.
    int remember(const sl_flow_key& key, std::uint64_t word);

    // What the core asks of an engine; a test may bend one to see a rule missed.
    virtual const sl_service* find_service(const sl_service_key& key);
    virtual const sl_site* find_site(const sl_site_key& key);
    virtual sl_exception* find_exception(const sl_flow_key& key);
    virtual int record(const sl_flow_key& key, std::uint64_t word);
    virtual void forget(const sl_flow_key& key);
    virtual std::uint64_t* start_line(std::uint32_t index);
    virtual std::uint64_t swap(std::uint64_t* word, std::uint64_t expected, std::uint64_t desired);
    sl_fragment* fragment(std::uint32_t index) { return &fragments_.at(index); }
    /// Value of a row of `Row`, or null.
    const void* find_side(SideTable table, const void* key, std::size_t size);
    /// The row of the longest prefix that covers the address at the key's end, or null.
    const void* find_longest(SideTable table, const void* key, std::size_t size);
    /// What a routing table says of every packet, as bpf_fib_lookup would; none = sends it nowhere.
    void set_route(std::uint32_t table, std::optional<sl_sid> link) { routes_[table] = link; }
    /// A row without an interface for a table that was never set.
    const sl_sid* find_route(std::uint32_t table);
    void count(sl_reason reason) { reasons_[reason]++; }
    sl_counter* counter(ServiceId service);
    std::uint64_t* site_starts(const sl_starts_key& key);
    sl_site_counter* count_at(std::uint32_t place) { return &site_counters_[place]; }
    /// -1 when it is full.
    int new_flow(const sl_flow_event& event);
    std::uint64_t& answer_budget() { return answer_budget_; }
    std::uint64_t& insert_budget() { return insert_budget_; }

private:
    struct Tables;
    std::unique_ptr<Tables> tables_;
    sl_control control_{};
    std::size_t bound_;
    Room room_;
    std::vector<std::uint64_t> slots_;
    std::vector<sl_target> targets_;
    std::vector<std::uint64_t> marks_;
    std::vector<std::uint64_t> starts_;
    std::vector<sl_fragment> fragments_;
    std::vector<sl_bucket> buckets_;
    std::map<std::uint32_t, sl_site_counter> site_counters_;
    FlowSamples samples_;
    std::vector<sl_flow_event> events_;
    std::vector<sl_cost> costs_;
    std::map<std::uint32_t, std::optional<sl_sid>> routes_;
    std::vector<std::uint64_t> credits_;
    std::uint64_t answer_budget_ = 0;
    std::uint64_t insert_budget_ = 0;
    std::array<std::uint64_t, SL_REASON_COUNT> reasons_{};
};

} // namespace suanlu
