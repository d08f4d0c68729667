// SPDX-License-Identifier: Apache-2.0
#include "dataplane/api/host_engine.hpp"

#include <cstdlib>
#include <cstring>

#include "dataplane/api/rows.hpp"
#include "dataplane/steer/port.h"

// Port functions of the host: everything goes to the engine, a dry run to scratch copies.
struct sl_port {
    suanlu::HostEngine* engine;
    std::vector<std::uint8_t>* room;
    std::size_t start;
    std::uint64_t now;
    bool is_dry;
    sl_exception scratch_entry;
    std::uint64_t scratch_line;
    std::uint64_t scratch_budget;
    sl_fragment scratch_fragment;
    std::uint32_t interface;
};

SL_INLINE struct sl_pkt sl_port_packet(struct sl_port* port) {
    return {port->room->data() + port->start, port->room->data() + port->room->size()};
}
SL_INLINE sl_u32 sl_port_length(struct sl_port* port) {
    return static_cast<sl_u32>(port->room->size() - port->start);
}
SL_INLINE int sl_port_push(struct sl_port* port, sl_u32 bytes) {
    if (port->start < bytes) {
        return -1;
    }
    port->start -= bytes;
    return 0;
}
SL_INLINE int sl_port_pop(struct sl_port* port, sl_u32 bytes, sl_u8) {
    port->start += bytes;
    return 0;
}
SL_INLINE int sl_port_cut(struct sl_port* port, sl_u32 length) {
    port->room->resize(port->start + length);
    return 0;
}
SL_INLINE int sl_port_pull(struct sl_port*, sl_u32) {
    return 0;
}
SL_INLINE int sl_port_mends(struct sl_port*, sl_u32, sl_u16, sl_u16) {
    return 0;
}
SL_INLINE sl_u32 sl_port_segment(struct sl_port*) {
    return 0;
}
SL_INLINE sl_u32 sl_port_ingress(struct sl_port*) {
    return suanlu::HostEngine::kIngress;
}
SL_INLINE sl_u64* sl_port_answer_budget(struct sl_port* port) {
    port->scratch_budget = port->engine->answer_budget();
    return port->is_dry ? &port->scratch_budget : &port->engine->answer_budget();
}
SL_INLINE sl_u64* sl_port_insert_budget(struct sl_port* port) {
    port->scratch_budget = port->engine->insert_budget();
    return port->is_dry ? &port->scratch_budget : &port->engine->insert_budget();
}
SL_INLINE struct sl_cost* sl_port_cost(struct sl_port* port, sl_u32 index) {
    const auto costs = port->engine->costs();
    return index < costs.size() ? &costs[index] : nullptr;
}
SL_INLINE sl_u64* sl_port_credit(struct sl_port* port, sl_u32 service) {
    const auto credits = port->engine->credits();
    return service < credits.size() ? &credits[service] : nullptr;
}
SL_INLINE const struct sl_control* sl_port_control(struct sl_port* port) {
    return &port->engine->control();
}
SL_INLINE const struct sl_service* sl_port_service(struct sl_port* port, const struct sl_service_key* key) {
    return port->engine->find_service(*key);
}
SL_INLINE const struct sl_site* sl_port_site(struct sl_port* port, const struct sl_site_key* key) {
    return port->engine->find_site(*key);
}
SL_INLINE sl_u64* sl_port_slot(struct sl_port* port, sl_u32 index) {
    const auto slots = port->engine->slots();
    return index < slots.size() ? &slots[index] : nullptr;
}
SL_INLINE const struct sl_target* sl_port_target(struct sl_port* port, sl_u32 index) {
    const auto targets = port->engine->targets();
    return index < targets.size() ? &targets[index] : nullptr;
}
SL_INLINE sl_u64* sl_port_start_line(struct sl_port* port, sl_u32 index) {
    auto* line = port->engine->start_line(index);
    if (!port->is_dry || line == nullptr) {
        return line;
    }
    port->scratch_line = *line;
    return &port->scratch_line;
}
SL_INLINE sl_u32 sl_port_interface(struct sl_port* port) {
    return port->interface;
}
SL_INLINE const struct sl_tenant* sl_port_tenant(struct sl_port* port, const struct sl_tenant_key* key) {
    return static_cast<const sl_tenant*>(
        port->engine->find_side(suanlu::SideTable::kTenant, key, sizeof *key));
}
SL_INLINE const struct sl_wide* sl_port_wide(struct sl_port* port, const struct sl_wide_key* key) {
    return static_cast<const sl_wide*>(port->engine->find_side(suanlu::SideTable::kWide, key, sizeof *key));
}
SL_INLINE const struct sl_server* sl_port_server(struct sl_port* port, const struct sl_server_key* key) {
    return static_cast<const sl_server*>(
        port->engine->find_side(suanlu::SideTable::kServer, key, sizeof *key));
}
SL_INLINE const struct sl_rule* sl_port_rule(struct sl_port* port, sl_u32 index) {
    return static_cast<const sl_rule*>(
        port->engine->find_side(suanlu::SideTable::kRule, &index, sizeof index));
}
SL_INLINE const struct sl_access* sl_port_access(struct sl_port* port, const struct sl_access_key* key) {
    return static_cast<const sl_access*>(
        port->engine->find_longest(suanlu::SideTable::kAccess, key, sizeof *key));
}
SL_INLINE const struct sl_sid* sl_port_sid(struct sl_port* port, const struct sl_sid_key* key) {
    return static_cast<const sl_sid*>(port->engine->find_longest(suanlu::SideTable::kSid, key, sizeof *key));
}
SL_INLINE struct sl_bucket* sl_port_bucket(struct sl_port* port, sl_u32 index) {
    const auto buckets = port->engine->buckets();
    return index < buckets.size() ? &buckets[index] : nullptr;
}
SL_INLINE struct sl_fragment* sl_port_fragment(struct sl_port* port, sl_u32 index) {
    auto* line = port->engine->fragment(index);
    port->scratch_fragment = *line;
    return port->is_dry ? &port->scratch_fragment : line;
}
SL_INLINE struct sl_exception* sl_port_exception(struct sl_port* port, const struct sl_flow_key* key) {
    auto* entry = port->engine->find_exception(*key);
    if (!port->is_dry || entry == nullptr) {
        return entry;
    }
    port->scratch_entry = *entry;
    return &port->scratch_entry;
}
SL_INLINE int sl_port_record(struct sl_port* port, const struct sl_flow_key* key, sl_u64 word) {
    return port->is_dry ? 0 : port->engine->record(*key, word);
}
SL_INLINE void sl_port_forget(struct sl_port* port, const struct sl_flow_key* key) {
    if (!port->is_dry) {
        port->engine->forget(*key);
    }
}
SL_INLINE sl_u64* sl_port_marks(struct sl_port* port, sl_u32 index) {
    return &port->engine->marks()[index];
}
SL_INLINE void sl_port_set(struct sl_port* port, sl_u64* word, sl_u64 bits) {
    *word |= port->is_dry ? 0 : bits;
}
SL_INLINE sl_u64 sl_port_swap(struct sl_port* port, sl_u64* word, sl_u64 expected, sl_u64 desired) {
    return port->is_dry ? expected : port->engine->swap(word, expected, desired);
}
SL_INLINE void sl_port_add(struct sl_port* port, sl_u64* word, sl_u64 amount) {
    *word += port->is_dry ? 0 : amount;
}
SL_INLINE sl_u64 sl_port_now(struct sl_port* port) {
    return port->now;
}
SL_INLINE void sl_port_count(struct sl_port* port, enum sl_reason reason) {
    if (!port->is_dry) {
        port->engine->count(reason);
    }
}
SL_INLINE struct sl_counter* sl_port_counter(struct sl_port* port, sl_u16 service) {
    return port->is_dry ? nullptr : port->engine->counter({service});
}
SL_INLINE sl_u64* sl_port_site_starts(struct sl_port* port, const struct sl_starts_key* key) {
    return port->engine->site_starts(*key);
}
SL_INLINE void sl_port_new_flow(struct sl_port* port, const struct sl_flow_event* event) {
    if (!port->is_dry) {
        port->engine->new_flow(*event);
    }
}

