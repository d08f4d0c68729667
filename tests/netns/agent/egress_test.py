#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An egress whose engine takes outer headers off (`decapsulation: engine`): the agent finds the link to the site, follows it, and
leaves the kernel's route beside it. Probes come over a uSID list and over a routing header. As in agent_test.py. Needs root."""
import json
import pathlib
import re
import sys
import time

from agent_lab import DX6, Lab, SITE, end_sid, packed, sh, tell
from agent_test import Story

REASONS = pathlib.Path(__file__).parents[3] / "dataplane/steer/reasons.def"


class EgressLab(Lab):
    def build(self):
        super().build()
        self.run("s", "ethtool", "-K", "to-e", "gro", "on")

    def engine(self, node):
        if node != "e":
            return super().engine(node)
        return (f"engine: xdp\ndecapsulation: engine\npins: {self.pins}-egress\n"
                "interfaces: [{name: to-t, role: core}, {name: to-s, role: site}]")

    def reason(self, name):
        number = re.findall(r"^SL_REASON\((\w+),", REASONS.read_text(), re.MULTILINE).index(name)
        key = [str(byte) for byte in number.to_bytes(4, "little")]
        row = json.loads(sh("bpftool", "-j", "map", "lookup", "pinned", f"{self.pins}-egress/sl_reasons", "key", *key))
        return sum(int.from_bytes(bytes(int(b, 16) for b in each["value"]), "little") for each in row["values"])


class EgressStory(Story):
    def engine_delivers_probes(self):
        lab = self.lab
        self.reflector = lab.start("s", lab.peer, "reflect", f"[{SITE}]:862", name="reflector")
        self.reflector.expect(lambda line: line == "ready", "start")
        paths = (f'paths {{ id: 4 egress: "E1" destination6: "{packed("fc00:0:a1:e1:f006::")}" mtu: 1500 }}\n'
                 f'paths {{ id: 5 egress: "E1" destination6: "{packed("fc00:0:e1:f006::")}" mtu: 1500 mode: "encaps" '
                 f'sids: "{packed("fc00:0:a1::")}" }}\n')
        self.send("i", [end_sid("1")], f'sites {{ id: 1 name: "mec-1" probe_address: "{packed(SITE)}"\n{paths} }}\n')
        self.control.expect(lambda l: l.startswith("R1 report") and "path4=up" in l and "path5=up" in l, "both paths up")
        before = lab.reason("decapsulated")
        self.control.expect(lambda l: l.startswith("R1 report"), "report")
        self.control.expect(lambda l: l.startswith("R1 report"), "report")
        assert lab.reason("decapsulated") > before, before
        assert set(lab.ours("e")) == {"fc00:0:e1::/48", "fc00:0:e1:f006::/64"}, "the kernel's routes are beside it"

    def routing_header_fails_alone(self):
        lab = self.lab
        self.control.drain()
        lab.run("t", "sysctl", "-qw", "net.ipv6.conf.to-i.seg6_enabled=0")
        self.control.expect(lambda l: "path4=up" in l and "path5=down" in l, "the list in the routing header is down")
        lab.run("t", "sysctl", "-qw", "net.ipv6.conf.to-i.seg6_enabled=1")
        self.control.expect(lambda l: "path4=up" in l and "path5=up" in l, "return")

    def link_that_goes_and_returns_is_followed(self):
        lab = self.lab
        lab.run("e", "ip", "link", "set", "to-s", "down")
        self.control.expect(lambda l: "path4=down" in l, "no way to the site")
        end = time.monotonic() + 5
        while lab.reason("sid_unresolved") == 0:
            assert time.monotonic() < end, "the engine still has the link"
        lab.run("e", "ip", "link", "set", "to-s", "up")
        lab.run("e", "ip", "addr", "replace", "2001:db8:3::1/64", "dev", "to-s", "nodad")
        self.control.drain()
        self.control.expect(lambda l: "path4=up" in l, "return")
        before = lab.reason("decapsulated")
        while lab.reason("decapsulated") == before:
            assert time.monotonic() < end + 10, "the engine has not got it back"

    def changed_sid_is_exchanged(self):
        lab = self.lab
        other = (DX6[0], DX6[1], DX6[2].replace(packed("2001:db8:3::2"), packed("2001:db8:3::99")))
        generation = self.send("e", [end_sid("e1"), other])
        self.control.expect(lambda l: l == f"E1 applied ctl/1/{generation}", "applied")
        text = lab.run("e", "ip", "-6", "route", "show", "fc00:0:e1:f006::/64")
        assert text.count("seg6local") == 1 and "2001:db8:3::99" in text, text

    def cases(self):
        return ("sids_are_programmed", "engine_delivers_probes", "routing_header_fails_alone",
                "link_that_goes_and_returns_is_followed", "changed_sid_is_exchanged")


if __name__ == "__main__":
    sys.exit(tell(__doc__, EgressLab, EgressStory))
