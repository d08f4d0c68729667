// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/topology/read_text.hpp"

namespace suanlu::topology_test {
namespace {

const std::string kXml = R"(<?xml version="1.0" encoding="ISO-8859-1"?>
<network xmlns="http://sndlib.zib.de/network" version="1.0">
 <meta><unit>MBITPERSEC</unit></meta>
 <networkStructure>
  <nodes coordinatesType="geographical">
   <node id="A"><coordinates><x>0</x><y>0</y></coordinates></node>
   <node id="B"><coordinates><x>0</x><y>9</y></coordinates></node>
   <node id="C"/>
  </nodes>
  <links>
   <link id="L1">
    <source>A</source><target>B</target>
    <preInstalledModule><capacity>9920.0</capacity><cost>0.0</cost></preInstalledModule>
   </link>
   <link id="L2">
    <source>B</source><target>C</target>
    <additionalModules><addModule><capacity>40.0</capacity></addModule></additionalModules>
   </link>
  </links>
 </networkStructure>
 <demands><demand id="D"><source>A</source><target>Z</target></demand></demands>
</network>
)";

const std::string kNative = R"(?SNDlib native format; type: network; version: 1.0
# network example

META (
  granularity  = 6month
  unit  = MBITPERSEC
)

NODES (
  A ( 0 0 )
  B ( 0.00 9.0 )
  C
)

LINKS (
  L1 ( A B ) 9920.00 0.00 0.00 0.00 ( 40000.00 133.00 )
  L2 ( B C ) 0.00 0.00 0.00 0.00 ( )
)

DEMANDS (
  D ( A Z ) 1 3580.00 UNLIMITED
)
)";

std::string changed(std::string text, const std::string& piece, const std::string& by) {
    const std::size_t at = text.find(piece);
    EXPECT_NE(at, std::string::npos) << piece;
    return text.replace(at, piece.size(), by);
}

TEST(Sndlib, BothFormats_GiveTheSameNetwork) {
    const ReadTopology xml = read("x.xml", kXml);
    const ReadTopology native = read("x.txt", kNative);
    EXPECT_EQ(xml.facts.format, "sndlib-xml");
    EXPECT_EQ(native.facts.format, "sndlib-native");
    EXPECT_EQ(xml.view.routers, native.view.routers);
    EXPECT_EQ(xml.view.links, native.view.links);
    ASSERT_EQ(xml.view.routers.size(), 3U);
    ASSERT_EQ(xml.view.links.size(), 4U);
    EXPECT_EQ(link(xml, "A", "B").bandwidth->value, 9920e6 / 8);
    EXPECT_EQ(link(xml, "B", "A").delay.value, 5004U);
    EXPECT_FALSE(link(xml, "B", "C").bandwidth);
    EXPECT_EQ(link(xml, "B", "C").delay, kUnreachableDelay);
    EXPECT_TRUE(has_note(xml, "bandwidth: capacity of the module installed already, MBITPERSEC"));
    EXPECT_TRUE(has_note(xml, "bandwidth: unknown where no module is installed already"));
}

TEST(Sndlib, CapacityWithoutAKnownUnit_IsNotGuessed) {
    const ReadTopology none = read("x.xml", changed(kXml, "<unit>MBITPERSEC</unit>", ""));
    EXPECT_FALSE(link(none, "A", "B").bandwidth);
    EXPECT_TRUE(has_note(none, "the file states no unit of its capacities"));
    const ReadTopology strange = read("x.txt", changed(kNative, "= MBITPERSEC", "= STM1"));
    EXPECT_FALSE(link(strange, "A", "B").bandwidth);
    EXPECT_TRUE(has_note(strange, "unit STM1 of the capacities is not known"));
}

TEST(Sndlib, CoordinatesThatAreNoDegrees_GiveNoDelay) {
    const ReadTopology pixel = read("x.xml", changed(kXml, "geographical", "pixel"));
    EXPECT_EQ(link(pixel, "A", "B").delay, kUnreachableDelay);
    EXPECT_TRUE(has_note(pixel, "delay: not derived, the coordinates are no degrees"));
    const ReadTopology far = read("x.txt", changed(kNative, "9.0 )", "490 )"));
    EXPECT_EQ(link(far, "A", "B").delay, kUnreachableDelay);
    EXPECT_TRUE(has_note(far, "delay: not derived, the coordinates are no degrees"));
}

TEST(Sndlib, XmlRefusals_HaveTheirLine) {
    const auto refused = [](const std::string& piece, const std::string& by) {
        return refusal("x.xml", changed(kXml, piece, by));
    };
    EXPECT_EQ(refused("<target>C", "<target>Z"),
              "bad-input: x.xml:15: a link to 'Z', which is no router of this file");
    EXPECT_EQ(refused("<y>9</y>", "<y>n</y>"), "bad-input: x.xml:7: <y> is no number");
    EXPECT_EQ(refused("<y>9</y>", ""), "bad-input: x.xml:7: <y> is no number");
    EXPECT_EQ(refused("9920.0", "-1"), "bad-input: x.xml:13: a negative capacity");
    EXPECT_EQ(refused("9920.0", "1e300"), "bad-input: x.xml:11: a capacity above 1e18 bit/s");
    EXPECT_EQ(refused("id=\"C\"", "id=\"A\""), "bad-input: x.xml:8: router 'A' again, first in line 6");
}

TEST(Sndlib, NativeRefusals_HaveTheirLine) {
    const auto refused = [](const std::string& piece, const std::string& by) {
        return refusal("x.txt", changed(kNative, piece, by));
    };
    EXPECT_EQ(refused("( B C )", "( B Z )"),
              "bad-input: x.txt:17: a link to 'Z', which is no router of this file");
    EXPECT_EQ(refused("( 0 0 )", "( 0 )"), "bad-input: x.txt:10: a node is not NAME ( LONGITUDE LATITUDE )");
    EXPECT_EQ(refused("9920.00", "nan"),
              "bad-input: x.txt:16: a link is not NAME ( NODE NODE ) CAPACITY ...");
    EXPECT_EQ(refused("LINKS (", "LINKS"), "bad-input: x.txt:15: expected a section, e.g. NODES (");
    EXPECT_EQ(refused("UNLIMITED\n)", "UNLIMITED\n"), "bad-input: x.txt:22: section DEMANDS has no end");
}

} // namespace
} // namespace suanlu::topology_test
