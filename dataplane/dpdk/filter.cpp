// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/filter.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <net/if.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <system_error>

#include "core/support/log.hpp"
#include "dataplane/dpdk/filter.h"
#include "filter.skel.h"

namespace suanlu {
namespace {

constexpr auto kLooks = std::chrono::milliseconds(20);
constexpr const char* kDriver = "net_af_xdp";
constexpr const char* kProgram = "sl_filter";
constexpr std::uint32_t kCore = 2; // enum sl_role

/// Closes what the kernel has lent.
class Handle {
public:
    explicit Handle(int file) : file_(file) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        if (file_ >= 0) {
            close(file_);
        }
    }
    [[nodiscard]] int get() const { return file_; }

private:
    int file_;
};

/// What runs on an interface; no name when it is nothing, or somebody else's.
bpf_prog_info program_on(std::uint32_t interface, std::vector<std::uint32_t>& maps) {
    bpf_prog_info about{};
    std::uint32_t id = 0;
    if (bpf_xdp_query_id(static_cast<int>(interface), 0, &id) != 0 || id == 0) {
        return about;
    }
    const Handle program(bpf_prog_get_fd_by_id(id));
    about.nr_map_ids = static_cast<std::uint32_t>(maps.size());
    about.map_ids = reinterpret_cast<std::uintptr_t>(maps.data());
    std::uint32_t length = sizeof about;
    if (bpf_obj_get_info_by_fd(program.get(), &about, &length) != 0) {
        return {};
    }
    maps.resize(std::min<std::size_t>(maps.size(), about.nr_map_ids));
    return about;
}

/// The program's map of that name; -1 = none, the interface has another program or none.
int map_on(std::uint32_t interface, const char* name) {
    std::vector<std::uint32_t> maps(8);
    if (std::strcmp(program_on(interface, maps).name, kProgram) != 0) {
        return -1;
    }
    for (const auto id : maps) {
        const int map = bpf_map_get_fd_by_id(id);
        bpf_map_info about{};
        std::uint32_t length = sizeof about;
        if (map >= 0 && bpf_obj_get_info_by_fd(map, &about, &length) == 0 &&
            std::strcmp(about.name, name) == 0) {
            return map;
        }
        close(map);
    }
    return -1;
}

FilterRows::key_type key_of(std::uint32_t length, const void* address) {
    FilterRows::key_type key;
    std::memcpy(key.data(), &length, sizeof length);
    std::memcpy(key.data() + sizeof length, address, sizeof(sl_addr));
    return key;
}

/// Another number after each change of what packets may be for.
std::uint64_t changes_of(const SharedTables& tables) {
    return tables.services.changes() + tables.wide.changes() + tables.sids.rows.changes();
}

/// What packets of an interface the engine may have to do with.
FilterRows rows_of(const SharedTables& tables, bool is_core) {
    constexpr std::uint32_t kHost = 128;
    FilterRows rows;
    const std::uint32_t of_service = is_core ? SL_FILTER_ANSWERS : SL_FILTER_TO;
    tables.services.each_key([&](const auto& key) { rows[key_of(kHost, &key.address)] |= of_service; });
    tables.wide.each_key([&](const auto& key) { rows[key_of(key.length, &key.address)] |= of_service; });
    if (is_core) {
        tables.sids.rows.each_key(
            [&](const auto& key) { rows[key_of(key.length, &key.address)] |= SL_FILTER_TO; });
        return rows;
    }
    const auto& block = tables.control.sid_block;
    const auto length = std::popcount(block.mask[0]) + std::popcount(block.mask[1]);
    if (length != 0) {
        rows[key_of(static_cast<std::uint32_t>(length), block.address)] |= SL_FILTER_TO | SL_FILTER_FROM;
    }
    return rows;
}

/// The trie answers with the longest prefix alone: it says what all that hold it say.
void inherit(FilterRows& rows) {
    for (auto& [key, flags] : rows) {
        sl_sid_key inner;
        std::memcpy(&inner, key.data(), sizeof inner);
        AddressWords address;
        std::memcpy(address.data(), inner.address.b, sizeof address);
        for (std::uint32_t length = 0; length < inner.length; length++) {
            const auto outer = rows.find(key_of(length, first_bits(address, length).data()));
            flags |= outer == rows.end() ? 0 : outer->second;
        }
    }
}

} // namespace

