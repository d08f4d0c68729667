# SPDX-License-Identifier: Apache-2.0
"""Point 1: the lab stands, every router converged, controller, agents and sites are connected."""
import ipaddress
import os
import threading
import time

import touch_te

from .machine import LAB
from .traffic import SITES, start_site

ROUTER_IDS = {'r1': 0x1, 'r2': 0x2, 'p1': 0xA1, 'p2': 0xA2, 'p3': 0xA3, 'e1': 0xE1, 'e2': 0xE2, 'e3': 0xE3, 'e4': 0xE4}


def _wanted_prefixes():
    """Every loopback, locator, camera prefix, site address and the anycast address."""
    texts = [f'2001:db8:f::{i:x}/128' for i in ROUTER_IDS.values()]
    texts += [f'fc00:0:{i:x}::/48' for i in ROUTER_IDS.values()]
    texts += ['2001:db8:c1::/64', '2001:db8:c2::/64', '2001:db8:a::1/128']
    texts += [f'{host}/128' for _, host, _ in SITES.values()]
    return {ipaddress.IPv6Network(text) for text in texts}


def _missing(machine, node, wanted):
    _, text = machine.run(node, ['ip', '-6', 'route', 'show'])
    have = set()
    for line in text.splitlines():
        word = line.split()[0] if line[:1].isalnum() else ''
        if ':' in word:
            have.add(ipaddress.IPv6Network(word, strict=False))
    return wanted - have


def _converge(demo):
    wanted = _wanted_prefixes()
    began = time.monotonic()
    missing = {}
    for node in demo.machine.routers():
        while time.monotonic() - began < 20:
            missing[node] = _missing(demo.machine, node, wanted)
            if not missing[node]:
                break
            time.sleep(0.2)
    bad = {node: sorted(map(str, m)) for node, m in missing.items() if m}
    demo.report.check('every router has a kernel route to every loopback, locator, camera, site and the anycast prefix',
                      not bad, f'{len(missing)} routers, {len(wanted)} prefixes each' if not bad else f'missing: {bad}')


def _connected(demo):
    """True when every agent applied a Plan and every site reports."""
    plans = demo.control.plans()
    agents = [node for node in ROUTER_IDS if plans.get(node.upper(), {}).get('agent_state') == 'applied']
    sites = [view['name'] for view in demo.control.get('sites') if view.get('state') == 'fresh']
    demo.connected = (agents, sites)
    steers = all(demo.control.shares('analysis', ingress) for ingress in ('R1', 'R2'))
    return len(agents) == len(ROUTER_IDS) and len(sites) == len(SITES) and steers


def run(demo):
    """Brings everything up."""
    demo.report.step('1. bring-up: namespaces, IS-IS, sites, controller, agents')
    seconds = demo.machine.deploy(demo.report.out)
    demo.report.note(f'{len(demo.machine.nodes) - 1} nodes with real FRR routers in {seconds:.1f} s')
    demo.programs.install_certificates(os.path.join(demo.machine.folder, 'tls'))
    for node in SITES:
        start_site(demo.machine, node)
    demo.programs.start_all()
    ted = {}
    filler = threading.Thread(target=lambda: ted.update(result=touch_te.fill(LAB)))
    filler.start()
    _converge(demo)
    filler.join()
    seen, wanted, seconds, rewrites = ted.get('result', (0, 30, 0.0, 0))
    demo.report.check('P1\'s IS-IS database has every directed link with its delay', seen == wanted,
                      f'{seen} of {wanted} after {seconds:.1f} s, link-params written again {rewrites} times')
    ready, seconds = demo.control.wait(lambda: _connected(demo), 20)
    agents, sites = demo.connected
    demo.report.check('the controller is connected to every agent and every site, and steers', ready,
                      f'{len(agents)} of {len(ROUTER_IDS)} agents applied their Plan, {len(sites)} of {len(SITES)} sites '
                      f'report, after {seconds:.1f} s more')
    demo.report.note(demo.control.text('get', 'sites')[1])
    demo.report.note(demo.control.text('explain', 'service', 'analysis', '--from', 'R1')[1])
    return ready


def restore_ted():
    """After a link came back: the same rewriting as after a cold start."""
    return touch_te.fill(LAB, limit_s=6)
