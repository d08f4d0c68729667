// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/xdp/repeated_run.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <ctime>

#include "dataplane/xdp/bpf_map.hpp"

namespace suanlu::bench {
namespace {

constexpr std::uint32_t kTested = 0;
constexpr std::uint32_t kNothing = 1;
constexpr std::uint32_t kRedirected = 4; // XDP_REDIRECT

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

} // namespace

Result<RepeatedRun> RepeatedRun::open() {
    RepeatedRun run;
    run.skeleton_.reset(repeat_bpf::open_and_load());
    if (!run.skeleton_) {
        return kernel_error("loading repeat.bpf.c", errno);
    }
    const int nothing = bpf_program__fd(run.skeleton_->progs.nothing);
    SL_TRY_VOID(put_row(bpf_map__fd(run.skeleton_->maps.repeat_next), "next", kNothing, nothing));
    return run;
}

Result<double> RepeatedRun::run(int program, const RepeatedPacket& packet, std::uint32_t rounds) {
    auto& state = *skeleton_->bss;
    state.repeat_length = static_cast<std::uint32_t>(packet.frame.size());
    state.repeat_outer = packet.outer;
    state.repeat_mask = packet.flows - 1;
    state.repeat_is_counting = packet.is_new_each_time ? 1 : 0;
    state.repeat_turn = turn_;
    xdp_md context{};
    context.data_end = state.repeat_length;
    context.ingress_ifindex = packet.ingress;
    LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet.frame.data(),
                .data_size_in = state.repeat_length, .ctx_in = &context, .ctx_size_in = sizeof context,
                .repeat = static_cast<int>(rounds));
    const double start = cpu_seconds();
    const int code = bpf_prog_test_run_opts(program, &options);
    const double spent = cpu_seconds() - start;
    if (code != 0) {
        return kernel_error("BPF_PROG_TEST_RUN", code);
    }
    if (options.retval != kRedirected) {
        return Error{Errc::kConflict, "the packet was not redirected but " + std::to_string(options.retval)};
    }
    return spent * 1e9 / rounds;
}

Result<double> RepeatedRun::measure(int program, const RepeatedPacket& packet, std::uint32_t rounds) {
    SL_TRY_VOID(put_row(bpf_map__fd(skeleton_->maps.repeat_next), "next", kTested, program));
    SL_TRY(const auto alone, run(bpf_program__fd(skeleton_->progs.alone), packet, rounds));
    SL_TRY(const auto whole, run(bpf_program__fd(skeleton_->progs.again), packet, rounds));
    turn_ += rounds;
    return whole - alone;
}

} // namespace suanlu::bench
