// SPDX-License-Identifier: Apache-2.0
// The file that holds the shared tables (shared_tables.hpp), on tmpfs or hugetlbfs; whoever of agent and
// engine comes first makes it. Locks of the open file say who is there: they go with their process, however
// it dies. A file of another layout or length is refused and left alone.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/support/result.hpp"
#include "dataplane/dpdk/shared_tables.hpp"

namespace suanlu {

enum class TableUser : std::uint8_t { kEngine, kAgent };

class SharedMemory {
public:
    /// kConflict: another program of this kind uses it, or it is of another layout. kKernel: no such folder,
    /// no permission, no memory; the sentence says which.
    static Result<SharedMemory> open(const std::string& path, TableUser user);
    /// Without a file; for tests and benchmarks.
    static Result<SharedMemory> anonymous();

    SharedMemory(SharedMemory&& other) noexcept
        : memory_(std::exchange(other.memory_, nullptr)), bytes_(other.bytes_),
          file_(std::exchange(other.file_, -1)) {}
    SharedMemory& operator=(SharedMemory&&) = delete;
    ~SharedMemory();

    [[nodiscard]] SharedTables& tables() const { return *memory_; }
    /// Whether an engine has the file open; true without a file.
    [[nodiscard]] bool has_engine() const;
    /// Another file has taken the place of this one: whoever opened it since does not see these tables.
    [[nodiscard]] bool is_replaced(const std::string& path) const;

private:
    SharedMemory(void* memory, std::size_t bytes, int file)
        : memory_(static_cast<SharedTables*>(memory)), bytes_(bytes), file_(file) {}
    static Result<SharedMemory> map(int file, const std::string& path);

    SharedTables* memory_;
    std::size_t bytes_;
    int file_;
};

} // namespace suanlu
