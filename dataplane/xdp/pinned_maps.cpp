// SPDX-License-Identifier: Apache-2.0
#include "dataplane/xdp/pinned_maps.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>

#include "dataplane/steer/wire.h"
#include "dataplane/xdp/map_store.hpp"
#include "dataplane/xdp/object_load.hpp"
#include "dataplane/xdp/xdp_attach.hpp"

namespace suanlu {
namespace {

std::string pin_of(const std::string& folder, const char* map) {
    return folder + "/" + map;
}

/// libbpf takes over pinned maps by itself when their shapes agree. Two differ by design: the exception table
/// has the bound it was made with, and the kernel adds a flag of its own to device maps.
Status take_over(steer_bpf& skeleton, const std::string& folder) {
    for (auto* map : {skeleton.maps.sl_exceptions, skeleton.maps.sl_interfaces}) {
        const FileDescriptor pinned(bpf_obj_get(pin_of(folder, bpf_map__name(map)).c_str()));
        bpf_map_info about{};
        std::uint32_t length = sizeof about;
        const bool fits = pinned.is_open() && bpf_obj_get_info_by_fd(pinned.get(), &about, &length) == 0 &&
                          about.type == static_cast<std::uint32_t>(bpf_map__type(map)) &&
                          about.key_size == bpf_map__key_size(map) &&
                          about.value_size == bpf_map__value_size(map);
        if (!fits || bpf_map__reuse_fd(map, pinned.get()) != 0) {
            return Error{Errc::kConflict,
                         pin_of(folder, bpf_map__name(map)) + " is missing or has another shape"};
        }
    }
    return {};
}

} // namespace

Result<bool> find_pinned(const std::string& folder) {
    const FileDescriptor control(bpf_obj_get(pin_of(folder, "sl_control_map").c_str()));
    if (!control.is_open()) {
        return false;
    }
    // The kernel copies as many bytes as the map's values have, whoever asks.
    bpf_map_info about{};
    std::uint32_t length = sizeof about;
    if (bpf_obj_get_info_by_fd(control.get(), &about, &length) != 0 ||
        about.key_size != sizeof(std::uint32_t) || about.value_size != sizeof(sl_control)) {
        return Error{Errc::kConflict, folder + " holds a control map of " + std::to_string(about.value_size) +
                                          " bytes, this program has " + std::to_string(sizeof(sl_control)) +
                                          "; withdraw it first"};
    }
    sl_control record{};
    const std::uint32_t only = 0;
    if (const int code = bpf_map_lookup_elem(control.get(), &only, &record); code != 0) {
        return Error{Errc::kConflict, folder + " holds a control map of another shape; withdraw it first"};
    }
    if (record.layout == 0) { // killed while making them: nothing was attached yet
        SL_TRY_VOID(remove_pins(folder));
        SL_TRY_VOID(prepare_pin_folder(folder));
        return false;
    }
    if (record.layout != SL_LAYOUT) {
        return Error{Errc::kConflict, folder + " holds tables of layout " + std::to_string(record.layout) +
                                          ", this program has " + std::to_string(SL_LAYOUT) +
                                          "; withdraw them first"};
    }
    return true;
}

Result<Skeleton> load_pinned(const std::string& folder, std::uint32_t exceptions, bool is_adopting,
                             bool has_programs) {
    libbpf_set_print(nullptr);
    Skeleton skeleton(steer_bpf::open(nullptr));
    if (!skeleton) {
        return kernel_error("opening the eBPF object", errno);
    }
    if (is_adopting) {
        SL_TRY_VOID(take_over(*skeleton, folder));
    } else {
        bpf_map__set_max_entries(skeleton->maps.sl_exceptions, exceptions);
    }
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, skeleton->obj) {
        bpf_program__set_autoload(program, has_programs);
    }
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, skeleton->obj) {
        const auto path = pin_of(folder, bpf_map__name(map));
        if (const int code = bpf_map__set_pin_path(map, path.c_str()); code != 0) {
            return kernel_error("naming the pin " + path, code);
        }
    }
    if (Status done = load_object(skeleton->skeleton, "the XDP programs"); !done) {
        if (is_adopting && errno == EINVAL) {
            return Error{Errc::kConflict, folder + " holds maps of another shape; withdraw them first"};
        }
        return done.error();
    }
    return skeleton;
}

} // namespace suanlu
