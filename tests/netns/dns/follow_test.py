#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two suanlu-dns behind a real suanlud: what its decision changes is changed on the wire, on both alike; without it they serve the
last view until its validity ends, then static sites or the fail policy, and say so. The network is played by dns-network-peer.

Loopback only. Usage: follow_test.py SUANLUD SUANLU_DNS DNS_NETWORK_PEER"""
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

try:
    import dns.edns
    import dns.message
    import dns.query
    import dns.rcode
    import dns.rdatatype
except ImportError:
    print('skip dns-follows # python3-dnspython is not installed')
    sys.exit(77)

from free_port import free_port

ZONE = 'compute.example.'
VALIDITY_S = 5
WITHIN_S = 30
INVENTORY = f'''srv6: {{block: "fc00:0::/32"}}
routers:
  - {{name: R1, locator: "fc00:0:1::/48", ingress: true, client_class: cameras}}
  - {{name: P1, locator: "fc00:0:a1::/48"}}
  - {{name: E1, locator: "fc00:0:e1::/48"}}
  - {{name: E2, locator: "fc00:0:e2::/48"}}
core_mtu: 2000
sites:
  - name: near
    id: 1
    address: "2001:db8:51::1"
    attachments: [{{egress: E1, interface: eth1, next_hop6: "2001:db8:7::1", sid6: "fc00:0:e1:f006::", mtu: 2000}}]
    services: [{{service: analysis, slots: 4, rate_per_slot: 20}}, {{service: video, slots: 4, rate_per_slot: 20}},
               {{service: render, slots: 4, rate_per_slot: 20}}]
  - name: far
    id: 2
    address: "2001:db8:52::1"
    attachments: [{{egress: E2, interface: eth1, next_hop6: "2001:db8:7::2", sid6: "fc00:0:e2:f006::", mtu: 2000}}]
    services: [{{service: analysis, slots: 4, rate_per_slot: 20}}, {{service: video, slots: 4, rate_per_slot: 20}},
               {{service: render, slots: 4, rate_per_slot: 20}}]
services:
  - {{name: analysis, id: 1, addresses: ["2001:db8:a::1"], transport: tcp, port: 8080, steering: dns}}
  - {{name: video, id: 2, addresses: ["2001:db8:a::2"], transport: udp, port: 9001, steering: dns, static_shares: {{far: 1}}}}
  - {{name: render, id: 3, addresses: ["2001:db8:a::3"], transport: tcp, port: 9002, steering: dns}}
dns:
  zone: {ZONE}
  validity: {VALIDITY_S}s
  classes:
    - {{name: homes, ingress: R1}}
  services:
    render: {{fail: closed}}
'''
SUANLUD = '''name: suanlud-1
inventory: inventory.yaml
listen: ["unix:{work}/suanlud.sock"]
state_dir: {work}/suanlud
'''
DNS = '''listen: ["127.0.0.1:{port}"]
nsid: {name}
metrics: "127.0.0.1:{metrics}"
controller: {{address: "unix:{work}/suanlud.sock", state_dir: {work}/{name}}}
zones: [{{name: compute.example, file: {work}/compute.example.zone, follow: true}}]
'''
ZONE_FILE = f'$ORIGIN {ZONE}\n@ 300 SOA ns hostmaster 1 3600 600 86400 5\n@ 300 NS ns\nns 300 A 127.0.0.1\n'
SITES = 'analysis video render'
NAMES = {'near': 'near.core.site.' + ZONE, 'far': 'far.core.site.' + ZONE}


class Server:
    """One suanlu-dns."""

    def __init__(self, program, work, name):
        self.program, self.work, self.name, self.process = program, work, name, None
        self.port, self.metrics = free_port(), free_port()
        (work / f'{name}.yaml').write_text(DNS.format(port=self.port, metrics=self.metrics, work=work, name=name))

    def start(self):
        log = open(self.work / f'{self.name}.log', 'ab')
        self.process = subprocess.Popen([self.program, '-c', self.work / f'{self.name}.yaml'], stderr=log)

    def ask(self, name, rdtype):
        query = dns.message.make_query(name + '.' + ZONE if name else ZONE, rdtype, use_edns=0)
        return dns.query.udp(query, '127.0.0.1', port=self.port, timeout=2)

    def answer(self, service, rdtype='SVCB'):
        """(RCODE, targets in their order, code of the extended error or None)"""
        reply = self.ask(f'_compute.{service}.svc' if rdtype == 'SVCB' else f'{service}.svc', rdtype)
        errors = [int.from_bytes(o.to_wire()[:2], 'big') for o in reply.options if int(o.otype) == 15]
        records = sorted((r for s in reply.answer for r in s), key=lambda r: getattr(r, 'priority', 0))
        targets = [r.target.to_text() if rdtype == 'SVCB' else r.to_text() for r in records]
        return dns.rcode.to_text(reply.rcode()), targets, errors[0] if errors else None

    def metric(self, name):
        page = urllib.request.urlopen(f'http://127.0.0.1:{self.metrics}/metrics', timeout=5).read().decode()
        return next((float(line.rsplit(' ', 1)[1]) for line in page.splitlines() if line.startswith(name + ' ')), None)

    def serial(self):
        return next((r.serial for s in self.ask('', 'SOA').answer for r in s), 0)


class Scene:
    def __init__(self, work, programs):
        self.work = work
        self.suanlud_program, dns_program, self.peer_program = programs
        (work / 'inventory.yaml').write_text(INVENTORY)
        (work / 'suanlud.yaml').write_text(SUANLUD.format(work=work))
        (work / 'compute.example.zone').write_text(ZONE_FILE)
        self.servers = [Server(dns_program, work, name) for name in ('one', 'two')]
        self.suanlud = self.peer = None

    def start_suanlud(self):
        log = open(self.work / 'suanlud.log', 'ab')
        self.suanlud = subprocess.Popen([self.suanlud_program, '-c', self.work / 'suanlud.yaml'], stderr=log)
        until('suanlud listens', (self.work / 'suanlud.sock').exists)
        self.peer = subprocess.Popen([self.peer_program, f'unix:{self.work}/suanlud.sock', 'R1'], stdin=subprocess.PIPE,
                                     stdout=subprocess.DEVNULL, text=True)
        for line in ('link R1 P1 500', 'link P1 E1 500', 'link P1 E2 3000', f'site near 4 {SITES}', f'site far 4 {SITES}', 'begin'):
            self.tell(line)

    def tell(self, line):
        self.peer.stdin.write(line + '\n')
        self.peer.stdin.flush()

    def kill_suanlud(self):
        self.suanlud.kill()
        self.suanlud.wait()
        self.peer.stdin.close()
        self.peer.wait(20)
        (self.work / 'suanlud.sock').unlink(missing_ok=True)

    def end(self):
        for process in (self.peer, self.suanlud, *(server.process for server in self.servers)):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()


def until(what, holds):
    """Waits for a state; the last thing that was seen instead is in the complaint."""
    end, seen = time.monotonic() + WITHIN_S, None
    while time.monotonic() < end:
        try:
            seen = holds()
            if seen is True:
                return
        except (OSError, dns.exception.DNSException) as error:
            seen = error
        time.sleep(0.05)
    raise AssertionError(f'{what}: not within {WITHIN_S} s; {seen!r} instead')


def both_answer(scene, wanted, service='analysis', rdtype='SVCB'):
    """Both servers answer that, by the same generation."""
    def holds():
        got = [server.answer(service, rdtype) for server in scene.servers]
        same = len({server.serial() for server in scene.servers}) == 1
        return True if same and all(wanted(answer) for answer in got) else got
    until('both servers answer', holds)


def check_nothing_known(scene):
    """Before the first word of a controller."""
    for server in scene.servers:
        server.start()
    both = [server.ask for server in scene.servers]
    for ask in both:
        until('the server answers', lambda ask=ask: ask('analysis.svc', 'A') is not None)
    for server in scene.servers:
        assert server.answer('analysis') == ('SERVFAIL', [], 14), server.answer('analysis')
        assert dns.rcode.to_text(server.ask('', 'SOA').rcode()) == 'SERVFAIL', 'no name is known'


def check_decision(scene):
    scene.start_suanlud()
    both_answer(scene, lambda a: a[0] == 'NOERROR' and a[1][:1] == [NAMES['near']] and a[2] is None)
    for server in scene.servers:
        assert server.metric('suanlu_dns_feed_connected') == 1 and server.metric('suanlu_dns_view_holds') == 1


def check_shares(scene):
    scene.tell(f'site near 0 {SITES}')
    both_answer(scene, lambda a: a == ('NOERROR', [NAMES['far']], None))
    both_answer(scene, lambda a: a == ('NOERROR', ['2001:db8:52::1'], None), rdtype='AAAA')
    scene.tell(f'site near 4 {SITES}')
    both_answer(scene, lambda a: a[1][:1] == [NAMES['near']])


def check_site_dies(scene):
    scene.tell('silent near')
    both_answer(scene, lambda a: a == ('NOERROR', [NAMES['far']], None))
    scene.tell(f'site near 4 {SITES}')
    both_answer(scene, lambda a: a[1][:1] == [NAMES['near']])


def check_not_applied(scene):
    """A Plan that the ingress has not acknowledged changes no answer, though the view's sites do."""
    scene.tell('hold')
    scene.tell(f'site near 0 {SITES}')
    server = scene.servers[0]
    before = server.metric('suanlu_dns_view_generation')
    until('a view of the new reports', lambda: server.metric('suanlu_dns_view_generation') > before)
    assert server.answer('analysis')[1][:1] == [NAMES['near']], 'no ingress forwards elsewhere yet'


