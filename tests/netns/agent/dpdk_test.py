#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""All three routers of agent_test.py forward by suanlu-fwd over af_xdp: ingress, transit by an End SID with NEXT-C-SID and an
egress with End.DT6. Its SIDs and the kernel's routes come to each engine through its agent, from a Plan. Needs root."""
import os
import re
import shutil
import signal
import sys
import time

from agent_lab import ANYCAST, Lab, NODES, SERVER, SITE, end_sid, packed, service_text, tell
from agent_test import Story

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "dpdk"))

from fwd_process import ask  # noqa: E402

PORTS = {"i": {"to-c": "external", "to-t": "core"}, "t": {"to-i": "core", "to-e": "core"}, "e": {"to-t": "core", "to-s": "site"}}
TABLE = 0x53000001  # one of those that an inventory gives its attachments
DT6 = ("fc00:0:e1:f106::", 64, f'behaviour: "End.DT6" table: {TABLE}')
STAGES = ("receive", "steer", "send")
DESTINATION = "fc00:0:a1:e1:f106::"


def samples(page):
    """Value by series of a page in the text format, of which every family says its type."""
    typed = {line.split(" ")[2] for line in page.splitlines() if line.startswith("# TYPE ")}
    rows = {row: float(value) for row, value in (line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))}
    names = {row.split("{")[0] for row in rows}
    assert all(name in typed or name.rsplit("_", 1)[0] in typed for name in names), names - typed
    return rows


def sent_by(port, what="packets"):
    return f'suanlu_agent_port_{what}_total{{direction="sent",interface="{port}",role="core"}}'


class DpdkLab(Lab):
    def build(self):
        super().build()
        for node in "itesc":
            for other in (link.split(":")[1].strip().split("@")[0] for link in self.run(node, "ip", "-o", "link").splitlines()):
                if other.startswith("to-"):
                    self.run(node, "ethtool", "-K", other, "tx", "off", "gro", "off")
        self.run("e", "ip", "-6", "route", "add", "2001:db8:51::1", "via", "2001:db8:3::2", "table", str(TABLE))
        self.run("e", "ip", "-6", "route", "add", f"{ANYCAST}/128", "via", "2001:db8:3::2", "table", str(TABLE))
        self.run("e", "ip", "-6", "route", "add", "unreachable", "default", "metric", "4278198272", "table", str(TABLE))

    def engine(self, node):
        ports = ", ".join(f"{{name: {name}, role: {role}}}" for name, role in PORTS[node].items())
        return f"engine: dpdk\ntables: {self.folder}/{node}.tables\ndecapsulation: engine\ninterfaces: [{ports}]"

    def prefix(self, node):
        return f"{os.path.basename(self.folder)}-{node}"

    def forward(self, node):
        """suanlu-fwd of a router, once it forwards."""
        vdevs = "".join(f', --vdev, "net_af_xdp{i},iface={name},force_copy=1", --vdev, "net_tap{i},iface=x{i}"'
                        for i, name in enumerate(PORTS[node]))
        ports = "".join(f"- {{device: net_af_xdp{i}, interface: {name}, role: {role}, exception: net_tap{i}}}\n"
                        for i, (name, role) in enumerate(PORTS[node].items()))
        path = f"{self.folder}/fwd-{node}.yaml"
        with open(path, "w", encoding="ascii") as out:
            out.write(f'tables: {self.folder}/{node}.tables\nidle_sleep: 100us\nports:\n{ports}'
                      f'eal: [-l, "{min(os.sched_getaffinity(0))}", --no-huge, -m, "96", --no-pci, --file-prefix, {self.prefix(node)},'
                      f' --log-level, "3"{vdevs}]\n')
        engine = self.start(node, os.environ["SUANLU_FWD"], "-c", path, name=f"fwd {node}")
        engine.expect(lambda line: "fwd.started" in line, "start", 30)
        return engine

    def counts(self, node):
        return self.told(node, "/suanlu/counters")

    def told(self, node, command):
        """What the engine answers on DPDK's socket."""
        return ask(self.prefix(node), command)

    def close(self):
        super().close()
        for node in PORTS:
            shutil.rmtree(f"/var/run/dpdk/{self.prefix(node)}", ignore_errors=True)


