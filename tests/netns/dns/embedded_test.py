#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The DNS server inside suanlud beside a suanlu-dns that follows the same suanlud: octet for octet the same answers, as the decision
moves, after a reload and after a restart. The network is played by dns-network-peer.

Loopback only. Usage: embedded_test.py SUANLUD SUANLU_DNS DNS_NETWORK_PEER"""
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile

import follow_test
from follow_test import NAMES, SITES, ZONE, Scene, Server, both_answer, until

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.rcode

DNS = '''listen: ["127.0.0.1:{port}"]
nsid: same
metrics: "127.0.0.1:{metrics}"
{controller}
zones: [{{name: compute.example, file: {work}/compute.example.zone, follow: true}}]
'''
OWNERS = ['', 'ns', 'www', 'near.core.site', 'far.core.site', '_index.core.site', '_compute._udp.core', 'near._compute._udp.core', 'core.site',
          'analysis.svc', '_compute.analysis.svc', 'video.svc', '_compute.video.svc', 'render.svc', '_compute.render.svc', 'nobody.svc']
TYPES = ['A', 'AAAA', 'NS', 'SOA', 'SVCB', 'HTTPS', 'TXT', 'TYPE65280', 'PTR', 'SRV', 'ANY']


class SameServer(Server):
    """As the others, under one name for both."""

    def __init__(self, program, work, name, controller):
        super().__init__(program, work, name)
        (work / f'{name}.yaml').write_text(DNS.format(port=self.port, metrics=self.metrics, work=work, controller=controller))


class EmbeddedScene(Scene):
    def __init__(self, work, programs):
        super().__init__(work, programs)
        with open(work / 'suanlud.yaml', 'a') as config:
            config.write('dns: inner.yaml\n')
        self.inner = SameServer(None, work, 'inner', '')
        self.outer = SameServer(programs[1], work, 'outer', f'controller: {{address: "unix:{work}/suanlud.sock", state_dir: {work}/outer}}')
        self.servers = [self.inner, self.outer]

    def end(self):
        self.inner.process = None
        super().end()


def questions():
    for owner in OWNERS:
        for rdtype in TYPES:
            for edns in ({}, {'use_edns': 0, 'ednsflags': dns.flags.DO}, {'use_edns': 0, 'options': [dns.edns.ECSOption('10.1.2.0', 24), nsid()]}):
                yield dns.message.make_query(f'{owner}.{ZONE}' if owner else ZONE, rdtype, id=6, **edns).to_wire()


def nsid():
    return dns.edns.GenericOption(dns.edns.OptionType.NSID, b'')


def octets(server, query):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.sendto(query, ('127.0.0.1', server.port))
        return client.recv(65535)


def difference(scene):
    """The first question that the two answer differently."""
    for query in questions():
        inner, outer = (octets(server, query) for server in scene.servers)
        if inner != outer:
            return f'{dns.message.from_wire(inner)}\n--- but suanlu-dns:\n{dns.message.from_wire(outer)}'
    return True


def same_octets(scene):
    until('the same octets from both', lambda: difference(scene))


def check_decision(scene):
    scene.outer.start()
    scene.start_suanlud()
    both_answer(scene, lambda a: a[0] == 'NOERROR' and a[1][:1] == [NAMES['near']] and a[2] is None)
    same_octets(scene)
    for name, value in (('suanlu_dns_feed_connected', 1), ('suanlu_dns_view_holds', 1)):
        assert scene.inner.metric(name) == value, name
    assert scene.inner.metric('suanlu_dns_view_generation') > 0


def check_moves(scene):
    for free, wanted in ((0, 'far'), (4, 'near'), (1, 'near'), (0, 'far'), (4, 'near')):
        scene.tell(f'site near {free} {SITES}')
        both_answer(scene, lambda a, wanted=wanted: a[1][:1] == [NAMES[wanted]])
        same_octets(scene)


def check_reload(scene):
    (scene.work / 'compute.example.zone').write_text(follow_test.ZONE_FILE + 'www 300 A 192.0.2.80\n')
    for process in (scene.suanlud, scene.outer.process):
        process.send_signal(signal.SIGHUP)
    for server in scene.servers:
        until('the new name', lambda server=server: dns.rcode.to_text(server.ask('www', 'A').rcode()) == 'NOERROR')
    same_octets(scene)
    whole = (scene.work / 'compute.example.zone').read_text()
    (scene.work / 'compute.example.zone').write_text('broken\n')
    scene.suanlud.send_signal(signal.SIGHUP)
    until('the refusal', lambda: 'dns.reload-refused' in (scene.work / 'suanlud.log').read_text())
    assert len(scene.inner.ask('www', 'A').answer) == 1, 'what was served stays'
    (scene.work / 'compute.example.zone').write_text(whole)


def check_restart(scene):
    """The view on disk is there before any router or site has said a word."""
    scene.kill_suanlud()
    with open(scene.work / 'suanlud.log', 'ab') as log:
        scene.suanlud = subprocess.Popen([scene.suanlud_program, '-c', scene.work / 'suanlud.yaml'], stderr=log)
    until('the saved view is served', lambda: scene.inner.answer('analysis')[0] == 'NOERROR')
    scene.suanlud.terminate()
    assert scene.suanlud.wait(20) == 0, 'a clean end'
    (scene.work / 'suanlud.sock').unlink(missing_ok=True)
    scene.start_suanlud()
    both_answer(scene, lambda a: a[0] == 'NOERROR' and a[1][:1] == [NAMES['near']] and a[2] is None)
    same_octets(scene)


def check_refusals(scene):
    """What does not fit together is said at the start, with its file."""
    def refused(name, text, inventory='inventory.yaml'):
        (scene.work / f'{name}.yaml').write_text(text)
        config = follow_test.SUANLUD.format(work=scene.work).replace('inventory.yaml', inventory) + f'dns: {name}.yaml\n'
        (scene.work / 'refused.yaml').write_text(config)
        ran = subprocess.run([scene.suanlud_program, '--check', '-c', scene.work / 'refused.yaml'], capture_output=True, text=True, timeout=20)
        assert ran.returncode == 2, ran
        return ran.stderr
    text = (scene.work / 'inner.yaml').read_text()
    assert 'two.yaml:4' in refused('two', (scene.work / 'outer.yaml').read_text())
    assert 'tells zone' in refused('foreign', text.replace('name: compute.example', 'name: other.example'))
    (scene.work / 'plain.yaml').write_text(follow_test.INVENTORY.partition('dns:\n')[0].replace(', steering: dns', '').replace(', client_class: cameras', ''))
    assert "no section 'dns'" in refused('silent', text, 'plain.yaml')


def main():
    failed = 0
    with tempfile.TemporaryDirectory(prefix='suanlu-dns-') as name:
        work = pathlib.Path(name)
        scene = EmbeddedScene(work, sys.argv[1:4])
        try:
            for check in (check_decision, check_moves, check_reload, check_restart, check_refusals):
                title = check.__name__[len('check_'):].replace('_', '-')
                try:
                    check(scene)
                    print(f'ok {title}', flush=True)
                except (AssertionError, OSError, subprocess.SubprocessError, dns.exception.DNSException) as error:
                    print(f'not ok {title}: {error}', flush=True)
                    failed += 1
                    break  # the others begin where this one should have ended
        finally:
            scene.end()
            for log in work.glob('*.log') if failed else ():
                print(f'# {log.name}\n' + ''.join(log.read_text().splitlines(True)[-12:]))
    return 1 if failed else 0


sys.exit(main())