#include "dataplane/steer/steer.h"

namespace suanlu {
namespace {

constexpr std::size_t kHeadroom = 256; // XDP_PACKET_HEADROOM
constexpr std::size_t kEvents = 4096;
constexpr std::size_t kCosts = 65536;

template <class Row>
struct ByBytes {
    bool operator()(const Row& a, const Row& b) const { return std::memcmp(&a, &b, sizeof(Row)) < 0; }
};

} // namespace

struct HostEngine::Tables {
    std::map<sl_service_key, sl_service, ByBytes<sl_service_key>> services;
    std::map<sl_site_key, sl_site, ByBytes<sl_site_key>> sites;
    std::map<ServiceId, sl_counter> counters;
    std::map<sl_starts_key, std::uint64_t, ByBytes<sl_starts_key>> starts;
    std::map<sl_flow_key, sl_exception, ByBytes<sl_flow_key>> exceptions;
    std::optional<sl_flow_key> swept;
    std::map<SideTable, std::map<TableStore::Bytes, TableStore::Bytes>> sides;
};

const char* reason_name(sl_reason reason) {
#define SL_REASON(name, text, severity) #name,
    static constexpr const char* kNames[] = {
#include "dataplane/steer/reasons.def"
    };
#undef SL_REASON
    return reason < SL_REASON_COUNT ? kNames[reason] : "unknown";
}

HostEngine::HostEngine(std::size_t slots, std::size_t exceptions)
    : tables_(std::make_unique<Tables>()), bound_(exceptions), slots_(slots), targets_(slots),
      marks_(2 * SL_MARK_WORDS), starts_(SL_START_LINES), fragments_(SL_FRAGMENT_LINES), buckets_(SL_BUCKETS),
      costs_(kCosts), credits_(SL_CREDITS) {
    control_.layout = SL_LAYOUT;
}

HostEngine::~HostEngine() = default;

PacketResult HostEngine::run(std::vector<std::uint8_t> frame, PacketRole role, MonoTime now, bool is_dry,
                             std::uint32_t interface) {
    frame.insert(frame.begin(), kHeadroom, 0);
    sl_port port{this, &frame, kHeadroom, static_cast<std::uint64_t>(now.since_boot.count()), is_dry, {}, 0,
                 0,    {},     interface};
    sl_trace trace{};
    const auto outcome = sl_process(&port, static_cast<sl_role>(role), &trace);
    PacketResult result;
    result.verdict = static_cast<Verdict>(outcome.verdict);
    result.interface_index = outcome.interface;
    result.reason = static_cast<sl_reason>(trace.reason);
    result.service = {trace.service};
    result.site = {trace.site};
    result.path = {trace.path};
    result.is_new = trace.is_new != 0;
    frame.erase(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(port.start));
    result.frame = std::move(frame);
    return result;
}

Result<std::vector<TableStore::ServiceRow>> HostEngine::services() {
    return std::vector<ServiceRow>(tables_->services.begin(), tables_->services.end());
}

Status HostEngine::put_service(const sl_service_key& key, const sl_service& value) {
    tables_->services[key] = value;
    return {};
}

Status HostEngine::drop_service(const sl_service_key& key) {
    tables_->services.erase(key);
    return {};
}

Result<std::vector<TableStore::SiteRow>> HostEngine::sites() {
    return std::vector<SiteRow>(tables_->sites.begin(), tables_->sites.end());
}

Status HostEngine::put_site(const sl_site_key& key, const sl_site& value) {
    tables_->sites[key] = value;
    return {};
}

Status HostEngine::drop_site(const sl_site_key& key) {
    tables_->sites.erase(key);
    return {};
}

Result<std::vector<std::pair<TableStore::Bytes, TableStore::Bytes>>> HostEngine::side_rows(SideTable table) {
    const auto& rows = tables_->sides[table];
    return std::vector<std::pair<Bytes, Bytes>>(rows.begin(), rows.end());
}

Status HostEngine::put_side(SideTable table, const Bytes& key, const Bytes& value) {
    tables_->sides[table][key] = value;
    return {};
}

Status HostEngine::drop_side(SideTable table, const Bytes& key) {
    tables_->sides[table].erase(key);
    return {};
}

std::uint32_t HostEngine::interface_index(const std::string& name) {
    return name.starts_with("if") ? static_cast<std::uint32_t>(std::strtoul(name.c_str() + 2, nullptr, 10))
                                  : 0;
}

const void* HostEngine::find_side(SideTable table, const void* key, std::size_t size) {
    const auto* bytes = static_cast<const std::uint8_t*>(key);
    const auto& rows = tables_->sides[table];
    const auto found = rows.find(Bytes(bytes, bytes + size));
    return found == rows.end() ? nullptr : found->second.data();
}

// What the kernel's longest-prefix-match trie does, by shortening the prefix until there is a row. A key
// begins with its length in bits and ends with an address.
const void* HostEngine::find_longest(SideTable table, const void* key, std::size_t size) {
    const auto* bytes = static_cast<const std::uint8_t*>(key);
    Bytes at(bytes, bytes + size);
    const std::size_t address = size - sizeof(sl_addr);
    const auto fixed = static_cast<std::uint32_t>(8 * (address - sizeof(std::uint32_t)));
    for (std::uint32_t length = 128;; length--) {
        const std::uint32_t all = fixed + length;
        std::memcpy(at.data(), &all, sizeof all);
        if (const void* row = find_side(table, at.data(), size); row != nullptr || length == 0) {
            return row;
        }
        at[address + (length - 1) / 8] &= static_cast<std::uint8_t>(0xff00U >> ((length - 1) % 8));
    }
}

void HostEngine::admit_counter(ServiceId service) {
    tables_->counters.try_emplace(service);
}

Result<bool> HostEngine::sweep(std::size_t limit, const IsOver& is_over) {
    auto& entries = tables_->exceptions;
    auto at = tables_->swept ? entries.upper_bound(*tables_->swept) : entries.begin();
    for (; at != entries.end() && limit > 0; limit--) {
        tables_->swept = at->first;
        at = is_over(at->first, at->second) ? entries.erase(at) : std::next(at);
    }
    if (at != entries.end()) {
        return false;
    }
    tables_->swept.reset();
    return true;
}

EngineCounters HostEngine::counters() const {
    EngineCounters all;
    for (const auto& [service, value] : tables_->counters) {
        add_counter(all.services[service], value);
    }
    for (const auto& [key, starts] : tables_->starts) {
        all.services[ServiceId{key.service}].new_flows_by_site[SiteId{key.site}] += starts;
    }
    for (std::size_t i = 0; i < SL_REASON_COUNT; i++) {
        all.reasons[reason_name(static_cast<sl_reason>(i))] = reasons_[i];
    }
    return all;
}

std::vector<EngineFlow> HostEngine::flows(std::size_t limit, MonoTime now) {
    std::vector<EngineFlow> list;
    for (const auto& [key, entry] : tables_->exceptions) {
        if (list.size() < limit) {
            list.push_back(exception_flow(key, entry, now));
        }
    }
    for (const auto& event : events_) {
        if (list.size() < limit) {
            list.push_back(event_flow(event, now));
        }
    }
    events_.clear();
    return list;
}

std::size_t HostEngine::exceptions() const {
    return tables_->exceptions.size();
}

const sl_service* HostEngine::find_service(const sl_service_key& key) {
    const auto found = tables_->services.find(key);
    return found == tables_->services.end() ? nullptr : &found->second;
}

const sl_site* HostEngine::find_site(const sl_site_key& key) {
    const auto found = tables_->sites.find(key);
    return found == tables_->sites.end() ? nullptr : &found->second;
}

sl_exception* HostEngine::find_exception(const sl_flow_key& key) {
    const auto found = tables_->exceptions.find(key);
    return found == tables_->exceptions.end() ? nullptr : &found->second;
}

int HostEngine::record(const sl_flow_key& key, std::uint64_t word) {
    const auto found = tables_->exceptions.find(key);
    if (found == tables_->exceptions.end() && tables_->exceptions.size() >= bound_) {
        return -1;
    }
    tables_->exceptions[key] = {word};
    return 0;
}

int HostEngine::remember(const sl_flow_key& key, std::uint64_t word) {
    const auto hash = sl_flow_hash(&key, control_.hash_seed);
    for (const std::size_t half : {0, 1}) {
        marks_[half * SL_MARK_WORDS + sl_mark_word(hash)] |= sl_mark_bit(hash);
    }
    return record(key, word);
}

void HostEngine::forget(const sl_flow_key& key) {
    tables_->exceptions.erase(key);
}

std::uint64_t* HostEngine::start_line(std::uint32_t index) {
    return &starts_.at(index);
}

std::uint64_t HostEngine::swap(std::uint64_t* word, std::uint64_t expected, std::uint64_t desired) {
    const auto found = *word;
    if (found == expected) {
        *word = desired;
    }
    return found;
}

std::uint64_t* HostEngine::site_starts(const sl_starts_key& key) {
    return &tables_->starts[key];
}

sl_counter* HostEngine::counter(ServiceId service) {
    const auto found = tables_->counters.find(service);
    return found == tables_->counters.end() ? nullptr : &found->second;
}

void HostEngine::new_flow(const sl_flow_event& event) {
    if (events_.size() < kEvents) {
        events_.push_back(event);
    }
}

} // namespace suanlu
