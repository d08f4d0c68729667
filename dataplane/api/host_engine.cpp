// SPDX-License-Identifier: Apache-2.0
#include "dataplane/api/host_engine.hpp"

#include <cstdlib>
#include <cstring>
#include <utility>

#include "dataplane/api/host_port.h"
#include "dataplane/api/rows.hpp"

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
    result.is_new = (trace.marks & SL_TRACE_NEW) != 0;
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
const sl_sid* HostEngine::find_route(std::uint32_t table) {
    static constexpr sl_sid kUnknown{};
    const auto found = routes_.find(table);
    if (found == routes_.end()) {
        return &kUnknown;
    }
    return found->second ? &*found->second : nullptr;
}

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

Result<sl_site_counter> HostEngine::site_counter(std::uint32_t place) {
    return site_counters_[place];
}

Status HostEngine::clear_site_counter(std::uint32_t place) {
    site_counters_.erase(place);
    return {};
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
    for (const auto& event : std::exchange(events_, {})) {
        samples_.add(event);
    }
    samples_.move_to(list, limit, now);
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

int HostEngine::new_flow(const sl_flow_event& event) {
    if (events_.size() >= kEvents) {
        return -1;
    }
    events_.push_back(event);
    return 0;
}

} // namespace suanlu
