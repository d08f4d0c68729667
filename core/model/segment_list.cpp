// SPDX-License-Identifier: Apache-2.0
#include "core/model/segment_list.hpp"

#include <algorithm>

namespace suanlu {

Ip6 usid_container(const Ip6& block, UsidFormat format, std::span<const std::uint16_t> ids) {
    SL_CHECK(ids.size() <= format.ids());
    Ip6 out;
    std::size_t at = format.block_bits / 8;
    std::copy_n(block.bytes.begin(), at, out.bytes.begin());
    for (const std::uint16_t id : ids) {
        out.bytes[at++] = static_cast<std::uint8_t>(id >> 8);
        out.bytes[at++] = static_cast<std::uint8_t>(id);
    }
    return out;
}

std::uint16_t usid_at(const Ip6& address, UsidFormat format, std::size_t index) {
    SL_CHECK(index < format.ids());
    const std::size_t at = format.block_bits / 8 + 2 * index;
    return static_cast<std::uint16_t>(address.bytes[at] << 8 | address.bytes[at + 1]);
}

std::string Segment::text() const {
    if (usid < kFirstLocalUsid) {
        return node;
    }
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out = node + "[";
    for (int shift = 12; shift >= 0; shift -= 4) {
        out += kDigits[(usid >> shift) & 15];
    }
    return out + "]";
}

std::string SegmentList::text() const {
    std::string out;
    for (const Segment& segment : segments) {
        if (!out.empty()) {
            out += ' ';
        }
        out += segment.text();
    }
    return out;
}

Result<Ip6> pack_usid(const Prefix6& block, const SegmentList& list, const Ip6& service) {
    if (block.length != 32 || !block.contains(service)) {
        return Error{Errc::kBadInput,
                     "service SID " + service.text() + " is not in the F3216 block " + block.text()};
    }
    if (list.segments.empty() || list.segments.back().usid != usid_at(service, kF3216, 0)) {
        return Error{Errc::kBadInput, "the list must end at the owner of service SID " + service.text()};
    }
    if (list.segments.size() + 1 > kUsidsPerAddress) {
        return Error{Errc::kOutOfRange,
                     std::to_string(list.segments.size() + 1) + " ids do not fit one address"};
    }
    std::vector<std::uint16_t> ids;
    for (const Segment& segment : list.segments) {
        ids.push_back(segment.usid);
    }
    ids.push_back(usid_at(service, kF3216, 1));
    return usid_container(block.address, kF3216, ids);
}

std::uint16_t locator_usid(const Prefix6& locator) {
    if (locator.length < 16 || locator.length % 8 != 0) {
        return 0;
    }
    const std::size_t end = locator.length / 8;
    return static_cast<std::uint16_t>(locator.address.bytes[end - 2] << 8 | locator.address.bytes[end - 1]);
}

bool starts_with_own_link(const SegmentList& list, std::string_view ingress) {
    return list.segments.size() > 1 && list.segments.front().node == ingress &&
           list.segments.front().usid >= kFirstLocalUsid;
}

SegmentList written_part(const SegmentList& list, std::string_view ingress) {
    SegmentList out = list;
    if (starts_with_own_link(list, ingress)) {
        out.segments.erase(out.segments.begin());
    }
    return out;
}

} // namespace suanlu
