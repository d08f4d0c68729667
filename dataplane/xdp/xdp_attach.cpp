// SPDX-License-Identifier: Apache-2.0
#include "dataplane/xdp/xdp_attach.hpp"

#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <linux/magic.h>
#include <net/if.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "dataplane/xdp/bpf_map.hpp"
#include "dataplane/xdp/tc_programs.hpp"

namespace suanlu {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLinkPrefix = "link_";

fs::path link_path(const std::string& folder, const std::string& interface) {
    return fs::path(folder) / (kLinkPrefix + interface);
}

bool is_on_bpffs(const fs::path& path) {
    struct statfs about {};
    return statfs(path.c_str(), &about) == 0 && about.f_type == BPF_FS_MAGIC;
}

// Distributions with systemd mount it at boot, small systems and fresh containers do not; the place is the
// kernel's own and empty without it, so mounting it disturbs nobody (bpftool does the same).
Status mount_bpffs(const std::string& folder) {
    const std::string place = "/sys/fs/bpf";
    if (!folder.starts_with(place + "/")) {
        return Error{Errc::kUnsupported,
                     folder + " is not on a bpf file system (choose pins below " + place + ")"};
    }
    if (mount("bpf", place.c_str(), "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") != 0) {
        return Error{Errc::kKernel, "mounting the bpf file system at " + place + ": " + std::strerror(errno) +
                                        " (as root: mount -t bpf bpf " + place + ")"};
    }
    return {};
}

/// The pinned link, if it still holds this very interface.
FileDescriptor find_link(const fs::path& path, unsigned index) {
    FileDescriptor link(bpf_obj_get(path.c_str()));
    bpf_link_info about{};
    std::uint32_t length = sizeof about;
    const bool holds = link.is_open() && bpf_obj_get_info_by_fd(link.get(), &about, &length) == 0 &&
                       about.xdp.ifindex == index;
    return holds ? std::move(link) : FileDescriptor{};
}

/// The same; one of an interface that is gone is removed.
FileDescriptor open_link(const fs::path& path, unsigned index) {
    FileDescriptor link = find_link(path, index);
    if (link.is_open()) {
        return link;
    }
    std::error_code ignored;
    fs::remove(path, ignored);
    return {};
}

/// Takes the program off at once: the removal of a pin alone does so later, from a worker of the kernel. One
/// whose interface is gone holds nothing, which is no fault.
void detach(const fs::path& path) {
    const FileDescriptor link(bpf_obj_get(path.c_str()));
    if (link.is_open()) {
        bpf_link_detach(link.get());
    }
}

Result<AttachMode> attach_anew(const fs::path& path, unsigned index, const std::string& name, int program,
                               bool allow_generic) {
    LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_DRV_MODE);
    auto mode = AttachMode::kNative;
    int link = bpf_link_create(program, static_cast<int>(index), BPF_XDP, &options);
    if (link < 0 && link != -EBUSY && allow_generic) {
        options.flags = XDP_FLAGS_SKB_MODE;
        mode = AttachMode::kGeneric;
        link = bpf_link_create(program, static_cast<int>(index), BPF_XDP, &options);
    }
    if (link < 0) {
        return kernel_error("attaching to interface " + name, link);
    }
    const FileDescriptor owned(link);
    if (const int code = bpf_obj_pin(owned.get(), path.c_str()); code != 0) {
        return kernel_error("pinning " + path.string(), code);
    }
    return mode;
}

} // namespace

Status prepare_pin_folder(const std::string& folder) {
    fs::path existing(folder);
    while (!existing.empty() && !fs::exists(existing)) {
        existing = existing.parent_path();
    }
    if (!is_on_bpffs(existing)) {
        SL_TRY_VOID(mount_bpffs(folder));
    }
    std::error_code error;
    fs::create_directories(folder, error);
    return error ? Status(Error{Errc::kKernel, "making " + folder + ": " + error.message()}) : Status{};
}

Result<AttachMode> attach_program(const std::string& folder, const std::string& interface, int program,
                                  bool allow_generic) {
    const unsigned index = if_nametoindex(interface.c_str());
    if (index == 0) {
        return Error{Errc::kNotFound, "no interface " + interface};
    }
    const auto path = link_path(folder, interface);
    const auto link = open_link(path, index);
    if (!link.is_open()) {
        return attach_anew(path, index, interface, program, allow_generic);
    }
    if (const int code = bpf_link_update(link.get(), program, nullptr); code != 0) {
        return kernel_error("exchanging the program of interface " + interface, code);
    }
    return AttachMode::kAdopted;
}

bool is_attached(const std::string& folder, const std::string& interface) {
    const unsigned index = if_nametoindex(interface.c_str());
    return index != 0 && find_link(link_path(folder, interface), index).is_open();
}

bool is_generic(const std::string& interface) {
    LIBBPF_OPTS(bpf_xdp_query_opts, about);
    const unsigned index = if_nametoindex(interface.c_str());
    return index != 0 && bpf_xdp_query(static_cast<int>(index), 0, &about) == 0 &&
           about.attach_mode == XDP_ATTACHED_SKB;
}

Status detach_others(const std::string& folder, const std::vector<std::string>& kept) {
    std::error_code error;
    std::vector<fs::path> gone;
    for (const auto& item : fs::directory_iterator(folder, error)) {
        const auto name = item.path().filename().string();
        const bool is_link = name.starts_with(kLinkPrefix);
        if (is_link &&
            std::find(kept.begin(), kept.end(), name.substr(std::string(kLinkPrefix).size())) == kept.end()) {
            gone.push_back(item.path());
        }
    }
    for (const auto& path : gone) {
        detach(path);
        fs::remove(path, error);
    }
    return error ? Status(Error{Errc::kKernel, "clearing " + folder + ": " + error.message()}) : Status{};
}

Status remove_pins(const std::string& folder) {
    std::error_code error;
    if (!fs::exists(folder, error)) {
        return {};
    }
    if (!is_on_bpffs(folder)) {
        return Error{Errc::kRefused, folder + " is not on a bpf file system; nothing removed"};
    }
    SL_TRY_VOID(detach_others(folder, {})); // links first: no program may run on half of its maps
    detach_tc_others(folder, {});
    std::vector<fs::path> pins;
    for (const auto& item : fs::directory_iterator(folder, error)) {
        pins.push_back(item.path());
    }
    for (const auto& pin : pins) {
        fs::remove(pin, error);
    }
    fs::remove(folder, error);
    return error ? Status(Error{Errc::kKernel, "removing " + folder + ": " + error.message()}) : Status{};
}

} // namespace suanlu
