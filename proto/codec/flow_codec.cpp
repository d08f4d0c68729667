// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/flow_codec.hpp"

#include <algorithm>

#include "proto/codec/field_codec.hpp"
#include "suanlu/v1/agent.pb.h"

namespace suanlu {

namespace {

using codec::bad_field;
using codec::check_count;
using codec::check_name;
using codec::check_range;
using codec::check_text;
using codec::item_path;

constexpr std::size_t kMostText = 1000;
constexpr std::size_t kMostFrame = 10'000;

Status check_line(const std::string& field, const std::string& text) {
    SL_TRY_VOID(check_text(field, text, kMostText));
    const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
    return is_plain ? Status{} : bad_field(field, "not printable");
}

std::string hex_text(const std::vector<std::uint8_t>& bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    for (const std::uint8_t byte : bytes) {
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

} // namespace

void encode(const FlowQuestion& from, v1::FlowQuestion& to) {
    to.set_source(codec::write_address(from.flow.source));
    to.set_source_port(from.flow.source_port);
    to.set_destination(codec::write_address(from.flow.destination));
    to.set_destination_port(from.flow.destination_port);
    to.set_transport(std::string(to_text(from.flow.transport)));
    to.set_is_start(from.is_start);
    to.set_payload(from.payload);
    to.set_dscp(from.dscp);
    for (const std::uint16_t vlan : from.vlans) {
        to.add_vlans(vlan);
    }
    to.set_interface(from.interface);
}

Result<FlowQuestion> decode(const v1::FlowQuestion& from) {
    FlowQuestion out;
    SL_TRY(out.flow.source, codec::read_address("source", from.source()));
    SL_TRY(out.flow.destination, codec::read_address("destination", from.destination()));
    if (out.flow.source.is_mapped_v4() != out.flow.destination.is_mapped_v4()) {
        return bad_field("destination", "not of the source's IP version");
    }
    SL_TRY_VOID(check_range("source_port", from.source_port(), 0, 65'535));
    SL_TRY_VOID(check_range("destination_port", from.destination_port(), 0, 65'535));
    SL_TRY_VOID(check_range("payload", from.payload(), 0, kMostQuestionPayload));
    SL_TRY_VOID(check_range("dscp", from.dscp(), 0, 63));
    SL_TRY_VOID(check_count("vlans", from.vlans_size(), 2));
    SL_TRY_VOID(check_name("interface", from.interface(), true));
    if (from.transport() != "tcp" && from.transport() != "udp") {
        return bad_field("transport", "neither tcp nor udp");
    }
    out.flow.source_port = static_cast<std::uint16_t>(from.source_port());
    out.flow.destination_port = static_cast<std::uint16_t>(from.destination_port());
    out.flow.transport = from.transport() == "tcp" ? Transport::kTcp : Transport::kUdp;
    out.is_start = from.is_start();
    out.payload = static_cast<std::uint16_t>(from.payload());
    out.dscp = static_cast<std::uint8_t>(from.dscp());
    for (int i = 0; i < from.vlans_size(); ++i) {
        SL_TRY_VOID(check_range(item_path("vlans", i), from.vlans(i), 0, 4095));
        out.vlans.push_back(static_cast<std::uint16_t>(from.vlans(i)));
    }
    out.interface = from.interface();
    return out;
}

void encode(const FlowStory& from, v1::FlowStory& to) {
    to.set_engine(from.engine);
    to.set_verdict(from.verdict);
    to.set_reason(from.reason);
    to.set_reason_text(from.reason_text);
    to.set_service(from.service);
    to.set_site(from.site);
    to.set_path(from.path);
    to.set_interface(from.interface);
    for (const FlowStep& step : from.steps) {
        v1::FlowStep& line = *to.add_steps();
        line.set_stage(step.stage);
        line.set_what(step.what);
    }
    to.set_frame(hex_text(from.frame));
}

Status check(const v1::FlowStory& story) {
    for (const auto& [field, text] : {std::pair{"engine", &story.engine()},
                                      {"verdict", &story.verdict()},
                                      {"reason", &story.reason()},
                                      {"reason_text", &story.reason_text()},
                                      {"service", &story.service()},
                                      {"site", &story.site()},
                                      {"interface", &story.interface()}}) {
        SL_TRY_VOID(check_line(field, *text));
    }
    SL_TRY_VOID(check_count("steps", story.steps_size(), kMostStorySteps));
    for (int i = 0; i < story.steps_size(); ++i) {
        SL_TRY_VOID(check_line(item_path("steps", i) + "stage", story.steps(i).stage()));
        SL_TRY_VOID(check_line(item_path("steps", i) + "what", story.steps(i).what()));
    }
    SL_TRY_VOID(check_text("frame", story.frame(), 2 * kMostFrame));
    const bool is_hex = story.frame().find_first_not_of("0123456789abcdef") == std::string::npos;
    return is_hex ? Status{} : bad_field("frame", "not hexadecimal");
}

} // namespace suanlu
