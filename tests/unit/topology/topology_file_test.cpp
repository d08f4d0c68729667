// SPDX-License-Identifier: Apache-2.0
// Files: finding the format, gzip, limits.
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/topology/read_text.hpp"

namespace suanlu::topology_test {
namespace {

const std::string kGml = "graph [\n node [ id 1 ]\n node [ id 2 ]\n edge [ source 1 target 2 dist 10 ]\n]\n";

std::string packed(const std::string& text) {
    std::string out(text.size() + 1024, '\0');
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

class TopologyFile : public testing::Test {
protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() / ("suanlu-topology-" + std::to_string(getpid()));
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::string write(const std::string& name, const std::string& bytes) {
        std::ofstream(folder_ / name, std::ios::binary) << bytes;
        return (folder_ / name).string();
    }
    std::filesystem::path folder_;
};

TEST_F(TopologyFile, PlainAndPacked_ReadAlike) {
    const auto plain = load_topology(write("a.gml", kGml));
    const auto gzip = load_topology(write("b.gml.gz", packed(kGml)));
    const auto two = load_topology(write("c.gml.gz", packed(kGml.substr(0, 20)) + packed(kGml.substr(20))));
    ASSERT_TRUE(plain);
    ASSERT_TRUE(gzip);
    ASSERT_TRUE(two);
    EXPECT_EQ(plain->view.links.size(), 2U);
    EXPECT_EQ(plain->view.links, gzip->view.links);
    EXPECT_EQ(plain->view.links, two->view.links);
}

TEST_F(TopologyFile, Unreadable_SaysSo) {
    EXPECT_EQ(load_topology("/nowhere/a.gml").error().code, Errc::kNotFound);
    EXPECT_EQ(load_topology(folder_.string()).error().code, Errc::kNotFound);
    const std::string whole = packed(kGml);
    const std::string cut = write("cut.gml.gz", whole.substr(0, whole.size() - 9));
    EXPECT_EQ(load_topology(cut).error().text(), "bad-input: " + cut + ": no whole gzip file");
}

TEST_F(TopologyFile, TooLarge_IsRefusedPlainAndUnpacked) {
    ReadOptions options;
    options.most_bytes = 1000;
    const std::string large = kGml + std::string(5000, ' ');
    EXPECT_EQ(load_topology(write("a.gml", large), options).error().code, Errc::kOutOfRange);
    const std::string small = packed(large);
    ASSERT_LT(small.size(), 1000U);
    EXPECT_EQ(load_topology(write("a.gml.gz", small), options).error().code, Errc::kOutOfRange);
    EXPECT_EQ(read_topology({"a.gml", large}, options).error().code, Errc::kOutOfRange);
}

TEST(TopologyText, Format_ByContentWhenTheNameSaysNothing) {
    EXPECT_EQ(read("network", kGml).facts.format, "gml");
    EXPECT_EQ(read("network.json", kGml).facts.format, "gml");
    EXPECT_TRUE(
        refusal("network.gml", "hello world")
            .starts_with("bad-input: network.gml:1: looks like none of the known formats: graphml, "));
    EXPECT_TRUE(refusal("empty.gml", "").starts_with("bad-input: empty.gml:1: looks like none"));
}

TEST(TopologyText, Format_Given) {
    ReadOptions options;
    options.format = "gml";
    EXPECT_EQ(refusal("x.xml", "hello", options), "bad-input: x.xml:1: key 'hello' has no value");
    options.format = "dot";
    EXPECT_TRUE(
        refusal("x.xml", kGml, options).starts_with("bad-input: no topology format 'dot'; known: graphml, "));
}

TEST(TopologyText, Options_ScaleDelayAndChooseTheBlock) {
    ReadOptions options;
    options.delay_per_km = 4.9;
    options.sid_block = *Prefix6::parse("fd00:1::/32");
    const ReadTopology out = read("x.gml", kGml, options);
    EXPECT_EQ(out.view.links[0].delay.value, 49U);
    EXPECT_EQ(out.view.routers[1].locator.text(), "fd00:1:2::/48");
    options.sid_block = *Prefix6::parse("fd00::/16");
    EXPECT_EQ(refusal("x.gml", kGml, options), "bad-input: SID block fd00::/16 is neither a /32 nor a /48");
    options = {};
    options.delay_per_km = -1;
    EXPECT_EQ(refusal("x.gml", kGml, options), "bad-input: delay per km outside 0..1000 us");
}

TEST(TopologyText, EveryReader_RefusesTheEmptyText) {
    for (const TopologyReader& reader : topology_readers()) {
        ReadOptions options;
        options.format = std::string(reader.name);
        EXPECT_FALSE(read_topology({"x", ""}, options)) << reader.name;
    }
}

} // namespace
} // namespace suanlu::topology_test
