// SPDX-License-Identifier: Apache-2.0
#include "controller/cli/show.hpp"

#include <gtest/gtest.h>

namespace suanlu {
namespace {

TEST(ShowEngines, PortsAndStages) {
    v1::EngineList list;
    EXPECT_EQ(show(list, false), "no ingress has reported\n");
    v1::EngineView& view = *list.add_ingresses();
    view.set_ingress("R1");
    view.set_age_s(0.136);
    view.mutable_engine()->set_name("dpdk");
    v1::EnginePort& port = *view.mutable_engine()->add_ports();
    port.set_interface("to-c");
    port.set_role("external");
    port.set_received(24447);
    port.set_missed(3);
    v1::EngineStage& stage = *view.mutable_engine()->add_stages();
    stage.set_name("steer");
    stage.set_packets(4);
    stage.set_nanoseconds(1000);
    stage.add_bursts(0);
    stage.add_bursts(2);
    EXPECT_EQ(show(list, false), "R1, dpdk, reported 136 ms ago\n"
                                 "PORT  ROLE      STATE  RECEIVED  SENT  MISSED  ERRORS\n"
                                 "to-c  external  up        24447     0       3       0\n"
                                 "\n"
                                 "STAGE  PACKETS  PER PACKET  BURST P50      P99    P99.9\n"
                                 "steer        4    250.0 ns    <0.0 us  <0.0 us  <0.0 us\n");
}

TEST(ShowEngines, QueuesThatNobodyPolls) {
    v1::EngineList list;
    v1::EngineState& engine = *list.add_ingresses()->mutable_engine();
    engine.add_ports()->set_interface("to-c");
    engine.add_ports()->set_interface("to-t");
    EXPECT_EQ(show(list, false).find("polled"), std::string::npos);
    engine.mutable_ports(1)->set_unpolled_queues(2);
    EXPECT_NE(
        show(list, false)
            .find("\nto-t: not polled are 2 of its receive queues; what comes by them is not steered\n"),
        std::string::npos);
}

} // namespace
} // namespace suanlu
