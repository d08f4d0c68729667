// SPDX-License-Identifier: Apache-2.0
#include "dataplane/xdp/bpf_map.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace suanlu {

Error kernel_error(const std::string& what, int code) {
    const int number = code < 0 ? -code : code;
    return {number == EPERM ? Errc::kUnsupported : Errc::kKernel,
            what + ": " + std::generic_category().message(number)};
}

FileDescriptor::~FileDescriptor() {
    if (fd_ >= 0) {
        close(fd_);
    }
}

Result<MappedMap> MappedMap::open(int map, std::size_t bytes) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    MappedMap mapped;
    mapped.bytes_ = (bytes + page - 1) / page * page;
    void* memory = mmap(nullptr, mapped.bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
    if (memory == MAP_FAILED) {
        return kernel_error("mapping a table into memory", errno);
    }
    mapped.memory_ = memory;
    return mapped;
}

MappedMap::~MappedMap() {
    if (memory_ != nullptr) {
        munmap(memory_, bytes_);
    }
}

} // namespace suanlu
