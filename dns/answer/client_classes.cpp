// SPDX-License-Identifier: Apache-2.0
// A binary tree of the prefixes, folded until no two sibling leaves agree, gives each leaf's depth as its
// scope; it is then flattened into nodes of eight bits, at most four look-ups for IPv4.
#include "dns/answer/client_classes.hpp"

#include <algorithm>

namespace suanlu::dns {

namespace {

constexpr unsigned kStride = 8;

class BinaryTree {
public:
    struct Node {
        /// 0 = none; the root is nobody's child.
        std::uint32_t child[2] = {0, 0};
        std::uint16_t number = 0;
        bool has_number = false;

        [[nodiscard]] bool is_leaf() const { return child[0] == 0; }
    };

    void insert(const std::uint8_t* octets, unsigned bits, std::uint16_t number) {
        std::uint32_t at = 0;
        for (unsigned bit = 0; bit < bits; ++bit) {
            at = child(at, octets[bit / 8] >> (7 - bit % 8) & 1U);
        }
        nodes_[at].number = number;
        nodes_[at].has_number = true;
    }
    /// Numbers to the leaves; equal siblings become one.
    void fold() { fold(0, 0); }
    [[nodiscard]] const Node& operator[](std::uint32_t at) const { return nodes_[at]; }

private:
    std::uint32_t child(std::uint32_t at, unsigned side) {
        if (nodes_[at].child[side] == 0) {
            nodes_.emplace_back();
            nodes_[at].child[side] = static_cast<std::uint32_t>(nodes_.size() - 1);
        }
        return nodes_[at].child[side];
    }
    void fold(std::uint32_t at, std::uint16_t inherited) {
        const std::uint16_t number = nodes_[at].has_number ? nodes_[at].number : inherited;
        nodes_[at].number = number;
        if (nodes_[at].child[0] == 0 && nodes_[at].child[1] == 0) {
            return;
        }
        for (const unsigned side : {0U, 1U}) {
            fold(child(at, side), number);
        }
        const Node& left = nodes_[nodes_[at].child[0]];
        const Node& right = nodes_[nodes_[at].child[1]];
        if (left.is_leaf() && right.is_leaf() && left.number == right.number) {
            nodes_[at].number = left.number;
            nodes_[at].child[0] = nodes_[at].child[1] = 0;
        }
    }

    std::vector<Node> nodes_{1};
};

/// Entry of `at` in the flat form; `depth` bits lie above it.
std::uint32_t flatten(const BinaryTree& tree, std::uint32_t at, unsigned depth, std::uint32_t node_bit,
                      std::vector<std::uint32_t>& out) {
    if (tree[at].is_leaf()) {
        return depth << 16U | tree[at].number;
    }
    const auto node = static_cast<std::uint32_t>(out.size() >> kStride);
    out.resize(out.size() + (1U << kStride));
    for (std::uint32_t octet = 0; octet < 1U << kStride; ++octet) {
        std::uint32_t below = at;
        unsigned bits = 0;
        while (bits < kStride && !tree[below].is_leaf()) {
            below = tree[below].child[octet >> (kStride - 1 - bits++) & 1U];
        }
        const std::uint32_t entry = flatten(tree, below, depth + bits, node_bit, out);
        out[(node << kStride) + octet] = entry;
    }
    return node | node_bit;
}

} // namespace

ClientClasses::ClientClasses(const std::vector<std::pair<Prefix6, std::uint16_t>>& prefixes) {
    BinaryTree v4;
    BinaryTree v6;
    for (const auto& [prefix, number] : prefixes) {
        if (prefix.address.is_mapped_v4() && prefix.length >= 96) {
            v4.insert(prefix.address.bytes.data() + 12, prefix.length - 96U, number);
        } else {
            v6.insert(prefix.address.bytes.data(), prefix.length, number);
        }
    }
    v4.fold();
    v6.fold();
    root4_ = flatten(v4, 0, 0, kNode, nodes_);
    root6_ = flatten(v6, 0, 0, kNode, nodes_);
}

void ClientClasses::for_each(const std::function<void(const Prefix6&, const ClientClass&)>& use) const {
    constexpr unsigned kMappedBits = 96;
    Prefix6 mapped;
    mapped.address.bytes[10] = mapped.address.bytes[11] = 0xff;
    walk(root6_, 0, 0, {}, use);
    walk(root4_, 0, kMappedBits, mapped, use);
}

void ClientClasses::walk(std::uint32_t entry, unsigned bits, unsigned base, Prefix6 prefix,
                         const std::function<void(const Prefix6&, const ClientClass&)>& use) const {
    if ((entry & kNode) == 0) {
        const ClientClass found{static_cast<std::uint16_t>(entry), static_cast<std::uint8_t>(entry >> 16U)};
        prefix.length = static_cast<std::uint8_t>(base + found.scope_bits);
        use(prefix, found);
        return;
    }
    for (std::size_t octet = 0; octet < kFanOut;) {
        const std::uint32_t below = nodes_[(entry & ~kNode) * kFanOut + octet];
        prefix.address.bytes[(base + bits) / kStride] = static_cast<std::uint8_t>(octet);
        walk(below, bits + kStride, base, prefix, use);
        // A leaf higher than the node's last bit stands in all cells below it.
        const unsigned depth = (below & kNode) != 0 ? bits + kStride : std::max(below >> 16U, bits);
        octet += std::size_t{1} << (bits + kStride - std::min(depth, bits + kStride));
    }
}

ClientClass class_of(const ClientClasses& classes, const Query& query, const Ip6& source) {
    if (query.subnet.source_bits == 0) {
        return {classes.find(source).number, 0};
    }
    ClientClass found = classes.find(query.subnet.address);
    if (query.subnet.family == 2 && query.subnet.address.is_mapped_v4()) {
        found.scope_bits = static_cast<std::uint8_t>(found.scope_bits + 96); // counted among 32 bits
    }
    found.scope_bits = std::min(found.scope_bits, query.subnet.source_bits);
    return found;
}

} // namespace suanlu::dns
