// SPDX-License-Identifier: Apache-2.0
// Thin owners of what the kernel lends: file descriptors and map memory, and typed access to eBPF maps.
// Values, moved not copied; a refusal of the kernel comes back as kKernel with the map's name and the errno
// text.
#pragma once

#include <bpf/bpf.h>

#include <string>
#include <utility>
#include <vector>

#include "core/support/result.hpp"

namespace suanlu {

/// "what: errno text" as kKernel, kUnsupported for EPERM.
Error kernel_error(const std::string& what, int code);

class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int fd) : fd_(fd) {}
    FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~FileDescriptor();

    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] bool is_open() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

/// Memory of a BPF_F_MMAPABLE map, shared with the packets.
class MappedMap {
public:
    static Result<MappedMap> open(int map, std::size_t bytes);
    MappedMap() = default;
    MappedMap(MappedMap&& other) noexcept
        : memory_(std::exchange(other.memory_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    MappedMap& operator=(MappedMap&& other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~MappedMap();

    [[nodiscard]] void* memory() const { return memory_; }

private:
    void* memory_ = nullptr;
    std::size_t bytes_ = 0;
};

template <class Key, class Value>
Status put_row(int map, const char* name, const Key& key, const Value& value) {
    const int code = bpf_map_update_elem(map, &key, &value, BPF_ANY);
    return code == 0 ? Status{} : kernel_error(std::string("writing map ") + name, code);
}

/// A missing row is no error.
template <class Key>
Status drop_row(int map, const char* name, const Key& key) {
    const int code = bpf_map_delete_elem(map, &key);
    return code == 0 || code == -ENOENT ? Status{}
                                        : kernel_error(std::string("erasing from map ") + name, code);
}

template <class Key>
std::vector<Key> keys_of(int map) {
    std::vector<Key> keys;
    Key key{};
    const Key* last = nullptr;
    while (bpf_map_get_next_key(map, last, &key) == 0) {
        keys.push_back(key);
        last = &keys.back();
    }
    return keys;
}

} // namespace suanlu