class DpdkStory(Story):
    def __init__(self, lab):
        super().__init__(lab)
        self.engines = {node: lab.forward(node) for node in PORTS}

    def rises(self, node, reason, by=1):
        """Waits until the engine has counted so many more."""
        before, end = self.lab.counts(node)[reason], time.monotonic() + 10
        while self.lab.counts(node)[reason] < before + by:
            assert time.monotonic() < end, f"{reason} of {node} stays {before}"
            time.sleep(0.02)

    def plans_are_applied(self):
        for node, (name, number) in NODES.items():
            self.agents[node] = self.lab.agent(node)
            self.control.expect(lambda line, n=name: line.startswith(f"{n} hello"), f"hello of {name}")
            generation = self.send(node, [end_sid(number)] + ([DT6] if node == "e" else []))
            self.control.expect(lambda line, n=name, g=generation: line == f"{n} applied ctl/1/{g}", "applied")

    def probes_go_through_three_engines(self):
        lab = self.lab
        self.reflector = lab.start("s", lab.peer, "reflect", f"[{SITE}]:862", name="reflector")
        self.reflector.expect(lambda line: line == "ready", "start")
        self.send("i", [end_sid("1")], self.site())
        self.control.expect(lambda l: l.startswith("R1 report") and "path4=up" in l, "path up")
        self.rises("t", "sid_forwarded", 5)
        self.rises("e", "decapsulated", 5)

    @staticmethod
    def site():
        return (f'sites {{ id: 1 name: "mec-1" probe_address: "{packed(SITE)}"\n'
                f'paths {{ id: 4 egress: "E1" destination6: "{packed(DESTINATION)}" mtu: 1500 }} }}\n')

    def requests_go_through_three_engines(self):
        lab = self.lab
        lab.start("s", "python3", "-c", SERVER, name="server").expect(lambda l: l == "ready", "start")
        generation = self.send("i", [end_sid("1")], self.site() + service_text())
        self.control.expect(lambda l: l == f"R1 applied ctl/1/{generation}", "applied")
        self.gate_opens()
        before = {node: lab.counts(node) for node in PORTS}
        end = time.monotonic() + 10
        while self.request() != "served":  # the filter learns of the service some milliseconds after the tables have it
            assert time.monotonic() < end, "no answer"
        now = {node: lab.counts(node) for node in PORTS}
        for node, reason in (("i", "steered"), ("t", "sid_forwarded"), ("e", "decapsulated")):
            assert now[node][reason] > before[node][reason], f"{reason} of {node}"

    def operator_is_told_as_by_xdp(self):
        """`explain flow --on R1` and `get engines`: the same words for the same flow (agent_test.py), every port, every stage."""
        self.control.drain()
        self.control.tell(f"ask R1 [2001:db8:4::1]:40000->[{ANYCAST}]:8080/tcp")
        story = self.control.expect(lambda l: l.startswith("R1 story"), "story")
        assert story.startswith("R1 story redirect steered site=mec-1 interface=to-t"), story
        assert "service: protocol 6, port 8080, tenant 0: analysis" in story and DESTINATION in story, story
        ports = [r" engine=dpdk ", r" port:to-c=external:up:[1-9]\d*:", r" port:to-t=core:up:\d+:[1-9]"]
        self.control.expect(lambda l: l.startswith("R1 report") and all(re.search(each, l) for each in ports), "ports in the report")
        stages = " ".join(rf"stage:{name}=[1-9]\d*" for name in STAGES)  # of one burst in 61
        self.control.expect(lambda l: l.startswith("E1 report") and re.search(stages, l), "stages in the report", 30)

    def engine_that_dies_is_said_and_followed(self):
        self.control.drain()
        self.engines["i"].end(signal.SIGKILL)
        self.control.expect(lambda l: l.startswith("R1 report") and " engine=dpdk-away " in l, "engine away")
        self.engines["i"] = self.lab.forward("i")
        self.control.expect(lambda l: l.startswith("R1 report") and " engine=dpdk " in l, "engine back")
        steered = self.lab.counts("i")["steered"]
        end = time.monotonic() + 10
        while self.request() != "served":  # probes keep the path up; the filter fills within milliseconds
            assert time.monotonic() < end, "no answer"
        assert self.lab.counts("i")["steered"] > steered, "served, but not by the engine"

    def engine_is_in_the_metrics(self):
        """Ports and stages on the agent's page, as DPDK's socket has them."""
        lab, node, end, times = self.lab, "t", time.monotonic() + 10, "suanlu_agent_stage_burst_seconds"
        told = {port["interface"]: port for port in lab.told(node, "/suanlu/ports").values()}
        lab.told(node, "/suanlu/latency,on")  # probes are few: every burst
        while not ((rows := samples(lab.page(node))).get(sent_by("to-e"), 0) >= told["to-e"]["sent"] and  # written once a second
                   all(rows[f'{times}_count{{stage="{stage}"}}'] for stage in STAGES)):
            assert time.monotonic() < end, {row: count for row, count in rows.items() if "_port_" in row or "_count" in row}
        for name, role in PORTS[node].items():
            labels = f'{{interface="{name}",role="{role}"}}'
            for what, count in (("up", 1), ("missed_total", 0), ("errors_total", 0), ("unpolled_queues", 0)):
                assert rows[f"suanlu_agent_port_{what}{labels}"] == count, f"{what} of {name}"
        assert rows[sent_by("to-e", "bytes")] > 40 * rows[sent_by("to-e")], "bytes"
        for stage in STAGES:
            counts = [count for row, count in rows.items() if row.startswith(f'{times}_bucket{{stage="{stage}"')]
            assert len(counts) == 32 and counts == sorted(counts) and counts[-1] == rows[f'{times}_count{{stage="{stage}"}}'], counts
            assert 0 < rows[f'{times}_sum{{stage="{stage}"}}'] < 2.2 * counts[-1], stage
            assert rows[f'suanlu_agent_stage_packets_total{{stage="{stage}"}}'] >= counts[-1], stage

    def queues_that_nobody_polls_are_said(self):
        """An interface gets a queue more than the engine polls, and loses it: reports and metrics follow."""
        for queues in (2, 1):
            self.lab.run("i", "ethtool", "-L", "to-c", "rx", str(queues), "tx", str(queues))
            self.control.drain()
            wanted = rf" port:to-c=external:up:\d+:\d+:{queues - 1} "
            self.control.expect(lambda l, w=wanted: l.startswith("R1 report") and re.search(w, l), f"{queues - 1} queues in the report")
            end, row = time.monotonic() + 10, 'suanlu_agent_port_unpolled_queues{interface="to-c",role="external"}'
            while (count := samples(self.lab.page("i"))[row]) != queues - 1:  # written once a second
                assert time.monotonic() < end, f"{count} queues on the page"

    def engine_that_stands_still_is_said(self):
        """Its process is stopped, as a debugger or a host without a processor to spare does: the agent says it until it goes on."""
        self.control.drain()
        self.engines["i"].child.send_signal(signal.SIGSTOP)
        try:
            self.control.expect(lambda l: l.startswith("R1 report") and " engine=dpdk-stuck " in l, "engine stuck")
            assert self.request() == "", "served by an engine that is stopped"
        finally:
            self.engines["i"].child.send_signal(signal.SIGCONT)
        self.control.drain()
        self.control.expect(lambda l: l.startswith("R1 report") and " engine=dpdk " in l, "engine that goes on")
        end = time.monotonic() + 10
        while self.request() != "served":
            assert time.monotonic() < end, "no answer"

    def route_that_moves_is_followed(self):
        """The kernel's route behind the transit's End leads nowhere, then back: the engine does as it says."""
        lab = self.lab
        self.control.drain()
        lab.run("t", "ip", "-6", "route", "add", "blackhole", "fc00:0:e1::/48", "metric", "1")
        self.rises("t", "sid_no_route")
        self.control.expect(lambda l: "path4=down" in l, "path down")
        lab.run("t", "ip", "-6", "route", "del", "blackhole", "fc00:0:e1::/48", "metric", "1")
        self.control.expect(lambda l: "path4=up" in l, "return")
        self.rises("t", "sid_forwarded")

    def sids_outlive_agent_and_engine(self):
        lab = self.lab
        self.agents["e"].end(signal.SIGKILL)
        self.control.expect(lambda l: l == "E1 gone", "end of the session")
        self.rises("e", "decapsulated", 5)
        self.engines["e"].end(signal.SIGKILL)
        self.engines["e"] = lab.forward("e")
        self.rises("e", "decapsulated", 5)
        self.agents["e"] = lab.agent("e")
        self.control.expect(lambda l: l.startswith("E1 hello"), "hello")
        self.rises("e", "decapsulated", 5)

    def sid_that_is_taken_away_is_the_kernels(self):
        generation = self.send("t", [])
        self.control.expect(lambda l: l == f"P1 applied ctl/1/{generation}", "applied")
        before = self.lab.counts("t")["sid_forwarded"]
        self.control.drain()
        self.control.expect(lambda l: "path4=down" in l, "path down")
        assert self.lab.counts("t")["sid_forwarded"] - before < 20, "the engine goes on by a SID that it was told no more"

    def cases(self):
        return ("plans_are_applied", "probes_go_through_three_engines", "requests_go_through_three_engines",
                "operator_is_told_as_by_xdp", "engine_is_in_the_metrics", "queues_that_nobody_polls_are_said",
                "engine_that_stands_still_is_said", "engine_that_dies_is_said_and_followed", "route_that_moves_is_followed",
                "sids_outlive_agent_and_engine", "sid_that_is_taken_away_is_the_kernels")


if __name__ == "__main__":
    sys.exit(tell(__doc__, DpdkLab, DpdkStory))
