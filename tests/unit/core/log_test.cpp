// SPDX-License-Identifier: Apache-2.0
#include "core/support/log.hpp"

#include <gtest/gtest.h>

namespace suanlu {
namespace {

TEST(LogLine, EventComesFirst_ValuesFollow) {
    EXPECT_EQ(log_line("site.stale", {{"site", "mec-1"}, {"age_ms", 5300}, {"fatal", false}}),
              "event=site.stale site=mec-1 age_ms=5300 fatal=false");
}

TEST(LogLine, HostileText_CannotForgeFields) {
    EXPECT_EQ(log_line("x", {{"why", "a=b \"q\"\nevent=y"}}), "event=x why=\"a=b \\\"q\\\"\\x0aevent=y\"");
    EXPECT_EQ(log_line("x", {{"why", ""}}), "event=x why=\"\"");
}

} // namespace
} // namespace suanlu
