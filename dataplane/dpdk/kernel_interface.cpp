// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/kernel_interface.hpp"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace suanlu {
namespace {

/// About the interface that `asked` names. Whether the kernel has answered.
bool ask(unsigned long what, ifreq& asked) {
    const int any = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool is_told = ioctl(any, what, &asked) == 0;
    close(any);
    return is_told;
}

ifreq about(const std::string& name) {
    ifreq asked{};
    name.copy(asked.ifr_name, sizeof asked.ifr_name - 1);
    return asked;
}

} // namespace

std::optional<std::uint32_t> mtu_of_interface(const std::string& name) {
    auto asked = about(name);
    return ask(SIOCGIFMTU, asked) ? std::optional(static_cast<std::uint32_t>(asked.ifr_mtu)) : std::nullopt;
}

std::optional<std::uint32_t> receive_queues_of_interface(const std::string& name) {
    ethtool_channels channels{};
    channels.cmd = ETHTOOL_GCHANNELS;
    auto asked = about(name);
    asked.ifr_data = reinterpret_cast<char*>(&channels);
    return ask(SIOCETHTOOL, asked) ? std::optional(channels.rx_count + channels.combined_count)
                                   : std::nullopt;
}

bool is_running(std::uint32_t interface) {
    ifreq asked{};
    return if_indextoname(interface, asked.ifr_name) != nullptr && ask(SIOCGIFFLAGS, asked) &&
           (asked.ifr_flags & IFF_RUNNING) != 0;
}

} // namespace suanlu
