// SPDX-License-Identifier: Apache-2.0
#include "dataplane/xdp/interface_stats.hpp"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "dataplane/xdp/bpf_map.hpp"

namespace suanlu {
namespace {

bool is_running(const std::string& interface) {
    const FileDescriptor any(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq asked{};
    interface.copy(asked.ifr_name, sizeof asked.ifr_name - 1);
    return ioctl(any.get(), SIOCGIFFLAGS, &asked) == 0 && (asked.ifr_flags & IFF_RUNNING) != 0;
}

/// All zero when the kernel does not say.
rtnl_link_stats64 stats_of(unsigned index) {
    rtnl_link_stats64 stats{};
    struct {
        nlmsghdr header;
        if_stats_msg body;
    } request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = RTM_GETSTATS;
    request.header.nlmsg_flags = NLM_F_REQUEST;
    request.body.ifindex = index;
    request.body.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64);
    const FileDescriptor kernel(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    alignas(nlmsghdr) std::array<char, 4096> answer;
    if (send(kernel.get(), &request, sizeof request, 0) != sizeof request) {
        return stats;
    }
    const auto got = recv(kernel.get(), answer.data(), answer.size(), 0);
    constexpr std::size_t kBefore = NLMSG_SPACE(sizeof(if_stats_msg)) + RTA_LENGTH(0);
    nlmsghdr header{};
    std::memcpy(&header, answer.data(), got > 0 ? std::min<std::size_t>(got, sizeof header) : 0);
    if (header.nlmsg_type == RTM_NEWSTATS && static_cast<std::size_t>(got) >= kBefore) {
        std::memcpy(&stats, answer.data() + kBefore, std::min(sizeof stats, got - kBefore));
    }
    return stats;
}

} // namespace

EnginePort port_on(const std::string& interface) {
    const unsigned index = if_nametoindex(interface.c_str());
    const auto stats = index != 0 ? stats_of(index) : rtnl_link_stats64{};
    return {interface,
            {},
            !is_running(interface),
            stats.rx_packets,
            stats.tx_packets,
            stats.rx_missed_errors,
            stats.rx_errors + stats.tx_errors,
            stats.rx_bytes,
            stats.tx_bytes};
}

} // namespace suanlu
