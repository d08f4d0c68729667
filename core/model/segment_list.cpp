// SPDX-License-Identifier: Apache-2.0
#include "core/model/segment_list.hpp"

namespace suanlu {

namespace {

std::uint16_t id_at(const Ip6& address, std::size_t index) {
    return static_cast<std::uint16_t>(address.bytes[4 + 2 * index] << 8 | address.bytes[5 + 2 * index]);
}

void put_id(Ip6& address, std::size_t index, std::uint16_t id) {
    address.bytes[4 + 2 * index] = static_cast<std::uint8_t>(id >> 8);
    address.bytes[5 + 2 * index] = static_cast<std::uint8_t>(id);
}

} // namespace

std::string SegmentList::text() const {
    std::string out;
    for (const Segment& segment : segments) {
        if (!out.empty()) {
            out += ' ';
        }
        out += segment.node;
    }
    return out;
}

Result<Ip6> pack_usid(const Prefix6& block, const SegmentList& list, const Ip6& service) {
    if (block.length != 32 || !block.contains(service)) {
        return Error{Errc::kBadInput,
                     "service SID " + service.text() + " is not in the F3216 block " + block.text()};
    }
    if (list.segments.empty() || list.segments.back().usid != id_at(service, 0)) {
        return Error{Errc::kBadInput, "the list must end at the owner of service SID " + service.text()};
    }
    if (list.segments.size() + 1 > kUsidsPerAddress) {
        return Error{Errc::kOutOfRange,
                     std::to_string(list.segments.size() + 1) + " ids do not fit one address"};
    }
    Ip6 out = block.address;
    std::size_t index = 0;
    for (const Segment& segment : list.segments) {
        put_id(out, index++, segment.usid);
    }
    put_id(out, index, id_at(service, 1));
    return out;
}

} // namespace suanlu