def check_ended(scene):
    scene.kill_suanlud()
    first = scene.servers[0].answer('analysis')
    assert first[0] == 'NOERROR' and first[2] is None, f'the last view holds for a while: {first}'
    both_answer(scene, lambda a: a == ('NOERROR', [NAMES['far']], 3), 'video')  # its static site
    both_answer(scene, lambda a: a[0] == 'NOERROR' and sorted(a[1]) == sorted(NAMES.values()) and a[2] == 3)  # fail: open
    both_answer(scene, lambda a: a == ('SERVFAIL', [], 24), 'render')  # fail: closed
    for server in scene.servers:
        assert server.metric('suanlu_dns_view_holds') == 0 and server.metric('suanlu_dns_feed_connected') == 0
        assert 'dns.view-ended' in (scene.work / f'{server.name}.log').read_text()
    assert len({server.serial() for server in scene.servers}) == 1 and scene.servers[0].serial() % 4 == 2, 'each by itself, and the same'


def check_restart_without_controller(scene):
    """The saved view is there again, and as old as it is."""
    server = scene.servers[0]
    server.process.kill()
    server.process.wait()
    server.start()
    until('the restarted server answers', lambda: server.answer('video') == ('NOERROR', [NAMES['far']], 3) or server.answer('video'))
    assert server.answer('render') == ('SERVFAIL', [], 24)
    assert dns.rcode.to_text(server.ask('nobody.svc', 'A').rcode()) == 'NXDOMAIN', 'names are known'


