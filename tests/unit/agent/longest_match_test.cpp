// SPDX-License-Identifier: Apache-2.0
// Which of the kernel's routes a destination takes, from routes that no kernel had.
#include <gtest/gtest.h>

#include "dataplane/kernel/next_hops.hpp"

namespace suanlu {
namespace {

KernelRoute route(const char* to, std::uint32_t metric, std::uint32_t link) {
    KernelRoute out;
    out.prefix = *Prefix6::parse(to);
    out.metric = metric;
    out.interface_index = link;
    return out;
}

TEST(LongestMatch, LongerPrefixFirst_ThenLowerMetric) {
    const std::vector routes{route("::/0", 1, 1), route("2001:db8::/32", 20, 2),
                             route("2001:db8:a::/48", 256, 3), route("2001:db8:a::/48", 20, 4),
                             route("2001:db8:a::1/128", 1024, 5)};
    const auto link_to = [&routes](const char* to) {
        const auto* found = longest_match(routes, *Ip6::parse(to));
        return found == nullptr ? 0 : found->interface_index;
    };
    EXPECT_EQ(link_to("2001:db8:a::1"), 5U);
    EXPECT_EQ(link_to("2001:db8:a::2"), 4U);
    EXPECT_EQ(link_to("2001:db8:b::2"), 2U);
    EXPECT_EQ(link_to("fc00::1"), 1U);
}

TEST(LongestMatch, NoneFits) {
    EXPECT_EQ(longest_match({route("2001:db8::/32", 1, 1)}, *Ip6::parse("fc00::1")), nullptr);
}

} // namespace
} // namespace suanlu
