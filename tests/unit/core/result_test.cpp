// SPDX-License-Identifier: Apache-2.0
#include "core/support/result.hpp"

#include <gtest/gtest.h>

namespace suanlu {
namespace {

Result<int> half(int n) {
    if (n % 2 != 0) {
        return Error{Errc::kBadInput, std::to_string(n) + " is odd"};
    }
    return n / 2;
}

Result<int> quarter(int n) {
    SL_TRY(const int h, half(n));
    SL_TRY(const int q, half(h));
    return q;
}

Status check(int n) {
    SL_TRY_VOID(half(n).and_then([](int) { return Status{}; }));
    return {};
}

TEST(Result, TryMacro_OnSuccess_DeclaresTheValue) {
    EXPECT_EQ(*quarter(12), 3);
}

TEST(Result, TryMacro_OnFailure_ReturnsTheFirstError) {
    const auto r = quarter(6);
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().detail, "3 is odd");
}

TEST(Result, VoidResult_CarriesErrorsToo) {
    EXPECT_TRUE(check(4));
    EXPECT_EQ(check(5).error().code, Errc::kBadInput);
}

TEST(Result, MapError_AddsContext) {
    const auto r = half(3).map_error([](Error e) { return std::move(e).with("reading x.yaml"); });
    EXPECT_EQ(r.error().detail, "reading x.yaml: 3 is odd");
    EXPECT_EQ(r.error().text(), "bad-input: reading x.yaml: 3 is odd");
}

TEST(Result, Transform_KeepsErrors) {
    EXPECT_EQ(*half(8).transform([](int n) { return n + 1; }), 5);
    EXPECT_FALSE(half(7).transform([](int n) { return n + 1; }).has_value());
    EXPECT_EQ(half(7).value_or(-1), -1);
}

TEST(ResultDeathTest, ReadingTheValueOfAnError_Aborts) {
    EXPECT_DEATH((void)*half(3), "invariant.broken");
}

} // namespace
} // namespace suanlu
