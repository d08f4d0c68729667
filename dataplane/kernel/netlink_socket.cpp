// SPDX-License-Identifier: Apache-2.0
#include "dataplane/kernel/netlink_socket.hpp"

#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>

namespace suanlu {

namespace {

/// The kernel answers at once or never: a lost answer must not stop the agent.
constexpr timeval kAnswerTimeout{1, 0};
constexpr std::size_t kReceiveBytes = 64 * 1024;
/// Batches of one dump; 64 KiB each is more than a full table of a million routes.
constexpr int kMaxBatches = 8'192;

Error kernel_error(int number, const char* what) {
    return Error{Errc::kKernel, std::string(what) + ": " + std::strerror(number)};
}

struct Collect {
    std::vector<const nlattr*> found;
    std::uint16_t most;
};

int collect(const nlattr* attribute, void* context) {
    auto& out = *static_cast<Collect*>(context);
    const std::uint16_t type = mnl_attr_get_type(attribute);
    if (type <= out.most) {
        out.found[type] = attribute;
    }
    return MNL_CB_OK;
}

int forward(const nlmsghdr* message, void* context) {
    const auto& on_message = *static_cast<const NetlinkSocket::OnMessage*>(context);
    if (on_message) {
        on_message(*message);
    }
    return MNL_CB_OK;
}

} // namespace

NetlinkMessage::NetlinkMessage(std::uint16_t type, std::uint16_t flags) {
    nlmsghdr* h = mnl_nlmsg_put_header(bytes_.data());
    h->nlmsg_type = type;
    h->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
}

Result<NetlinkSocket> NetlinkSocket::open() {
    NetlinkSocket out(mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC));
    if (!out.socket_ || mnl_socket_bind(out.socket_.get(), 0, MNL_SOCKET_AUTOPID) < 0) {
        return kernel_error(errno, "netlink socket");
    }
    const int fd = mnl_socket_get_fd(out.socket_.get());
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kAnswerTimeout, sizeof kAnswerTimeout) != 0) {
        return kernel_error(errno, "netlink timeout");
    }
    int strict = 1; // dumps filtered by the kernel where it can
    (void)mnl_socket_setsockopt(out.socket_.get(), NETLINK_GET_STRICT_CHK, &strict, sizeof strict);
    return out;
}

Status NetlinkSocket::request(NetlinkMessage& message, const OnMessage& on_message) {
    nlmsghdr* h = message.header();
    h->nlmsg_seq = ++sequence_;
    last_errno_ = 0;
    if (mnl_socket_sendto(socket_.get(), h, h->nlmsg_len) < 0) {
        last_errno_ = errno;
        return kernel_error(last_errno_, "netlink send");
    }
    return read_answer(sequence_, on_message);
}

Status NetlinkSocket::read_answer(std::uint32_t sequence, const OnMessage& on_message) {
    alignas(nlmsghdr) static thread_local std::array<char, kReceiveBytes> buffer;
    auto* context = const_cast<OnMessage*>(&on_message);
    const unsigned port = mnl_socket_get_portid(socket_.get());
    for (int batch = 0; batch < kMaxBatches; ++batch) {
        const ssize_t got = mnl_socket_recvfrom(socket_.get(), buffer.data(), buffer.size());
        if (got < 0) {
            last_errno_ = errno;
            return kernel_error(last_errno_, "netlink answer");
        }
        const auto* first = reinterpret_cast<const nlmsghdr*>(buffer.data());
        if (got >= static_cast<ssize_t>(sizeof(nlmsghdr)) && first->nlmsg_seq != sequence) {
            continue; // the late answer of a request that timed out
        }
        const int verdict =
            mnl_cb_run(buffer.data(), static_cast<std::size_t>(got), sequence, port, forward, context);
        if (verdict < 0) {
            last_errno_ = errno;
            return kernel_error(last_errno_, "refused by the kernel");
        }
        if (verdict == MNL_CB_STOP) {
            return {};
        }
    }
    return Error{Errc::kExhausted, "netlink answer without an end"};
}

std::vector<const nlattr*> attributes_of(const nlmsghdr& message, std::size_t offset, std::uint16_t most) {
    Collect out{std::vector<const nlattr*>(most + 1U), most};
    if (mnl_nlmsg_get_payload_len(&message) >= offset) {
        (void)mnl_attr_parse(&message, static_cast<unsigned>(offset), collect, &out);
    }
    return out.found;
}

std::vector<const nlattr*> nested_of(const nlattr& parent, std::uint16_t most) {
    Collect out{std::vector<const nlattr*>(most + 1U), most};
    (void)mnl_attr_parse_nested(&parent, collect, &out);
    return out.found;
}

const void* payload_of(const nlattr* attribute, std::size_t size) {
    if (attribute == nullptr || mnl_attr_get_payload_len(attribute) != size) {
        return nullptr;
    }
    return mnl_attr_get_payload(attribute);
}

} // namespace suanlu
