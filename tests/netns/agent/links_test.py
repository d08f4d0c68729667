#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Links and interfaces of suanlu-agent's routers: lists with adjacency SIDs are walked, also over a link of the ingress itself;
interfaces and neighbours that vanish and come back; the doctor; an exchange of the program.

As in agent_test.py, with a second link i - t (6) and a second link t - e (5) that no route uses. Needs root."""
import json
import sys
import time

from agent_lab import DX6, NODES, OUR_PROTOCOL, SERVER, SITE, Lab, end_sid, packed, service_text, sh, tell
from agent_test import Story

CORE_LINK = ("fc00:0:e001::", 48, f'behaviour: "End.X" next_hop: "{packed("2001:db8:5::2")}"')   # t, to e by the second link
OWN_LINK = ("fc00:0:e002::", 48, f'behaviour: "End.X" next_hop: "{packed("2001:db8:6::2")}"')    # i, to t by the second link
OVER_CORE_LINK = ("fc00:0:a1:e001:e1:f006::", (("P1", 0xA1), ("P1", 0xE001), ("E1", 0xE1)))
OVER_OWN_LINK = ("fc00:0:e1:f006::", (("R1", 0xE002), ("E1", 0xE1)))
SHORTEST = ("fc00:0:e1:f006::", (("E1", 0xE1),))
REQUESTS = 40


def path_text(rank, way):
    destination, segments = way
    listed = " ".join(f'segments {{ node: "{node}" usid: {usid} }}' for node, usid in segments)
    return f'paths {{ id: {4 + rank} egress: "E1" destination6: "{packed(destination)}" mtu: 1500 {listed} }}\n'


def site_over(*ways):
    paths = "".join(path_text(rank, way) for rank, way in enumerate(ways))
    return f'sites {{ id: 1 name: "mec-1" probe_address: "{packed(SITE)}"\n{paths} }}\n' + service_text()


class ParallelLab(Lab):
    def parallel(self, a, b, number):
        sh("ip", "link", "add", f"to-{b}2", "netns", self.ns(a), "type", "veth", "peer", "name", f"to-{a}2", "netns", self.ns(b))
        for node, other, host in ((a, b, 1), (b, a, 2)):
            self.run(node, "ip", "addr", "add", f"2001:db8:{number}::{host}/64", "dev", f"to-{other}2", "nodad")
            self.run(node, "ip", "link", "set", f"to-{other}2", "up")
        self.run(b, "ethtool", "-K", f"to-{a}2", "gro", "on")

    def client_link(self):
        sh("ip", "link", "add", "to-i", "netns", self.ns("c"), "type", "veth", "peer", "name", "to-c", "netns", self.ns("i"))
        for node, other, host in (("c", "i", 1), ("i", "c", 2)):
            self.run(node, "ip", "addr", "add", f"2001:db8:4::{host}/64", "dev", f"to-{other}", "nodad")
            self.run(node, "ip", "link", "set", f"to-{other}", "up")
        self.run("c", "ethtool", "-K", "to-i", "tx", "off")
        self.run("c", "ip", "-6", "route", "replace", "default", "via", "2001:db8:4::2")

    def build(self):
        super().build()
        for node in "ite":
            for key in ("ignore_routes_with_linkdown", "keep_addr_on_down"):
                self.run(node, "sysctl", "-qw", f"net.ipv6.conf.all.{key}=1", f"net.ipv6.conf.default.{key}=1")
        self.parallel("i", "t", 6)
        self.parallel("t", "e", 5)
        # Answers come back whichever of the links is down.
        self.run("e", "ip", "-6", "route", "add", "2001:db8:4::/64", "via", "2001:db8:5::1", "metric", "2000")
        self.run("e", "ip", "-6", "route", "add", "2001:db8:f::1/128", "via", "2001:db8:5::1", "metric", "2000")

    def sent(self, node, interface):
        rows = json.loads(self.run(node, "ip", "-j", "-s", "link", "show", interface))
        return rows[0]["stats64"]["tx"]["packets"]

    def program(self, node, interface):
        return json.loads(self.run(node, "ip", "-j", "link", "show", interface))[0].get("xdp", {}).get("prog", {}).get("id")

    def doctor(self, node):
        text = sh("nsenter", f"--net=/run/netns/{self.ns(node)}", self.agent_binary, "-c", self.config(node), "--doctor", "-o", "json",
                  check=False)
        return json.loads(text)["findings"]


class LinkStory(Story):
    def apply(self, node, sids, sites=""):
        generation = self.send(node, sids, sites)
        name = NODES[node][0]
        self.control.expect(lambda l: l.startswith(f"{name} ") and f"ctl/1/{generation}" in l and "applied" in l, f"{name} applied")

    def steer(self, *ways):
        """Puts the ways in force at the ingress and waits until probes found them up."""
        self.apply("i", [end_sid("1"), OWN_LINK], site_over(*ways))
        self.wait_for(*(f"path{4 + rank}=up" for rank in range(len(ways))))

    def wait_for(self, *words, without=()):
        self.control.drain()
        self.control.expect(lambda l: l.startswith("R1 report") and all(w in l for w in words) and not any(w in l for w in without),
                            " ".join(words))

    def until(self, holds, what, seconds=10):
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"not within {seconds} s: {what}"

    def served(self):
        self.until(lambda: self.request() == "served", "a request is served")

    def sids_of_links_are_programmed(self):
        lab = self.lab
        for node in "ite":
            self.agents[node] = lab.agent(node)
            self.control.expect(lambda line, n=NODES[node][0]: line.startswith(f"{n} hello"), "hello")
        self.reflector = lab.start("s", lab.peer, "reflect", f"[{SITE}]:862", name="reflector")
        self.reflector.expect(lambda line: line == "ready", "start")
        lab.start("s", "python3", "-c", SERVER, name="server").expect(lambda l: l == "ready", "start")
        self.apply("t", [end_sid("a1"), CORE_LINK])
        self.apply("e", [end_sid("e1"), DX6])
        assert set(lab.ours("t")) == {"fc00:0:a1::/48", "fc00:0:e001::/48"}, lab.ours("t")
        text = lab.run("t", "ip", "-6", "route", "show", "proto", OUR_PROTOCOL)
        assert "End.X" in text and "2001:db8:5::2" in text, text

    def link_sids_are_read_back_as_they_were_told(self):
        lab = self.lab
        self.until(lambda: lab.metric("t", "suanlu_agent_sids") == 2, "two SIDs in the metrics")
        before = lab.metric("t", "suanlu_agent_sid_changes_total")
        self.apply("t", [end_sid("a1"), CORE_LINK])
        self.until(lambda: lab.metric("t", "suanlu_agent_plans_applied_total") == 2, "the second Plan in the metrics")
        assert lab.metric("t", "suanlu_agent_sid_changes_total") == before, "adopted routes were made again"
        assert lab.metric("t", "suanlu_agent_sid_errors_total") == 0

    def list_takes_the_link_it_names(self):
        lab = self.lab
        self.steer(OVER_CORE_LINK)
        self.served()
        shortest, named = lab.sent("t", "to-e"), lab.sent("t", "to-e2")
        for _ in range(REQUESTS):
            assert self.request() == "served"
        shortest, named = lab.sent("t", "to-e") - shortest, lab.sent("t", "to-e2") - named
        assert named >= 4 * REQUESTS, f"{named} packets on the named link"
        assert shortest < REQUESTS, f"{shortest} packets on the shortest path"

    def named_link_works_without_the_shortest_path(self):
        lab = self.lab
        lab.run("t", "ip", "link", "set", "to-e", "down")
        self.served()
        lab.run("t", "ip", "link", "set", "to-e", "up")
        lab.run("t", "ip", "-6", "route", "replace", "fc00:0:e1::/48", "via", "2001:db8:2::2")

    def path_falls_with_its_link(self):
        lab = self.lab
        self.steer(OVER_CORE_LINK, SHORTEST)
        lab.run("t", "ip", "link", "set", "to-e2", "down")
        self.wait_for("path4=down", "path5=up", "mec-1=alive")
        self.served()
        lab.run("t", "ip", "link", "set", "to-e2", "up")
        self.wait_for("path4=up", "path5=up")

    def own_link_is_taken_without_a_sid(self):
        lab = self.lab
        self.steer(OVER_OWN_LINK)
        self.served()
        shortest, named = lab.sent("i", "to-t"), lab.sent("i", "to-t2")
        for _ in range(REQUESTS):
            assert self.request() == "served"
        shortest, named = lab.sent("i", "to-t") - shortest, lab.sent("i", "to-t2") - named
        assert named >= 4 * REQUESTS, f"{named} packets on the named link"
        assert shortest < REQUESTS, f"{shortest} packets on the shortest path"

    def own_link_that_is_down_is_no_way_around(self):
        lab = self.lab
        self.steer(OVER_OWN_LINK, SHORTEST)
        lab.run("i", "ip", "link", "set", "to-t2", "down")
        self.wait_for("path4=down", "path5=up")
        self.served()
        lab.run("i", "ip", "link", "set", "to-t2", "up")
        self.wait_for("path4=up", "path5=up")

    def core_interface_comes_back(self):
        lab = self.lab
        self.steer(OVER_OWN_LINK)
        lab.run("i", "ip", "link", "del", "to-t2")
        self.wait_for("mec-1=suspect")
        lab.parallel("i", "t", 6)
        self.wait_for("path4=up", "mec-1=alive")
        self.served()

    def neighbour_that_was_forgotten_is_found_again(self):
        lab = self.lab
        lab.run("i", "ip", "-6", "neigh", "flush", "dev", "to-t2")
        lab.run("i", "ip", "-6", "neigh", "del", "2001:db8:6::2", "dev", "to-t2", check=False)
        self.served()
        self.wait_for("path4=up", "mec-1=alive")
        text = lab.run("i", "ip", "-6", "neigh", "show", "2001:db8:6::2", "dev", "to-t2")
        assert "managed" in text, text

    def client_interface_comes_back_with_its_program(self):
        lab = self.lab
        lab.run("i", "ip", "link", "del", "to-c")
        self.agents["i"].expect(lambda l: "interface.away" in l, "notice")
        lab.client_link()
        self.agents["i"].expect(lambda l: "interface.attached" in l, "attachment")
        assert lab.program("i", "to-c") is not None
        self.served()

    def program_is_exchanged_by_a_new_agent(self):
        lab = self.lab
        before = lab.program("i", "to-c")
        assert self.agents["i"].end() == 0
        assert lab.program("i", "to-c") == before, "the program stays when the agent goes"
        assert self.request() == "served"
        self.agents["i"] = lab.agent("i")
        self.agents["i"].expect(lambda l: "engine.open" in l and "adopted=true" in l, "adoption")
        self.control.expect(lambda l: l.startswith("R1 hello"), "hello")
        assert lab.program("i", "to-c") not in (None, before), "bpf_link_update puts the new program in place"
        self.served()

    def doctor_finds_the_traps(self):
        lab = self.lab
        rows = {(f["check"], f["subject"]): f["severity"] for f in lab.doctor("i")}
        assert rows[("xdp", "to-c")] == "ok" and rows[("checksum", "to-c")] == "note" and rows[("mtu", "mec-1/0")] == "note", rows
        assert "bad" not in rows.values(), rows
        lab.run("i", "ip", "link", "set", "to-t2", "mtu", "1400")
        lab.run("i", "sysctl", "-qw", "net.ipv6.conf.all.forwarding=0")
        bad = {(f["check"], f["subject"]) for f in lab.doctor("i") if f["severity"] == "bad"}
        assert bad == {("forwarding", "ipv6"), ("mtu", "mec-1/0")}, bad
        lab.run("i", "ip", "link", "set", "to-t2", "mtu", "1500")
        lab.run("i", "sysctl", "-qw", "net.ipv6.conf.all.forwarding=1")

    def cases(self):
        return ("sids_of_links_are_programmed", "link_sids_are_read_back_as_they_were_told", "list_takes_the_link_it_names",
                "named_link_works_without_the_shortest_path", "path_falls_with_its_link", "own_link_is_taken_without_a_sid",
                "own_link_that_is_down_is_no_way_around", "core_interface_comes_back", "neighbour_that_was_forgotten_is_found_again",
                "client_interface_comes_back_with_its_program", "program_is_exchanged_by_a_new_agent", "doctor_finds_the_traps")


if __name__ == "__main__":
    sys.exit(tell(__doc__, ParallelLab, LinkStory))
