// SPDX-License-Identifier: Apache-2.0
#include "dataplane/kernel/kernel_watch.hpp"

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "dataplane/kernel/route_message.hpp"

namespace suanlu {

namespace {

constexpr int kReceiveBuffer = 4 << 20;
constexpr std::uint32_t kGroups = RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV6_ROUTE | RTMGRP_IPV4_ROUTE |
                                  RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_IFADDR;
/// A network that never rests is looked at every so many quiet times.
constexpr int kMostSettles = 10;

struct Close {
    void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
};

void merge(KernelChanges& into, const KernelChanges& more) {
    into.routes |= more.routes;
    into.neighbours |= more.neighbours;
    into.links |= more.links;
    into.own_routes |= more.own_routes;
}

void add_message(const nlmsghdr& message, KernelChanges& out) {
    switch (message.nlmsg_type) {
    case RTM_NEWROUTE:
    case RTM_DELROUTE: {
        const auto route = parse_route(message);
        const bool is_ours = route && route->protocol == kRouteProtocol;
        // Our own additions are no news.
        out.routes |= !is_ours;
        out.own_routes |= is_ours && message.nlmsg_type == RTM_DELROUTE;
        break;
    }
    case RTM_NEWNEIGH:
    case RTM_DELNEIGH:
        out.neighbours = true;
        break;
    case RTM_NEWLINK:
    case RTM_DELLINK:
    case RTM_NEWADDR:
    case RTM_DELADDR:
        out.links = true;
        out.own_routes = true; // a link that went away took its routes along without a word
        break;
    default:
        break;
    }
}

} // namespace

KernelChanges read_changes(const void* bytes, std::size_t length) {
    KernelChanges out;
    int left = static_cast<int>(length);
    const auto* message = static_cast<const nlmsghdr*>(bytes);
    while (mnl_nlmsg_ok(message, left)) {
        add_message(*message, out);
        message = mnl_nlmsg_next(message, &left);
    }
    return out;
}

struct KernelWatch::State : std::enable_shared_from_this<State> {
    State(const Strand& s, Duration quiet, OnChange call)
        : strand(s), settle(quiet), on_change(std::move(call)), descriptor(s), timer(s) {}

    Strand strand;
    Duration settle;
    OnChange on_change;
    std::unique_ptr<mnl_socket, Close> socket;
    asio::posix::stream_descriptor descriptor;
    asio::steady_timer timer;
    KernelChanges pending;
    int postponed = 0;
    bool closed = false;
    std::uint64_t notifications = 0;
    std::uint64_t overflows = 0;

    void wait();
    void drain();
    void schedule();
    void deliver();
};

void KernelWatch::State::wait() {
    descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                          [self = shared_from_this()](const boost::system::error_code& ec) {
                              if (ec || self->closed) {
                                  return;
                              }
                              self->drain();
                              self->wait();
                          });
}

void KernelWatch::State::drain() {
    alignas(nlmsghdr) static thread_local std::array<char, 64 * 1024> buffer;
    for (int batch = 0; batch < 256; ++batch) {
        const ssize_t got = recv(mnl_socket_get_fd(socket.get()), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got < 0 && errno == ENOBUFS) {
            ++overflows;
            pending = {true, true, true, true};
            continue;
        }
        if (got <= 0) {
            break;
        }
        ++notifications;
        merge(pending, read_changes(buffer.data(), static_cast<std::size_t>(got)));
    }
    if (pending.any()) {
        schedule();
    }
}

void KernelWatch::State::schedule() {
    if (postponed >= kMostSettles) {
        return; // the timer that runs now will deliver
    }
    ++postponed;
    timer.expires_after(settle);
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
        if (!ec && !self->closed) {
            self->deliver();
        }
    });
}

void KernelWatch::State::deliver() {
    const KernelChanges changes = std::exchange(pending, {});
    postponed = 0;
    on_change(changes);
}

KernelWatch::KernelWatch(std::shared_ptr<State> state) : state_(std::move(state)) {
}

Result<std::unique_ptr<KernelWatch>> KernelWatch::open(const Strand& strand, Duration settle,
                                                       OnChange on_change) {
    auto state = std::make_shared<State>(strand, settle, std::move(on_change));
    state->socket.reset(mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!state->socket || mnl_socket_bind(state->socket.get(), kGroups, MNL_SOCKET_AUTOPID) < 0) {
        return Error{Errc::kKernel, std::string("netlink notifications: ") + std::strerror(errno)};
    }
    const int fd = mnl_socket_get_fd(state->socket.get());
    // Forced size needs CAP_NET_ADMIN; without it the default stays and overflows are handled.
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer);
    boost::system::error_code ec;
    state->descriptor.assign(fd, ec);
    if (ec) {
        return Error{Errc::kKernel, "netlink notifications: " + ec.message()};
    }
    asio::post(strand, [state] { state->wait(); });
    return std::unique_ptr<KernelWatch>(new KernelWatch(std::move(state)));
}

KernelWatch::~KernelWatch() {
    state_->closed = true;
    state_->timer.cancel();
    // The descriptor belongs to libmnl's socket, which closes it.
    state_->descriptor.release();
}

std::uint64_t KernelWatch::notifications() const {
    return state_->notifications;
}

std::uint64_t KernelWatch::overflows() const {
    return state_->overflows;
}

} // namespace suanlu
