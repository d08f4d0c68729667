// SPDX-License-Identifier: Apache-2.0
// af_xdp ports of suanlu-fwd: a program of our own (filter.bpf.c) on their interfaces, so that the engine
// gets what it may have to do with and the kernel keeps the rest. DPDK's driver loads and attaches it; what
// it lets through follows the tables, looked at by a thread of its own. A port that keeps another program
// (`xdp_prog=` in its arguments) is left alone.
#pragma once

#include <array>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "dataplane/dpdk/ports.hpp"

namespace suanlu {

/// The program as a file, as long as this lives; for the driver, which wants a path.
class FilterFile {
public:
    /// kKernel when there is no memory for it.
    static Result<FilterFile> make();
    FilterFile(FilterFile&& other) noexcept;
    FilterFile& operator=(FilterFile&&) = delete;
    ~FilterFile();

    /// EAL's arguments, with the program named for each device of af_xdp that names none.
    [[nodiscard]] std::vector<std::string> named_in(std::vector<std::string> arguments) const;

private:
    explicit FilterFile(int file) : file_(file) {}
    int file_;
};

/// Takes off what a killed engine has left: the driver attaches its program to bare interfaces only. Before
/// the ports are opened.
void detach_filters(const FwdConfig& config);

/// What a filter lets through, by struct sl_sid_key: bits of filter.h.
using FilterRows = std::map<std::array<std::uint8_t, sizeof(sl_sid_key)>, std::uint32_t>;

/// Keeps the filters of open ports as the tables are, until it goes. What the kernel has no room for stays
/// the kernel's, and is said.
class Filters {
public:
    Filters(const PortSet& ports, SharedTables& tables);
    ~Filters();
    Filters(const Filters&) = delete;
    Filters& operator=(const Filters&) = delete;

private:
    struct Filter {
        std::uint32_t interface;
        bool is_core;
        int map; ///< of the kernel, by prefix
        FilterRows held;
    };
    void follow(const std::stop_token& stop);
    void fill_all();
    static void fill(Filter& filter, FilterRows rows);

    SharedTables& tables_;
    std::vector<Filter> filters_;
    std::uint64_t seen_ = 0;
    sl_prefix block_{};
    std::jthread thread_;
};

} // namespace suanlu
