// SPDX-License-Identifier: Apache-2.0
#include "core/support/yaml_walk.hpp"

#include <gtest/gtest.h>

namespace suanlu {
namespace {

std::string first_error(const std::string& text, const std::function<void(YamlNode&)>& walk) {
    auto root = YamlNode::load_text(text, "x.yaml");
    if (!root) {
        return root.error().detail;
    }
    walk(*root);
    root->finish();
    const Status status = root->status();
    return status ? "" : status.error().detail;
}

TEST(YamlWalk, ReadsWhatIsThere_AndDefaultsTheRest) {
    const auto error = first_error("name: R1\ntick: 250ms\nport: 862\nlist: [1, 2]\n", [](YamlNode& root) {
        EXPECT_EQ(root.required("name").text(), "R1");
        EXPECT_DOUBLE_EQ(root.required("tick").duration().value, 0.25);
        EXPECT_EQ(root.required("port").integer(1, 65535), 862U);
        EXPECT_EQ(root.optional("list").items().size(), 2U);
        EXPECT_DOUBLE_EQ(root.optional("hold").duration({3}).value, 3);
    });
    EXPECT_EQ(error, "");
}

TEST(YamlWalk, UnknownKey_IsNamedWithItsLine) {
    const auto error = first_error("a: 1\nsites:\n  - name: x\n    colour: red\n", [](YamlNode& root) {
        (void)root.required("a").integer(0, 9);
        for (YamlNode site : root.required("sites").items()) {
            (void)site.required("name").text();
        }
    });
    EXPECT_EQ(error, "x.yaml:4: sites[0]: unknown key 'colour'");
}

TEST(YamlWalk, DuplicateKey_IsRefusedAnywhere) {
    EXPECT_EQ(first_error("a:\n  b: 1\n  b: 2\n", [](YamlNode&) {}), "x.yaml:3: duplicate key 'b'");
}

TEST(YamlWalk, MissingRequiredKey_NamesItsParent) {
    const auto error =
        first_error("a: {}\n", [](YamlNode& root) { (void)root.required("a").required("b").text(); });
    EXPECT_EQ(error, "x.yaml:1: a: missing key 'b'");
}

TEST(YamlWalk, WrongUnits_AreRefused) {
    for (const char* bad : {"3", "3 s", "3w", "-1s", "s", "1e999s", ".s"}) {
        const auto error = first_error(std::string("t: ") + bad + "\n",
                                       [](YamlNode& root) { (void)root.required("t").duration(); });
        EXPECT_NE(error.find("is not a duration with a unit"), std::string::npos) << bad << " -> " << error;
    }
}

TEST(YamlWalk, OutOfRangeAndWrongKinds_AreRefused) {
    EXPECT_NE(first_error("n: 70000\n", [](YamlNode& r) { (void)r.required("n").integer(1, 65535); }), "");
    EXPECT_NE(first_error("n: nan\n", [](YamlNode& r) { (void)r.required("n").number(0, 1); }), "");
    EXPECT_NE(first_error("n: [1]\n", [](YamlNode& r) { (void)r.required("n").text(); }), "");
    EXPECT_NE(first_error("n: maybe\n", [](YamlNode& r) { (void)r.required("n").boolean(); }), "");
    EXPECT_NE(first_error("n: 10.0.0.1/8\n", [](YamlNode& r) { (void)r.required("n").prefix(); }), "");
    EXPECT_NE(first_error("n: x\n", [](YamlNode& r) { (void)r.required("n").items(); }), "");
}

TEST(YamlWalk, BrokenSyntax_NamesTheLine) {
    const auto error = first_error("a: 1\nb: [1, 2\n", [](YamlNode&) {});
    EXPECT_EQ(error.substr(0, 7), "x.yaml:") << error;
}

TEST(YamlWalk, MissingFile_IsNotFound) {
    EXPECT_EQ(YamlNode::load_file("/nonexistent/x.yaml").error().code, Errc::kNotFound);
}

} // namespace
} // namespace suanlu
