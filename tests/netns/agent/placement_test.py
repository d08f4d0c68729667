#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Loads of sites that the controller tells suanlu-agent, and where new flows go by them.

As in agent_test.py, with a second site behind e: another service SID to the same server. By the shares every flow is
mec-1's; mec-2 gets what a second choice brings it. Needs root."""
import re
import sys
import time

from agent_lab import ANYCAST, DX6, NODES, SERVER, SITE, Lab, end_sid, packed, tell
from agent_test import Story

OTHER_SITE = "2001:db8:52::1"
OTHER_DX6 = ("fc00:0:e1:f016::", 64, f'behaviour: "End.DX6" next_hop: "{packed("2001:db8:3::2")}" interface: "to-s"')
# News lasts for the whole test; a job costs a hundredth of a second for each that is there.
PLACED = "service_time_us: 1000000000 relaxation_us: 1000000000 full_at: 1 stride: 1 delta_us: 0 delta_us: 10000 slope_us: 10000"


def site_text(number, probe_address, destination):
    path = f'paths {{ id: {4 * number} egress: "E1" destination6: "{packed(destination)}" mtu: 1500 }}'
    return f'sites {{ id: {number} name: "mec-{number}" probe_address: "{packed(probe_address)}" {path} }}\n'


def service_text():
    placed = " ".join(f"sites {{ site: {number} {PLACED} }}" for number in (1, 2))
    return (f'services {{ id: 7 name: "analysis" addresses: "{packed(ANYCAST)}" transport: "tcp" port: 8080 affinity: "flow" '
            "affinity_timeout_s: 300 slots: 251 shares { site: 1 ppm: 1000000 }\n"
            f"placement {{ exception_ppm: 250000 most_age_millis: 1000 {placed} }} }}\n")


class TwoSiteLab(Lab):
    def build(self):
        super().build()
        self.run("s", "ip", "addr", "add", f"{OTHER_SITE}/128", "dev", "lo")


class PlacementStory(Story):
    def both_sites_are_up(self):
        lab = self.lab
        for address in (SITE, OTHER_SITE):
            lab.start("s", lab.peer, "reflect", f"[{address}]:862", name="reflector").expect(lambda l: l == "ready", "start")
        lab.start("s", "python3", "-c", SERVER, name="server").expect(lambda l: l == "ready", "start")
        sites = site_text(1, SITE, "fc00:0:e1:f006::") + site_text(2, OTHER_SITE, "fc00:0:e1:f016::") + service_text()
        for node, (name, number) in NODES.items():
            self.agents[node] = lab.agent(node)
            self.control.expect(lambda l, n=name: l.startswith(f"{n} hello"), f"hello of {name}")
            self.send(node, [end_sid(number)] + ([DX6, OTHER_DX6] if node == "e" else []), sites if node == "i" else "")
            self.control.expect(lambda l, n=name: l.startswith(f"{n} applied"), "applied")
        self.control.expect(lambda l: "mec-1=alive" in l and "mec-2=alive" in l, "both sites alive")
        self.gate_opens()

    def flows(self, least):
        """New flows by site in the first report that has as many."""
        def count(line):
            return {site: int(number) for site, number in re.findall(r"new@(\S+)=(\d+)", line)}
        self.control.drain()
        return count(self.control.expect(lambda l: sum(count(l).values()) >= least, f"{least} flows"))

    def without_loads_shares_decide(self):
        for _ in range(20):
            self.is_served()
        seen = self.flows(20)
        assert set(seen) == {"mec-1"}, seen

    def loads_move_new_flows(self):
        lab = self.lab
        path = f"{lab.folder}/loads"
        with open(path, "w", encoding="utf-8") as out:
            out.write('loads { site: "mec-1" service: "analysis" jobs: 90 } loads { site: "mec-2" service: "analysis" jobs: 0 }')
        self.control.tell(f"loads R1 {path}")
        self.agents_metric('suanlu_agent_placed_sites_fresh', 2)
        for _ in range(10):
            self.is_served()
        seen = self.flows(30)
        assert 1 <= seen.get("mec-2", 0) <= 8, f"{seen}: a quarter of thirty at most"
        self.agents_metric('suanlu_agent_packets_total{reason="second_choice"}', seen["mec-2"])
        assert lab.metric("i", 'suanlu_agent_site_loads_total{outcome="used"}') == 2

    def agents_metric(self, name, value):
        """Waits for it: the page is made about once a second."""
        end = time.monotonic() + 10
        while (seen := self.lab.metric("i", name)) != value:
            assert time.monotonic() < end, f"{name} is {seen}, not {value}"
            self.control.expect(lambda l: l.startswith("R1 report"), "report")

    def loads_of_strangers_are_counted(self):
        path = f"{self.lab.folder}/strangers"
        with open(path, "w", encoding="utf-8") as out:
            out.write('loads { site: "mec-9" service: "analysis" jobs: 1 }')
        self.control.tell(f"loads R1 {path}")
        self.agents_metric('suanlu_agent_site_loads_total{outcome="unknown"}', 1)

    def cases(self):
        return "both_sites_are_up", "without_loads_shares_decide", "loads_move_new_flows", "loads_of_strangers_are_counted"


if __name__ == "__main__":
    sys.exit(tell(__doc__, TwoSiteLab, PlacementStory))
