// SPDX-License-Identifier: Apache-2.0
#include "core/model/quantity_text.hpp"

#include <gtest/gtest.h>

namespace suanlu {

TEST(QuantityText, Durations_HaveAUnit) {
    EXPECT_DOUBLE_EQ(parse_duration("250us")->value, 0.00025);
    EXPECT_DOUBLE_EQ(parse_duration("1.5ms")->value, 0.0015);
    EXPECT_DOUBLE_EQ(parse_duration("5m")->value, 300);
    for (const char* bad :
         {"", "5", "5 ms", "ms", "-5ms", "+5ms", "1e3ms", "5Ms", "1.2.3ms", "5msx", "0x5ms"}) {
        const auto refused = parse_duration(bad);
        ASSERT_FALSE(refused) << bad;
        EXPECT_EQ(refused.error().detail,
                  "'" + std::string(bad) + "' is not a duration with a unit (us, ms, s, m, h)");
    }
}

TEST(QuantityText, Delays_AreWholeMicrosecondsThatPathsReach) {
    EXPECT_EQ(parse_delay("5ms")->value, 5000U);
    EXPECT_EQ(parse_delay("0.4us")->value, 0U);
    EXPECT_EQ(parse_delay("2147s")->value, 2147000000U);
    EXPECT_EQ(parse_delay("2148s").error().code, Errc::kOutOfRange);
    EXPECT_EQ(parse_delay("99999999999h").error().code, Errc::kOutOfRange);
}

TEST(QuantityText, Bandwidths_AreBitsInPowersOf1000) {
    EXPECT_DOUBLE_EQ(parse_bandwidth("10Gbps")->value, 1.25e9);
    EXPECT_DOUBLE_EQ(parse_bandwidth("2.5Mbit/s")->value, 312500);
    EXPECT_DOUBLE_EQ(parse_bandwidth("8bps")->value, 1);
    EXPECT_EQ(parse_bandwidth("10").error().detail,
              "'10' is not a bandwidth with a unit (bps, kbps, Mbps, Gbps, Tbps)");
    EXPECT_FALSE(parse_bandwidth("10GBps"));
    EXPECT_FALSE(parse_bandwidth("10mbps"));
}

TEST(QuantityText, Losses_AreSharesOfPackets) {
    EXPECT_EQ(*parse_loss("0.1%"), 1000U);
    EXPECT_EQ(*parse_loss("30ppm"), 30U);
    EXPECT_EQ(*parse_loss("100%"), 1000000U);
    EXPECT_EQ(parse_loss("101%").error().code, Errc::kOutOfRange);
    EXPECT_EQ(parse_loss("0.1").error().detail, "'0.1' is not a loss with a unit (%, ppm)");
}

TEST(QuantityText, Printed_InTheUnitThatFits) {
    EXPECT_EQ(delay_text({0}), "0 us");
    EXPECT_EQ(delay_text({812}), "812 us");
    EXPECT_EQ(delay_text({5250}), "5.25 ms");
    EXPECT_EQ(delay_text({5000}), "5 ms");
    EXPECT_EQ(delay_text({999999}), "999.999 ms");
    EXPECT_EQ(delay_text({1500000}), "1.5 s");
    EXPECT_EQ(delay_text(kUnreachableDelay), "unknown");
    EXPECT_EQ(bandwidth_text({1.25e9}), "10 Gbit/s");
    EXPECT_EQ(bandwidth_text({1.25e13}), "100 Tbit/s");
    EXPECT_EQ(bandwidth_text({0}), "0 bit/s");
    EXPECT_EQ(bandwidth_text({124.99999 * 1e6}), "1 Gbit/s");
    EXPECT_EQ(loss_text(0), "0 %");
    EXPECT_EQ(loss_text(3), "3 ppm");
    EXPECT_EQ(loss_text(30), "30 ppm");
    EXPECT_EQ(loss_text(1000), "0.1 %");
}

} // namespace suanlu
