#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""suanlu-agent on real kernels: ingress i - transit t - egress e - site s, SIDs by the agents, probes over the uSID path.

Only the encapsulation can carry a probe or a request: transit has no route to the site's addresses. Needs root."""
import os
import signal
import sys
import time

from agent_lab import (ANYCAST, CLIENT, DX6, Lab, NODES, OUR_PROTOCOL, SERVER, SITE, end_sid, packed, service_text, sh, site_text, tell)


class Story:
    """The cases, in order; each builds on the one before."""

    def __init__(self, lab):
        self.lab = lab
        self.control = lab.start("t", lab.peer, "control", f"unix:{lab.folder}/ctl.sock", name="control")
        self.control.expect(lambda line: line == "ready", "start")
        self.agents = {}
        self.reflector = None

    def send(self, node, sids, sites="", generation=None):
        path, generation = self.lab.plan(node, sids, sites, generation)
        self.control.tell(f"plan {path}")
        return generation

    def sids_are_programmed(self):
        lab = self.lab
        for node, (name, number) in NODES.items():
            self.agents[node] = lab.agent(node)
            self.control.expect(lambda line, n=name: line.startswith(f"{n} hello"), f"hello of {name}")
            sids = [end_sid(number)] + ([DX6] if node == "e" else [])
            generation = self.send(node, sids)
            self.control.expect(lambda line, n=name, g=generation: line == f"{n} applied ctl/1/{g}", "applied")
        text = lab.run("t", "ip", "-6", "route", "show", "proto", OUR_PROTOCOL)
        assert "next-csid" in text and "lblen 32" in text and "nflen 16" in text, text
        assert set(lab.ours("e")) == {"fc00:0:e1::/48", "fc00:0:e1:f006::/64"}, lab.ours("e")

    def probe_passes_end_and_dx(self):
        lab = self.lab
        self.reflector = lab.start("s", lab.peer, "reflect", f"[{SITE}]:862", name="reflector")
        self.reflector.expect(lambda line: line == "ready", "start")
        assert "Network is unreachable" in sh("ip", "netns", "exec", lab.ns("i"), "sh", "-c", f"ip -6 route get {SITE} 2>&1 || true")
        self.send("i", [end_sid("1")], site_text("fc00:0:a1:e1:f006::", "fc00:0:e1:f006::"))
        line = self.control.expect(lambda l: l.startswith("R1 report") and "path4=up" in l and "path5=up" in l, "both paths up")
        assert "mec-1=alive" in line, line
        before = int(lab.run("t", "cat", "/sys/class/net/to-e/statistics/tx_packets"))
        self.control.expect(lambda l: l.startswith("R1 report"), "report")
        self.control.expect(lambda l: l.startswith("R1 report"), "report")
        assert int(lab.run("t", "cat", "/sys/class/net/to-e/statistics/tx_packets")) > before

    def older_generation_is_refused(self):
        self.send("t", [], generation=1)
        self.control.expect(lambda l: l.startswith("P1 refused conflict"), "refusal")
        assert "fc00:0:a1::/48" in self.lab.ours("t")

    def foreign_routes_stay(self):
        lab = self.lab
        lab.run("t", "ip", "-6", "route", "add", "fc00:0:a1:f006::/64", "via", "2001:db8:2::2", "proto", "187", "metric", "10")
        foreign = lab.run("t", "ip", "-6", "route", "show", "proto", "187")
        sid = ("fc00:0:a1:f006::", 64, f'behaviour: "End.DX6" next_hop: "{packed("2001:db8:2::2")}" interface: "to-e"')
        self.send("t", [end_sid("a1"), sid])
        line = self.control.expect(lambda l: l.startswith("P1 refused"), "refusal")
        assert "protocol 187" in line, line
        assert lab.run("t", "ip", "-6", "route", "show", "proto", "187") == foreign
        assert set(lab.ours("t")) == {"fc00:0:a1::/48"}

    def removed_sid_comes_back(self):
        lab = self.lab
        lab.run("t", "ip", "-6", "route", "del", "fc00:0:a1::/48", "proto", OUR_PROTOCOL)
        end = time.monotonic() + 5
        while "fc00:0:a1::/48" not in lab.ours("t"):
            assert time.monotonic() < end, "not repaired"

    def killed_agent_is_adopted(self):
        lab = self.lab
        self.agents["e"].end(signal.SIGKILL)
        self.control.expect(lambda l: l == "E1 gone", "end of the session")
        assert len(lab.ours("e")) == 2
        self.control.drain()
        self.agents["e"] = lab.agent("e")
        hello = self.control.expect(lambda l: l.startswith("E1 hello"), "hello")
        assert hello.startswith("E1 hello ctl/1/3 "), hello
        self.control.expect(lambda l: l.startswith("E1 report mode=live"), "report")
        assert len(lab.ours("e")) == 2
        assert lab.metric("e", 'suanlu_agent_sid_changes_total') == 0, "adopted routes were made again"

    def path_fails_over_and_site_is_judged(self):
        lab = self.lab
        self.control.drain()
        lab.run("t", "ip", "-6", "route", "add", "blackhole", "fc00:0:a1:e1::/64", "metric", "1")
        self.control.expect(lambda l: "path4=down" in l and "path5=up" in l and "mec-1=alive" in l, "failover")
        lab.run("t", "ip", "-6", "route", "del", "blackhole", "fc00:0:a1:e1::/64", "metric", "1")
        self.control.expect(lambda l: "path4=up" in l and "path5=up" in l, "return")
        self.reflector.end(signal.SIGKILL)
        self.control.expect(lambda l: "mec-1=suspect" in l, "suspicion")
        self.control.expect(lambda l: "mec-1=dead" in l, "death")
        self.reflector = lab.start("s", lab.peer, "reflect", f"[{SITE}]:862", name="reflector")
        self.control.expect(lambda l: "mec-1=alive" in l, "return")

    def request(self):
        return self.lab.run("c", "python3", "-c", CLIENT, check=False).strip()

    def is_served(self, when=""):
        got = self.request()
        assert got == "served", f"no answer {when}" if not got else got

    def gate_opens(self):
        """The agent looks at the route of a new service on its own time; until then nothing is steered."""
        self.agents["i"].expect(lambda l: "service.steered" in l, "open gate")

    def requests_are_steered_and_gated(self):
        lab = self.lab
        server = lab.start("s", "python3", "-c", SERVER, name="server")
        server.expect(lambda l: l == "ready", "start")
        assert self.request() == "", "served without a Plan"
        generation = self.send("i", [end_sid("1")], site_text("fc00:0:a1:e1:f006::", "fc00:0:e1:f006::") + service_text())
        self.control.expect(lambda l: l == f"R1 applied ctl/1/{generation}", "applied")
        self.control.expect(lambda l: "path4=up" in l, "path up")
        self.gate_opens()
        self.is_served("by the path")
        self.control.tell(f"ask R1 [2001:db8:4::1]:40000->[{ANYCAST}]:8080/tcp")
        story = self.control.expect(lambda l: l.startswith("R1 story"), "story")
        assert story.startswith("R1 story redirect steered site=mec-1 interface=to-t"), story
        assert "service: protocol 6, port 8080, tenant 0: analysis" in story and "fc00:0:a1:e1:f006::" in story, story
        lab.run("i", "ip", "-6", "route", "replace", "blackhole", f"{ANYCAST}/128")
        self.control.drain()
        self.agents["i"].expect(lambda l: "service.not-steered" in l, "closed gate")
        assert self.request() == "", "served against a blackhole"
        lab.run("i", "ip", "-6", "route", "replace", f"{ANYCAST}/128", "via", "2001:db8:1::2")
        self.gate_opens()
        self.is_served("after the gate opened again")

    def packets_are_counted_and_told(self):
        """By path and service, in the metrics and in the reports; the requests so far are known, further ones come on top."""
        lab = self.lab
        self.control.drain()
        self.is_served("to be counted")
        line = self.control.expect(lambda l: l.startswith("R1 report") and " sample=" in l, "sampled flow")
        assert "sample=[2001:db8:4::1]" in line and "@mec-1" in line, line
        counts = dict(word.split("=") for word in line.split() if word.startswith("count"))
        assert int(counts["count4"]) > 0 and "count5" in counts, line
        rows = {}
        end = time.monotonic() + 10
        while not rows.get("path", 0) == rows.get("service") >= int(counts["count4"]):  # the page is written once a second
            assert time.monotonic() < end, rows
            rows = {what: lab.metric("i", f"suanlu_agent_{what}_packets_total{{") for what in ("path", "service")}
        assert lab.metric("i", "suanlu_agent_path_drops_total{") == 0
        assert lab.metric("i", 'suanlu_agent_packets_total{reason="sample_lost"}') == 0

    def steering_survives_the_agent(self):
        lab = self.lab
        self.control.drain()
        self.agents["i"].end(signal.SIGKILL)
        self.is_served("while the agent is dead")
        self.agents["i"] = lab.agent("i")
        hello = self.control.expect(lambda l: l.startswith("R1 hello"), "hello")
        assert hello == f"R1 hello ctl/1/{lab.generation} last-good", hello
        self.is_served("after the restart")
        self.control.expect(lambda l: "R1 report" in l and "path4=up" in l, "report")

    def xdp_is_withdrawn(self):
        lab = self.lab
        self.agents["i"].end()
        assert os.listdir(lab.pins)
        sh("nsenter", f"--net=/run/netns/{lab.ns('i')}", lab.agent_binary, "-c", lab.config("i"), "--withdraw")
        assert not os.path.exists(lab.pins) or not os.listdir(lab.pins)
        assert "xdp" not in lab.run("i", "ip", "link", "show", "to-c")

    def sigterm_leaves_withdraw_removes(self):
        lab = self.lab
        assert self.agents["e"].end() == 0
        assert len(lab.ours("e")) == 2
        before = lab.run("e", "ip", "-6", "route", "show", "proto", "kernel")
        lab.run("e", lab.agent_binary, "-c", lab.config("e"), "--withdraw")
        assert not lab.ours("e")
        assert lab.run("e", "ip", "-6", "route", "show", "proto", "kernel") == before

    def cases(self):
        return ("sids_are_programmed", "probe_passes_end_and_dx", "older_generation_is_refused", "foreign_routes_stay",
                "removed_sid_comes_back", "killed_agent_is_adopted", "path_fails_over_and_site_is_judged",
                "requests_are_steered_and_gated", "packets_are_counted_and_told", "steering_survives_the_agent", "xdp_is_withdrawn",
                "sigterm_leaves_withdraw_removes")


if __name__ == "__main__":
    sys.exit(tell(__doc__, Lab, Story))
