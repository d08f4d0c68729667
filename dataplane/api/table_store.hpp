// SPDX-License-Identifier: Apache-2.0
// Where the tables of one engine live: pinned eBPF maps, the heap of a test, a DPDK process. The logic above
// it (SteerTables) is the same for all. Owned and called by the engine's strand; slot words are shared with
// packets and are touched only atomically. A failed put leaves the old value in force.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/support/result.hpp"
#include "dataplane/steer/wire.h"

namespace suanlu {

/// Tables that only some services need, and local SIDs; their rows are bytes here, and typed in side_rows.cpp
/// and sid_rows.cpp.
enum class SideTable : std::uint8_t { kRule, kWide, kTenant, kAccess, kServer, kSid };

class TableStore {
public:
    using Bytes = std::vector<std::uint8_t>;
    using ServiceRow = std::pair<sl_service_key, sl_service>;
    using SiteRow = std::pair<sl_site_key, sl_site>;
    /// True = the entry is over and may be erased.
    using IsOver = std::function<bool(const sl_flow_key&, const sl_exception&)>;

    TableStore() = default;
    TableStore(const TableStore&) = delete;
    TableStore& operator=(const TableStore&) = delete;
    virtual ~TableStore() = default;

    virtual sl_control& control() = 0;
    /// Live state, one word per slot of all services.
    virtual std::span<std::uint64_t> slots() = 0;
    virtual std::span<sl_target> targets() = 0;
    /// Both halves of the entry marks (wire_slot.h).
    virtual std::span<std::uint64_t> marks() = 0;
    /// Cost rows of all services, and the second choices left to each, by service id.
    virtual std::span<sl_cost> costs() = 0;
    virtual std::span<std::uint64_t> credits() = 0;

    /// Rows of both tables (key.table 0 and 1).
    virtual Result<std::vector<ServiceRow>> services() = 0;
    virtual Status put_service(const sl_service_key& key, const sl_service& value) = 0;
    /// At once where an engine can; a refusal may leave some of them written.
    virtual Status put_services(std::span<const ServiceRow> rows) {
        for (const auto& [key, value] : rows) {
            SL_TRY_VOID(put_service(key, value));
        }
        return {};
    }
    virtual Status drop_service(const sl_service_key& key) = 0;
    virtual Result<std::vector<SiteRow>> sites() = 0;
    virtual Status put_site(const sl_site_key& key, const sl_site& value) = 0;
    virtual Status drop_site(const sl_site_key& key) = 0;

    /// Rows of both tables; kRule is an array of which nothing is dropped.
    virtual Result<std::vector<std::pair<Bytes, Bytes>>> side_rows(SideTable table) = 0;
    virtual Status put_side(SideTable table, const Bytes& key, const Bytes& value) = 0;
    virtual Status drop_side(SideTable table, const Bytes& key) = 0;
    /// Most rows, of both generations together.
    struct Room {
        std::size_t services = 1 << 17;
        std::size_t sites = 8192;
        std::map<SideTable, std::size_t> sides; ///< none = not bounded
    };
    [[nodiscard]] virtual Room room() const { return {}; }
    /// Live state: packets take from them.
    virtual std::span<sl_bucket> buckets() = 0;
    /// Index of an interface; 0 when this node has none of that name.
    virtual std::uint32_t interface_index(const std::string& name) = 0;

    /// Packets may be redirected to this interface from now on.
    virtual Status admit_interface(std::uint32_t index) = 0;
    /// The service has counters to read.
    virtual void admit_counter(ServiceId service) = 0;
    /// Of the site with this place (sl_site.counter), all CPUs together.
    virtual Result<sl_site_counter> site_counter(std::uint32_t place) = 0;
    /// No packet may be counting there.
    virtual Status clear_site_counter(std::uint32_t place) = 0;

    /// Visits at most about `limit` exceptions from where the last call stopped and erases those that are
    /// over. True when a round through the whole table has ended.
    virtual Result<bool> sweep(std::size_t limit, const IsOver& is_over) = 0;
};

} // namespace suanlu