def check_controller_returns(scene):
    scene.start_suanlud()
    both_answer(scene, lambda a: a[0] == 'NOERROR' and a[1][:1] == [NAMES['near']] and a[2] is None)
    assert scene.servers[0].metric('suanlu_dns_view_holds') == 1


def check_restart_within_validity(scene):
    """A restart that takes less than the validity changes nothing, controller or not."""
    server = scene.servers[1]
    scene.kill_suanlud()
    server.process.terminate()
    assert server.process.wait(20) == 0
    server.start()
    until('the restarted server answers', lambda: server.serial() > 0)
    assert server.answer('analysis')[2] in (None, 3) and server.answer('analysis')[0] == 'NOERROR'
    assert 'dns.saved-view ' in (scene.work / f'{server.name}.log').read_text()


def main():
    failed = 0
    with tempfile.TemporaryDirectory(prefix='suanlu-dns-') as name:
        work = pathlib.Path(name)
        scene = Scene(work, sys.argv[1:4])
        try:
            for check in (check_nothing_known, check_decision, check_shares, check_site_dies, check_not_applied, check_ended,
                          check_restart_without_controller, check_controller_returns, check_restart_within_validity):
                title = check.__name__[len('check_'):].replace('_', '-')
                try:
                    check(scene)
                    print(f'ok {title}', flush=True)
                except (AssertionError, OSError, subprocess.SubprocessError, dns.exception.DNSException) as error:
                    print(f'not ok {title}: {error!r}', flush=True)
                    failed += 1
                    break  # the others begin where this one should have ended
        finally:
            scene.end()
            for log in work.glob('*.log') if failed else ():
                print(f'# {log.name}\n' + ''.join(log.read_text().splitlines(True)[-12:]))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
