// SPDX-License-Identifier: Apache-2.0
// Sends UDP packets of 40 + 8 + 40 bytes from one network namespace by an interface and counts what arrives
// with a destination of fc00::/8 at another one. Usage:
//   xdp-traffic FROM INTERFACE MAC TO INTERFACE xdp|tc DESTINATION FLOWS full SECONDS    prints packets/s
//   that arrive xdp-traffic FROM INTERFACE MAC TO INTERFACE xdp|tc DESTINATION FLOWS paced COUNT     prints
//   how many of COUNT are
//                                                                                      lost, sent at 25 a
//                                                                                      millisecond
// FROM and TO are names below /run/netns. Needs root.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "dataplane/api/synthetic_packet.hpp"
#include "dataplane/xdp/bpf_map.hpp"
#include "generator.skel.h"

namespace suanlu::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kBatch = 64;
constexpr int kFullRun = 100'000;
constexpr std::uint32_t kPerMillisecond = 25;

struct Closer {
    void operator()(generator_bpf* skeleton) const { generator_bpf::destroy(skeleton); }
    void operator()(bpf_link* link) const { bpf_link__destroy(link); }
};

struct Route {
    std::string from, out, mac, to, in, sink, destination;
    std::uint32_t flows = 1;
};

Status enter(const std::string& space) {
    const FileDescriptor file(open(("/run/netns/" + space).c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open() || setns(file.get(), CLONE_NEWNET) != 0) {
        return kernel_error("entering " + space, errno);
    }
    return {};
}

std::vector<std::uint8_t> frame_of(const Route& route) {
    SyntheticPacket packet;
    packet.flow = {*Ip6::parse("2001:db8:1::"), 1024, *Ip6::parse(route.destination), 9001, Transport::kUdp};
    packet.payload = 40;
    auto frame = build_frame(packet);
    std::sscanf(route.mac.c_str(), "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &frame[0], &frame[1], &frame[2],
                &frame[3], &frame[4], &frame[5]);
    return frame;
}

class Traffic {
public:
    static Result<Traffic> open(const Route& route) {
        Traffic traffic;
        traffic.skeleton_.reset(generator_bpf::open_and_load());
        if (!traffic.skeleton_) {
            return kernel_error("loading generator.bpf.c", errno);
        }
        SL_TRY_VOID(enter(route.to));
        SL_TRY_VOID(traffic.attach_sink(route));
        SL_TRY_VOID(enter(route.from));
        traffic.frame_ = frame_of(route);
        auto& state = *traffic.skeleton_->bss;
        std::memcpy(state.generator_frame, traffic.frame_.data(), sizeof state.generator_frame);
        state.generator_interface = if_nametoindex(route.out.c_str());
        state.generator_mask = route.flows - 1;
        return traffic;
    }

    Status send(int count) {
        LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame_.data(),
                    .data_size_in = static_cast<std::uint32_t>(frame_.size()), .repeat = count,
                    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = kBatch);
        const int code = bpf_prog_test_run_opts(bpf_program__fd(skeleton_->progs.generate), &options);
        return code == 0 ? Status{} : kernel_error("BPF_PROG_TEST_RUN with live frames", code);
    }

    std::uint64_t seen() {
        std::vector<std::uint64_t> counts(static_cast<std::size_t>(libbpf_num_possible_cpus()));
        const std::uint32_t only = 0;
        bpf_map_lookup_elem(bpf_map__fd(skeleton_->maps.generator_seen), &only, counts.data());
        return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    }

private:
    Status attach_sink(const Route& route) {
        const int index = static_cast<int>(if_nametoindex(route.in.c_str()));
        if (route.sink == "xdp") {
            xdp_.reset(bpf_program__attach_xdp(skeleton_->progs.sink_xdp, index));
            return xdp_ ? Status{} : kernel_error("attaching the sink", errno);
        }
        LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = index, .attach_point = BPF_TC_INGRESS);
        LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = bpf_program__fd(skeleton_->progs.sink_tc),
                    .flags = BPF_TC_F_REPLACE, .handle = 1, .priority = 1);
        bpf_tc_hook_create(&hook);
        const int code = bpf_tc_attach(&hook, &options);
        return code == 0 ? Status{} : kernel_error("attaching the sink", code);
    }

    std::unique_ptr<generator_bpf, Closer> skeleton_;
    std::unique_ptr<bpf_link, Closer> xdp_;
    std::vector<std::uint8_t> frame_;
};

Status at_full_speed(Traffic& traffic, double budget) {
    SL_TRY_VOID(traffic.send(kFullRun));
    const auto before = traffic.seen();
    const auto start = Clock::now();
    double spent = 0;
    while (spent < budget) {
        SL_TRY_VOID(traffic.send(kFullRun));
        spent = std::chrono::duration<double>(Clock::now() - start).count();
    }
    std::cout << static_cast<double>(traffic.seen() - before) / spent << "\n";
    return {};
}

/// A raw socket on the interface: a run with live frames takes the kernel many milliseconds to set up.
Result<FileDescriptor> open_sender(const std::string& interface) {
    FileDescriptor sender(socket(AF_PACKET, SOCK_RAW, 0));
    sockaddr_ll where{};
    where.sll_family = AF_PACKET;
    where.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
    if (!sender.is_open() || bind(sender.get(), reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) {
        return kernel_error("opening a socket on " + interface, errno);
    }
    return sender;
}

Status paced(Traffic& traffic, const Route& route, std::uint32_t count) {
    constexpr std::size_t kSourcePort = 54;
    SL_TRY(const auto sender, open_sender(route.out));
    auto frame = frame_of(route);
    std::cout << "sending" << std::endl;
    const auto start = Clock::now();
    for (std::uint32_t sent = 0; sent < count; sent++) {
        if (sent % kPerMillisecond == 0) {
            std::this_thread::sleep_until(start + std::chrono::milliseconds(sent / kPerMillisecond));
        }
        const std::uint32_t port = 1024 + sent % route.flows;
        frame[kSourcePort] = static_cast<std::uint8_t>(port >> 8);
        frame[kSourcePort + 1] = static_cast<std::uint8_t>(port);
        if (send(sender.get(), frame.data(), frame.size(), 0) < 0) {
            return kernel_error("sending", errno);
        }
    }
    // What is under way after the last packet: queues of this machine only.
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    std::cout << static_cast<std::int64_t>(count) - static_cast<std::int64_t>(traffic.seen()) << "\n";
    return {};
}

Status run(char** words) {
    libbpf_set_print(nullptr);
    const Route route{words[1], words[2], words[3], words[4],
                      words[5], words[6], words[7], static_cast<std::uint32_t>(std::stoul(words[8]))};
    SL_TRY(auto traffic, Traffic::open(route));
    return std::string(words[9]) == "full"
               ? at_full_speed(traffic, std::stod(words[10]))
               : paced(traffic, route, static_cast<std::uint32_t>(std::stoul(words[10])));
}

} // namespace
} // namespace suanlu::bench

int main(int count, char** words) {
    if (count != 11) {
        std::cerr
            << "xdp-traffic FROM INTERFACE MAC TO INTERFACE xdp|tc DESTINATION FLOWS full|paced AMOUNT\n";
        return 2;
    }
    const auto done = suanlu::bench::run(words);
    if (!done) {
        std::cerr << "xdp-traffic: " << done.error().text() << "\n";
    }
    return done ? 0 : 1;
}
