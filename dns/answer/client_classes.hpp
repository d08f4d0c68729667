// SPDX-License-Identifier: Apache-2.0
// Which class a client belongs to: longest prefix match over IPv4 and IPv6, with the shortest prefix around
// the client that lies in one class as a whole. That is the scope of an answer (RFC 7871 section 7.2.1): a
// resolver may give it to all of the scope, and to no one beyond. Immutable, so any thread may look up. Pure.
#pragma once

#include <functional>
#include <utility>

#include "core/model/ip6.hpp"
#include "dns/answer/query.hpp"

namespace suanlu::dns {

struct ClientClass {
    std::uint16_t number = 0;
    /// Bits of the address, of 32 or 128, that decided.
    std::uint8_t scope_bits = 0;
};

class ClientClasses {
public:
    /// Without prefixes everybody is in class 0. A prefix given twice has the class given last. Uncovered
    /// clients are in class 0.
    explicit ClientClasses(const std::vector<std::pair<Prefix6, std::uint16_t>>& prefixes = {});

    /// `address` is IPv6 or mapped IPv4, each looked up among prefixes of its own family.
    [[nodiscard]] ClientClass find(const Ip6& address) const {
        const bool is_v4 = address.is_mapped_v4();
        const std::uint8_t* octet = address.bytes.data() + (is_v4 ? 12 : 0);
        std::uint32_t entry = is_v4 ? root4_ : root6_;
        while ((entry & kNode) != 0) {
            entry = nodes_[(entry & ~kNode) * kFanOut + *octet++];
        }
        return {static_cast<std::uint16_t>(entry), static_cast<std::uint8_t>(entry >> 16U)};
    }
    /// Each leaf as a prefix (IPv4 mapped) with what find() says of the addresses in it. IPv6 first: what a
    /// leaf there says of mapped addresses, a later one of IPv4 puts right.
    void for_each(const std::function<void(const Prefix6&, const ClientClass&)>& use) const;
    [[nodiscard]] std::size_t bytes() const { return nodes_.size() * sizeof(std::uint32_t); }

private:
    /// An entry is a node's number with this bit, or scope << 16 | class.
    static constexpr std::uint32_t kNode = 1U << 31U;
    static constexpr std::size_t kFanOut = 256;

    /// Leaves below `entry`, which `bits` bits of `prefix` lead to; lengths count from `base` on.
    void walk(std::uint32_t entry, unsigned bits, unsigned base, Prefix6 prefix,
              const std::function<void(const Prefix6&, const ClientClass&)>& use) const;

    std::vector<std::uint32_t> nodes_;
    std::uint32_t root4_ = 0;
    std::uint32_t root6_ = 0;
};

/// The class by which a query is answered, and the scope to say: by ECS where the query has it with at least
/// one bit, by `source` otherwise, and then the scope is 0. The scope never exceeds the bits of the query.
ClientClass class_of(const ClientClasses& classes, const Query& query, const Ip6& source);

} // namespace suanlu::dns
