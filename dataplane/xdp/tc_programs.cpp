// SPDX-License-Identifier: Apache-2.0
#include "dataplane/xdp/tc_programs.hpp"

#include <bpf/libbpf.h>
#include <net/if.h>

#include <algorithm>
#include <filesystem>

#include "dataplane/xdp/bpf_map.hpp"
#include "dataplane/xdp/object_load.hpp"
#include "steer_tc.skel.h"

namespace suanlu {
namespace {

namespace fs = std::filesystem;

const std::string kPrefix = "tc_";
/// Where our filter stands among others of the interface; low priorities come first.
constexpr std::uint32_t kPriority = 197;
constexpr std::uint32_t kHandle = 1;

fs::path pin_path(const std::string& folder, const std::string& interface) {
    return fs::path(folder) / (kPrefix + interface);
}

void detach_tc(const fs::path& pin) {
    std::error_code ignored;
    fs::remove(pin, ignored);
    const unsigned index = if_nametoindex(pin.filename().string().substr(kPrefix.size()).c_str());
    LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = static_cast<int>(index), .attach_point = BPF_TC_INGRESS);
    LIBBPF_OPTS(bpf_tc_opts, filter, .handle = kHandle, .priority = kPriority);
    if (index != 0) {
        bpf_tc_detach(&hook, &filter); // an interface that was made anew has none
    }
}

} // namespace

Result<std::unique_ptr<TcPrograms>> TcPrograms::load(const bpf_object& maps) {
    std::unique_ptr<TcPrograms> programs(new TcPrograms(steer_tc_bpf::open(nullptr)));
    if (programs->skeleton_ == nullptr) {
        return kernel_error("opening the eBPF object for tc", errno);
    }
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, programs->skeleton_->obj) {
        const auto* shared = bpf_object__find_map_by_name(&maps, bpf_map__name(map));
        if (shared == nullptr || bpf_map__reuse_fd(map, bpf_map__fd(shared)) != 0) {
            return Error{Errc::kKernel,
                         std::string("map ") + bpf_map__name(map) + " cannot be shared with tc"};
        }
    }
    SL_TRY_VOID(load_object(programs->skeleton_->skeleton, "the tc programs"));
    return programs;
}

TcPrograms::~TcPrograms() {
    steer_tc_bpf::destroy(skeleton_);
}

Status TcPrograms::attach(const std::string& folder, const std::string& interface,
                          const std::string& program) {
    const unsigned index = if_nametoindex(interface.c_str());
    if (index == 0) {
        return Error{Errc::kNotFound, "no interface " + interface};
    }
    const auto* chosen = bpf_object__find_program_by_name(skeleton_->obj, program.c_str());
    LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = static_cast<int>(index), .attach_point = BPF_TC_INGRESS);
    if (const int code = bpf_tc_hook_create(&hook); code != 0 && code != -EEXIST) {
        return kernel_error("making the clsact hook of interface " + interface, code);
    }
    LIBBPF_OPTS(bpf_tc_opts, filter, .prog_fd = bpf_program__fd(chosen), .flags = BPF_TC_F_REPLACE,
                .handle = kHandle, .priority = kPriority);
    if (const int code = bpf_tc_attach(&hook, &filter); code != 0) {
        return kernel_error("attaching to the clsact hook of interface " + interface, code);
    }
    const auto pin = pin_path(folder, interface);
    std::error_code ignored;
    fs::remove(pin, ignored);
    if (const int code = bpf_obj_pin(bpf_program__fd(chosen), pin.c_str()); code != 0) {
        return kernel_error("pinning " + pin.string(), code);
    }
    return {};
}

bool is_tc_attached(const std::string& folder, const std::string& interface) {
    std::error_code ignored;
    const unsigned index = if_nametoindex(interface.c_str());
    LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = static_cast<int>(index), .attach_point = BPF_TC_INGRESS);
    LIBBPF_OPTS(bpf_tc_opts, filter, .handle = kHandle, .priority = kPriority);
    return index != 0 && fs::exists(pin_path(folder, interface), ignored) &&
           bpf_tc_query(&hook, &filter) == 0;
}

void detach_tc_others(const std::string& folder, const std::vector<std::string>& kept) {
    std::error_code ignored;
    std::vector<fs::path> gone;
    for (const auto& item : fs::directory_iterator(folder, ignored)) {
        const auto name = item.path().filename().string();
        if (name.starts_with(kPrefix) &&
            std::find(kept.begin(), kept.end(), name.substr(kPrefix.size())) == kept.end()) {
            gone.push_back(item.path());
        }
    }
    std::for_each(gone.begin(), gone.end(), detach_tc);
}

} // namespace suanlu
