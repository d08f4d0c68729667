# SPDX-License-Identifier: Apache-2.0
"""suanlud, suanlu-dns, the agents, R1's engine and the site programs of the lab: where they run and how they are started
again."""
import os
import re

from . import certificates
from .machine import TOP, workload
from .traffic import SITES

ETC = '/run/suanlu/etc'
TLS = '/run/suanlu/tls'


class Programs:
    """All of suanlu's own programs in the lab."""

    def __init__(self, machine, build, engine, ports):
        self.machine = machine
        self.is_dpdk = engine == 'dpdk'  # R1's data plane: suanlu-fwd instead of the agent's own programs
        self.ports = ports  # what suanlu-fwd runs over
        build = os.path.join(TOP, build)
        self.suanlud = os.path.join(build, 'controller', 'app', 'suanlud')
        self.agent = os.path.join(build, 'dataplane', 'agent', 'suanlu-agent')
        self.site = os.path.join(build, 'telemetry', 'site', 'suanlu-site')
        self.fwd = os.path.join(build, 'dataplane', 'dpdk', 'suanlu-fwd')
        self.dns = os.path.join(build, 'dns', 'app', 'suanlu-dns')
        self.running = {}

    def names(self):
        """{node: common name} of everything that speaks to the controller, and the controller."""
        routers = {node: node.upper() for node in self.machine.routers()}
        return {'ctl': 'suanlud', **routers, **{node: site[0] for node, site in SITES.items()}}

    def install_certificates(self, folder):
        """Makes this run's certificates and puts each where its program looks."""
        names = self.names()
        certificates.make(folder, sorted(set(names.values())))
        for node, name in names.items():
            certificates.install(folder, name, self.machine.path_in(node, TLS))
            os.makedirs(self.machine.path_in(node, '/run/suanlu/state'), exist_ok=True)

    def start_suanlud(self):
        """Starts the controller."""
        self.running['suanlud'] = self.machine.start('ctl', 'suanlud', [self.suanlud, '-c', f'{ETC}/suanlud.yaml'])

    def start_dns(self):
        """Starts the computing DNS, beside the controller."""
        self.running['dns'] = self.machine.start('ctl', 'suanlu-dns', [self.dns, '-c', f'{ETC}/dns.yaml'])

    def start_agent(self, node):
        """Starts the agent of one router."""
        config = 'agent-dpdk.yaml' if node == 'r1' and self.is_dpdk else 'agent.yaml'
        self.running[node] = self.machine.start(node, f'agent-{node}', [self.agent, '-c', f'{ETC}/{config}'])

    def prepare_fwd(self):
        """R1's kernel must not forward what is steered: copies over af_packet, or what comes while no engine is there. Nobody
        may leave checksums to a device that the packets then do not pass, nor join packets before af_packet's copy."""
        self.machine.run('r1', ['ip', '-6', 'rule', 'add', 'iif', 'to-cam1', 'to', '2001:db8:a::/64', 'blackhole'])
        for node in ('cam1', 'p1', 'p2'):
            self.machine.run(node, ['ethtool', '-K', 'to-r1', 'tx', 'off'])
            self.machine.run('r1', ['ethtool', '-K', f'to-{node}', 'gro', 'off'])

    def start_fwd(self):
        """Starts R1's DPDK engine."""
        self.running['fwd'] = self.machine.start('r1', 'suanlu-fwd', [self.fwd, '-c', f'{ETC}/fwd-{self.ports}.yaml'])

    def steers(self):
        """True when R1's data plane is in place."""
        if self.is_dpdk:
            return self.running['fwd'].is_running()
        _, text = self.machine.run('r1', ['ip', '-d', 'link', 'show', 'to-cam1'])
        return 'prog/xdp' in text

    def start_all(self):
        """Controller, agents, R1's engine, sites."""
        self.start_suanlud()
        if self.is_dpdk:
            self.prepare_fwd()
            self.start_fwd()
        for node in self.machine.routers():
            self.start_agent(node)
        for node in SITES:
            self.running[node] = self.machine.start(node, f'site-{node}', [self.site, '-c', f'{ETC}/site.yaml'])

    def ended(self):
        """Names of the programs that have ended, which none should have."""
        return [name for name, process in self.running.items() if not process.is_running()]

    def agent_mode(self, node):
        """What the agent itself calls its state (live, last-good, static, anycast), from its metrics page."""
        code, text = self.machine.run(node, workload('fetch', 'http://127.0.0.1:9101/metrics'))
        match = re.search(r'^suanlu_agent_mode\{[^}]*mode="([a-z-]+)"[^}]*\} 1(?:\.0)?$', text, re.MULTILINE)
        return match.group(1) if code == 0 and match else 'unknown'

    def seg6_routes(self, node):
        """The SID routes in a router's kernel."""
        _, text = self.machine.run(node, ['ip', '-6', 'route', 'show', 'table', 'all'])
        return sorted(line.strip() for line in text.splitlines() if 'seg6local' in line)
