// SPDX-License-Identifier: Apache-2.0
// A request/answer rtnetlink socket (RFC 3549) over libmnl. Synchronous: the kernel answers within
// microseconds, a dump within milliseconds. Used by one strand. A refusal of the kernel is kKernel with
// errno's text; an answer that is too long, late or malformed is an error, never a partial success.
#pragma once

#include <libmnl/libmnl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/support/result.hpp"

namespace suanlu {

/// One netlink message under construction; bounded, alignment as netlink wants it.
class NetlinkMessage {
public:
    NetlinkMessage(std::uint16_t type, std::uint16_t flags);
    /// Room for the fixed header behind nlmsghdr; zeroed.
    template <class Header>
    Header& extra() {
        return *static_cast<Header*>(mnl_nlmsg_put_extra_header(header(), sizeof(Header)));
    }
    [[nodiscard]] nlmsghdr* header() { return reinterpret_cast<nlmsghdr*>(bytes_.data()); }
    [[nodiscard]] const nlmsghdr* header() const { return reinterpret_cast<const nlmsghdr*>(bytes_.data()); }

private:
    alignas(nlmsghdr) std::array<std::uint8_t, 1024> bytes_{};
};

class NetlinkSocket {
public:
    using OnMessage = std::function<void(const nlmsghdr&)>;

    static Result<NetlinkSocket> open();
    /// Sends and reads until the acknowledgement or the end of the dump. `on_message` sees every message in
    /// between. The error carries errno in `last_errno`.
    Status request(NetlinkMessage& message, const OnMessage& on_message = {});
    /// errno of the last refused request, 0 after a success.
    [[nodiscard]] int last_errno() const { return last_errno_; }

private:
    struct Close {
        void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
    };
    explicit NetlinkSocket(mnl_socket* socket) : socket_(socket) {}
    Status read_answer(std::uint32_t sequence, const OnMessage& on_message);

    std::unique_ptr<mnl_socket, Close> socket_;
    std::uint32_t sequence_ = 0;
    int last_errno_ = 0;
};

/// Attributes of `message` behind a fixed header of `offset` bytes, by type; those above `most` and truncated
/// ones are left out. libmnl checks that each lies inside the message.
std::vector<const nlattr*> attributes_of(const nlmsghdr& message, std::size_t offset, std::uint16_t most);
std::vector<const nlattr*> nested_of(const nlattr& parent, std::uint16_t most);
/// The payload when it has exactly `size` bytes, else nullptr.
const void* payload_of(const nlattr* attribute, std::size_t size);

} // namespace suanlu
