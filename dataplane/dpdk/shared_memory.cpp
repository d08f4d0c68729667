// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/shared_memory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace suanlu {
namespace {

constexpr std::uint32_t kMagic = 0x534c4650; // "SLFP"

#define SL_REASON(name, text, severity) #name ","
constexpr char kReasons[] =
#include "dataplane/steer/reasons.def"
    ;
#undef SL_REASON

constexpr std::size_t kPlaces[] = {offsetof(SharedTables, control),
                                   offsetof(SharedTables, grace),
                                   offsetof(SharedTables, ports),
                                   offsetof(SharedTables, services),
                                   offsetof(SharedTables, sites),
                                   offsetof(SharedTables, tenants),
                                   offsetof(SharedTables, wide),
                                   offsetof(SharedTables, servers),
                                   offsetof(SharedTables, access),
                                   offsetof(SharedTables, sids),
                                   offsetof(SharedTables, routes),
                                   offsetof(SharedTables, rules),
                                   offsetof(SharedTables, buckets),
                                   offsetof(SharedTables, slots),
                                   offsetof(SharedTables, targets),
                                   offsetof(SharedTables, marks),
                                   offsetof(SharedTables, costs),
                                   offsetof(SharedTables, credits),
                                   offsetof(SharedTables, starts),
                                   offsetof(SharedTables, fragments),
                                   offsetof(SharedTables, exceptions),
                                   offsetof(SharedTables, lcores),
                                   sizeof(SharedPort),
                                   sizeof(sl_service),
                                   sizeof(sl_site),
                                   sizeof(sl_sid),
                                   sizeof(RouteRow),
                                   offsetof(LcoreState, reasons),
                                   offsetof(LcoreState, engine),
                                   offsetof(LcoreState, times),
                                   offsetof(LcoreState, counters),
                                   offsetof(LcoreState, site_counters),
                                   offsetof(LcoreState, site_starts),
                                   offsetof(LcoreState, events_written),
                                   offsetof(LcoreState, events)};

/// Two programs with another answer must not share a file, even when their tables happen to be equally long:
/// a reason or a limit more moves what is behind it.
constexpr std::uint64_t shape() {
    std::uint64_t hash = 0xcbf29ce484222325; // FNV-1a
    const auto add = [&hash](std::uint64_t value) { hash = (hash ^ value) * 0x100000001b3; };
    for (const auto place : kPlaces) {
        add(place);
    }
    for (const char letter : kReasons) {
        add(static_cast<unsigned char>(letter));
    }
    return hash;
}

Error system_error(const std::string& what) {
    const int number = errno;
    return {Errc::kKernel, what + ": " + std::generic_category().message(number)};
}

/// A lock on one byte of the file for each kind of program.
struct flock lock_of(TableUser user) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = user == TableUser::kEngine ? 0 : 1;
    lock.l_len = 1;
    return lock;
}

/// In whole pages of the file system that it lies on; huge ones on hugetlbfs.
std::size_t bytes_on(int file) {
    struct statfs about {};
    const auto page = fstatfs(file, &about) == 0 ? static_cast<std::size_t>(about.f_bsize) : 4096;
    return (sizeof(SharedTables) + page - 1) / page * page;
}

Error other_layout(const std::string& path) {
    return {Errc::kConflict, path + " holds tables of another layout, or of something else; stop agent and "
                                    "engine, then remove it"};
}

/// Makes a new file as long as it must be, or says why an old one does not fit. Its room is taken at once: a
/// file system that is full later would end whoever writes the next page (SIGBUS).
Status fit(int file, const std::string& path) {
    struct stat about {};
    if (fstat(file, &about) != 0) {
        return system_error("looking at " + path);
    }
    const auto bytes = bytes_on(file);
    if (about.st_size != 0 && static_cast<std::size_t>(about.st_size) != bytes) {
        return other_layout(path);
    }
    const bool has_room = fallocate(file, 0, 0, static_cast<off_t>(bytes)) == 0 ||
                          (errno == EOPNOTSUPP && ftruncate(file, static_cast<off_t>(bytes)) == 0);
    return has_room ? Status{}
                    : system_error("making room for " + std::to_string(bytes >> 20) + " MB in " + path);
}

Status check_layout(SharedTables& tables, const std::string& path) {
    if (tables.magic == 0) {
        tables.layout = SL_LAYOUT;
        tables.bytes = sizeof(SharedTables);
        tables.shape = shape();
        tables.control.layout = SL_LAYOUT;
        tables.exceptions.set_bound(ExceptionTable::kMostEntries);
        tables.magic = kMagic;
    }
    if (tables.magic != kMagic || tables.layout != SL_LAYOUT || tables.bytes != sizeof(SharedTables) ||
        tables.shape != shape()) {
        return other_layout(path);
    }
    return {};
}

} // namespace

Result<SharedMemory> SharedMemory::map(int file, const std::string& path) {
    const std::size_t bytes = file >= 0 ? bytes_on(file) : sizeof(SharedTables);
    const int flags = file >= 0 ? MAP_SHARED : MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE;
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, file, 0);
    if (memory == MAP_FAILED) {
        return system_error("mapping " + path + " (" + std::to_string(bytes >> 20) + " MB)");
    }
    SharedMemory shared(memory, bytes, file >= 0 ? fcntl(file, F_DUPFD_CLOEXEC, 0) : -1);
    SL_TRY_VOID(check_layout(shared.tables(), path));
    return shared;
}

Result<SharedMemory> SharedMemory::open(const std::string& path, TableUser user) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        return system_error("opening the tables " + path);
    }
    auto lock = lock_of(user);
    Status ready =
        fcntl(file, F_OFD_SETLK, &lock) == 0
            ? fit(file, path)
            : Status(Error{Errc::kConflict,
                           std::string(user == TableUser::kEngine ? "another engine" : "another agent") +
                               " uses the tables " + path});
    auto shared = ready ? map(file, path) : Result<SharedMemory>(std::move(ready).error());
    close(file); // the map holds a copy, with the lock
    return shared;
}

Result<SharedMemory> SharedMemory::anonymous() {
    return map(-1, "memory");
}

SharedMemory::~SharedMemory() {
    if (memory_ != nullptr) {
        munmap(memory_, bytes_);
    }
    if (file_ >= 0) {
        close(file_);
    }
}

bool SharedMemory::has_engine() const {
    if (file_ < 0) {
        return true;
    }
    auto lock = lock_of(TableUser::kEngine);
    return fcntl(file_, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

bool SharedMemory::is_replaced(const std::string& path) const {
    struct stat ours {};
    struct stat there {};
    return file_ >= 0 && fstat(file_, &ours) == 0 && stat(path.c_str(), &there) == 0 &&
           (ours.st_ino != there.st_ino || ours.st_dev != there.st_dev);
}

} // namespace suanlu
