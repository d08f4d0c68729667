#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Waits for the adjacencies, then rewrites link-params until the traffic-engineering database is full.

FRR 8.4's isisd ignores link-params that were set before an adjacency was up, so after a cold start the database has
vertices but hardly any edges. Rewriting any one value afterwards brings all of them. Usage: touch_te.py [LAB]
"""
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'netns'))

from runner.state import State  # noqa: E402
from runner.vty import Vty  # noqa: E402

POLL_S = 0.1
REWRITE_S = 2.5  # a changed LSP shows within lsp-gen-interval (1 s) and 0.2 s of flooding


def router_links(nodes):
    """{router: [interfaces with link-params]}, from zebra's own running configuration."""
    links = {}
    for name, record in nodes.items():
        if 'frr' not in record.get('image', ''):
            continue
        vty = Vty(record['pid'], 'zebra')
        interface, found = '', []
        for line in vty.command('show running-config')[1].splitlines():
            if line.startswith('interface '):
                interface = line.split()[1]
            elif line.strip() == 'link-params':
                found.append(interface)
        vty.close()
        links[name] = found
    return links


def adjacencies_up(nodes, links):
    """How many of the routers' links have an adjacency that is Up, and how many there are."""
    up = 0
    for name in links:
        vty = Vty(nodes[name]['pid'], 'isisd')
        up += sum(1 for line in vty.command('show isis neighbor')[1].splitlines() if ' Up ' in line)
        vty.close()
    return up, sum(len(found) for found in links.values())


def rewrite(nodes, links, value):
    """Writes one harmless link parameter on every link of every router."""
    for name, interfaces in links.items():
        vty = Vty(nodes[name]['pid'], 'zebra')
        lines = []
        for interface in interfaces:
            lines += [f'interface {interface}', 'link-params', f'unrsv-bw 0 {value}', 'exit-link-params', 'exit']
        vty.configure(lines)
        vty.close()


def edges_with_delay(nodes, router):
    """Directed edges of the router's database that carry a delay and are joined to the vertex at their far end."""
    vty = Vty(nodes[router]['pid'], 'isisd')
    ted = vty.json('show isis mpls-te database json')['ted']
    vty.close()
    return sum(1 for edge in ted.get('edges', [])
               if edge.get('edge-attributes', {}).get('delay') is not None and 'remote-vertex-id' in edge)


def fill(lab, watch='p1', limit_s=30.0):
    """Returns (edges seen, edges wanted, seconds, rewrites)."""
    nodes = State(lab).nodes()
    links = router_links(nodes)
    began = time.monotonic()
    while time.monotonic() - began < limit_s:
        up, wanted = adjacencies_up(nodes, links)
        if up == wanted:
            break
        time.sleep(POLL_S)
    rewrites, next_rewrite = 0, 0.0
    seen = edges_with_delay(nodes, watch)
    while seen < wanted and time.monotonic() - began < limit_s:
        if time.monotonic() >= next_rewrite:
            rewrites += 1
            rewrite(nodes, links, f'{1.25e9 - rewrites * 1e6:.6g}')
            next_rewrite = time.monotonic() + REWRITE_S
        time.sleep(POLL_S)
        seen = edges_with_delay(nodes, watch)
    return seen, wanted, time.monotonic() - began, rewrites


def main():
    """Exit code 0 when every directed edge has a delay."""
    seen, wanted, seconds, rewrites = fill(sys.argv[1] if len(sys.argv) > 1 else 'smart-security')
    print(f'TED: {seen} of {wanted} directed edges with delay after {seconds:.2f} s, {rewrites} rewrites')
    return 0 if seen == wanted else 1


if __name__ == '__main__':
    sys.exit(main())