Result<FilterFile> FilterFile::make() {
    std::size_t bytes = 0;
    const void* program = filter_bpf::elf_bytes(&bytes);
    FilterFile made(memfd_create("suanlu-filter", 0));
    if (made.file_ < 0 || write(made.file_, program, bytes) != static_cast<ssize_t>(bytes)) {
        return Error{Errc::kKernel,
                     "memory for the filter of af_xdp: " + std::generic_category().message(errno)};
    }
    return made;
}

FilterFile::FilterFile(FilterFile&& other) noexcept : file_(std::exchange(other.file_, -1)) {
}

FilterFile::~FilterFile() {
    if (file_ >= 0) {
        close(file_);
    }
}

std::vector<std::string> FilterFile::named_in(std::vector<std::string> arguments) const {
    for (auto& argument : arguments) {
        const auto device = argument.find(kDriver); // also in "--vdev=net_af_xdp0,.."
        if (device != std::string::npos && argument.find("xdp_prog=") == std::string::npos) {
            argument += ",xdp_prog=/proc/self/fd/" + std::to_string(file_);
        }
    }
    return arguments;
}

void detach_filters(const FwdConfig& config) {
    for (const auto& port : config.ports) {
        const auto interface = if_nametoindex(port.interface.c_str());
        std::vector<std::uint32_t> maps(8);
        if (port.device.starts_with(kDriver) && interface != 0 &&
            std::strcmp(program_on(interface, maps).name, kProgram) == 0) {
            bpf_xdp_detach(static_cast<int>(interface), 0, nullptr);
        }
    }
}

Filters::Filters(const PortSet& ports, SharedTables& tables) : tables_(tables) {
    for (const auto& port : ports.ports()) {
        const int map = port.is_steered ? map_on(port.interface, "sl_steered") : -1;
        if (map < 0) {
            continue;
        }
        const Handle border(map_on(port.interface, "sl_is_border"));
        const std::uint32_t place = 0;
        const std::uint32_t is_border = port.role != kCore ? 1 : 0;
        bpf_map_update_elem(border.get(), &place, &is_border, BPF_ANY);
        filters_.push_back({port.interface, port.role == kCore, map, {}});
    }
    if (!filters_.empty()) {
        fill_all();
        thread_ = std::jthread([this](const std::stop_token& stop) { follow(stop); });
    }
}

Filters::~Filters() {
    thread_ = {};
    for (const auto& filter : filters_) {
        close(filter.map);
    }
}

void Filters::follow(const std::stop_token& stop) {
    std::mutex own;
    std::condition_variable_any wakes;
    std::unique_lock lock(own);
    while (!wakes.wait_for(lock, stop, kLooks, [] { return false; }) && !stop.stop_requested()) {
        const auto& block = tables_.control.sid_block;
        if (changes_of(tables_) != seen_ || std::memcmp(&block, &block_, sizeof block) != 0) {
            fill_all();
        }
    }
}

void Filters::fill_all() {
    seen_ = changes_of(tables_);
    block_ = tables_.control.sid_block;
    for (auto& filter : filters_) {
        tables_.grace.enter(kFilterReader);
        auto rows = rows_of(tables_, filter.is_core);
        tables_.grace.leave(kFilterReader);
        inherit(rows);
        fill(filter, std::move(rows));
    }
}

// First what is new: no packet may miss the engine because an entry is exchanged.
void Filters::fill(Filter& filter, FilterRows rows) {
    int refused = 0;
    for (const auto& [key, flags] : rows) {
        const auto held = filter.held.find(key);
        if (held == filter.held.end() || held->second != flags) {
            refused = std::min(refused, bpf_map_update_elem(filter.map, key.data(), &flags, BPF_ANY));
        }
    }
    for (const auto& [key, flags] : filter.held) {
        if (!rows.contains(key)) {
            bpf_map_delete_elem(filter.map, key.data());
        }
    }
    if (refused < 0) {
        char name[IF_NAMESIZE] = "";
        if_indextoname(filter.interface, name);
        log_warn("filter.refused", {{"interface", name},
                                    {"what", "some services or SIDs stay the kernel's there"},
                                    {"why", std::generic_category().message(-refused)}});
    }
    filter.held = std::move(rows);
}

} // namespace suanlu
