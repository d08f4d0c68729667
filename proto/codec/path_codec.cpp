// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/path_codec.hpp"

#include "proto/codec/field_codec.hpp"
#include "proto/codec/plan_codec.hpp"
#include "suanlu/v1/agent.pb.h"

namespace suanlu {

namespace {

using codec::bad_field;
using codec::check_count;
using codec::check_name;
using codec::check_range;
using codec::item_path;
using codec::read_address;
using codec::write_address;

Result<EncapMode> read_mode(std::string_view field, const std::string& text) {
    for (const auto each : {EncapMode::kUsid, EncapMode::kEncaps, EncapMode::kEncapsRed}) {
        if (to_text(each) == text) {
            return each;
        }
    }
    return text.empty() ? Result<EncapMode>(EncapMode::kUsid) : bad_field(field, "no such mode");
}

Status decode_way(const std::string& at, const v1::PathPlan& from, PathPlan& out) {
    SL_TRY(out.destination6, read_address(at + "destination6", from.destination6(), true));
    SL_TRY(out.destination4, read_address(at + "destination4", from.destination4(), true));
    if (out.destination6.is_zero() && out.destination4.is_zero()) {
        return bad_field(at + "destination6", "a path needs a destination for one family at least");
    }
    SL_TRY(out.mode, read_mode(at + "mode", from.mode()));
    SL_TRY_VOID(check_count(at + "sids", from.sids_size(), static_cast<int>(kMostSegments) - 1));
    for (int i = 0; i < from.sids_size(); ++i) {
        SL_TRY(const Ip6 sid, read_address(at + "sids[" + std::to_string(i) + "]", from.sids(i)));
        out.sids.push_back(sid);
    }
    if (out.mode == EncapMode::kUsid && !out.sids.empty()) {
        return bad_field(at + "sids", "mode usid has its whole list in the destination");
    }
    out.weight = from.weight();
    return {};
}

} // namespace

Result<PathPlan> decode_path(const std::string& at, SiteId site, const v1::PathPlan& from) {
    PathPlan out;
    const std::uint32_t first = path_id(site, 0).value;
    SL_TRY_VOID(check_range(at + "id", from.id(), first, first + kPathsPerSite - 1));
    out.id.value = from.id();
    SL_TRY_VOID(check_name(at + "egress", from.egress()));
    out.egress = from.egress();
    SL_TRY_VOID(check_count(at + "segments", from.segments_size(), kMaxPathSegments));
    for (int i = 0; i < from.segments_size(); ++i) {
        const auto& segment = from.segments(i);
        SL_TRY_VOID(check_name(item_path(at + "segments", i) + "node", segment.node()));
        SL_TRY_VOID(check_range(item_path(at + "segments", i) + "usid", segment.usid(), 0, 0xffff));
        out.segments.segments.push_back({segment.node(), static_cast<std::uint16_t>(segment.usid())});
    }
    SL_TRY_VOID(decode_way(at, from, out));
    out.delay.value = from.delay_us();
    SL_TRY_VOID(check_range(at + "mtu", from.mtu(), kLeastMtu, 65'535));
    out.mtu.value = from.mtu();
    SL_TRY_VOID(check_count(at + "links", from.links_size(), kMaxPathLinks));
    for (int i = 0; i < from.links_size(); ++i) {
        SL_TRY_VOID(codec::check_text(at + "links", from.links(i), 2 * codec::kMaxName));
        out.links.push_back(from.links(i));
    }
    return out;
}

void encode(const PathPlan& from, v1::PathPlan& to) {
    to.set_id(from.id.value);
    to.set_egress(from.egress);
    for (const Segment& segment : from.segments.segments) {
        auto& out = *to.add_segments();
        out.set_node(segment.node);
        out.set_usid(segment.usid);
    }
    to.set_destination6(write_address(from.destination6));
    to.set_destination4(write_address(from.destination4));
    if (from.mode != EncapMode::kUsid) {
        to.set_mode(std::string(to_text(from.mode)));
    }
    for (const Ip6& sid : from.sids) {
        to.add_sids(write_address(sid));
    }
    to.set_weight(from.weight);
    to.set_delay_us(from.delay.value);
    to.set_mtu(from.mtu.value);
    for (const std::string& link : from.links) {
        to.add_links(link);
    }
}

} // namespace suanlu
