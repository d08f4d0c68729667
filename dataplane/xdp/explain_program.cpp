// SPDX-License-Identifier: Apache-2.0
#include "dataplane/xdp/explain_program.hpp"

#include <bpf/libbpf.h>

#include <cstring>

#include "dataplane/xdp/bpf_map.hpp"
#include "explain.skel.h"

namespace suanlu {

namespace {

constexpr std::uint32_t kOnly = 0;
constexpr const char* kStory = "sl_story_map";

} // namespace

Result<std::unique_ptr<ExplainProgram>> ExplainProgram::load(const bpf_object& maps) {
    std::unique_ptr<ExplainProgram> program(new ExplainProgram(explain_bpf::open(nullptr)));
    if (program->skeleton_ == nullptr) {
        return kernel_error("opening the eBPF object that explains", errno);
    }
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, program->skeleton_->obj) {
        const char* name = bpf_map__name(map);
        const auto* shared = bpf_object__find_map_by_name(&maps, name);
        if (std::strcmp(name, kStory) != 0 &&
            (shared == nullptr || bpf_map__reuse_fd(map, bpf_map__fd(shared)) != 0)) {
            return Error{Errc::kKernel, std::string("map ") + name + " cannot be shared with explain"};
        }
    }
    if (const int code = explain_bpf::load(program->skeleton_); code != 0) {
        return kernel_error("loading the programs that explain", code);
    }
    return program;
}

ExplainProgram::~ExplainProgram() {
    explain_bpf::destroy(skeleton_);
}

Result<FlowRun> ExplainProgram::run(std::vector<std::uint8_t> frame, InterfaceRole role,
                                    std::uint32_t interface) const {
    const auto& programs = skeleton_->progs;
    const auto* program = role == InterfaceRole::kExternal ? programs.suanlu_explain_external
                          : role == InterfaceRole::kSite   ? programs.suanlu_explain_site
                                                           : programs.suanlu_explain_core;
    const int story = bpf_map__fd(skeleton_->maps.sl_story_map);
    FlowRun run;
    run.before = std::move(frame);
    run.after.resize(run.before.size() + SL_OUTER_MOST);
    run.story.interface = interface;
    SL_TRY_VOID(put_row(story, kStory, kOnly, run.story));
    LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = run.before.data(), .data_out = run.after.data(),
                .data_size_in = static_cast<std::uint32_t>(run.before.size()),
                .data_size_out = static_cast<std::uint32_t>(run.after.size()), .repeat = 1);
    if (const int code = bpf_prog_test_run_opts(bpf_program__fd(program), &options); code != 0) {
        return kernel_error("running the program that explains", code);
    }
    run.after.resize(options.data_size_out);
    if (const int code = bpf_map_lookup_elem(story, &kOnly, &run.story); code != 0) {
        return kernel_error("reading the story of a packet", code);
    }
    return run;
}

} // namespace suanlu
