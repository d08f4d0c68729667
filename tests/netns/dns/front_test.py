#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The XDP front of suanlu-dns on a veth: plain queries are answered by it, the rest by the sockets, a reload reaches it, a
client beyond its rate is passed on, and the program goes with the server. Usage: front_test.py SUANLU_DNS PASS_OBJECT"""
import ctypes
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
if os.geteuid() != 0:
    print('skip dns-front # needs root')
    sys.exit(77)
try:
    import dns.flags
    import dns.message
    import dns.query
except ImportError:
    print('skip dns-front # python3-dnspython is not installed')
    sys.exit(77)

from server_lab import run_case

ZONE = '$ORIGIN c.example.\n$TTL 300\n@ SOA ns1 host 1 3600 600 86400 5\n@ NS ns1\nns1 A 192.0.2.1\nwww A 192.0.2.3\nwww AAAA 2001:db8::3\n'
DNS_YAML = '''listen: ["10.79.0.1:53", "[2001:db8:79::1]:53"]
zones: [{{name: c.example, file: "{zone}"}}]
xdp: {{interfaces: [to-c], rate: 50}}
metrics: "127.0.0.1:9153"
'''
CLONE_NEWNET = 0x40000000
SERVERS = ('10.79.0.1', '2001:db8:79::1')


def run(*words, check=True):
    return subprocess.run([str(w) for w in words], check=check, capture_output=True, text=True).stdout


class Lab:
    """A server and a client namespace; this process asks from the client's."""

    def __init__(self, program, passing):
        self.program, self.passing, self.process = program, passing, None
        self.server, self.client = f'sldf{os.getpid()}s', f'sldf{os.getpid()}c'
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='suanlu-front-'))

    def __enter__(self):
        for name in (self.server, self.client):
            run('ip', 'netns', 'add', name)
            run('ip', '-n', name, 'link', 'set', 'lo', 'up')
        run('ip', 'link', 'add', 'to-c', 'netns', self.server, 'type', 'veth', 'peer', 'name', 'to-s', 'netns', self.client)
        for name, link, host in ((self.server, 'to-c', 1), (self.client, 'to-s', 2)):
            run('ip', '-n', name, 'addr', 'add', f'10.79.0.{host}/24', 'dev', link)
            run('ip', '-n', name, 'addr', 'add', f'2001:db8:79::{host}/64', 'dev', link, 'nodad')
            run('ip', '-n', name, 'link', 'set', link, 'up')
        run('ip', '-n', self.client, 'link', 'set', 'dev', 'to-s', 'xdpdrv', 'obj', self.passing, 'sec', 'xdp')
        (self.folder / 'zone').write_text(ZONE)
        (self.folder / 'dns.yaml').write_text(DNS_YAML.format(zone=self.folder / 'zone'))
        self.process = subprocess.Popen(['ip', 'netns', 'exec', self.server, self.program, '-c', self.folder / 'dns.yaml'],
                                        stdout=open(self.folder / 'log', 'w', encoding='utf-8'), stderr=subprocess.STDOUT)
        self.until('the start', lambda: 'dns.started' in (self.folder / 'log').read_text())
        # A query from here would come from this namespace: this process goes into the client's for good.
        with open(f'/run/netns/{self.client}', encoding='utf-8') as space:
            assert ctypes.CDLL(None, use_errno=True).setns(space.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for name in (self.server, self.client):
            run('ip', 'netns', 'del', name, check=False)

    def until(self, what, is_so):
        end = time.monotonic() + 20
        while not is_so():
            assert self.process.poll() is None, (self.folder / 'log').read_text()
            assert time.monotonic() < end, f'{what} did not come'
            time.sleep(0.02)

    def packets(self, reason):
        page = run('nsenter', f'--net=/run/netns/{self.server}', '/usr/bin/python3', '-c',
                   'import urllib.request as r; print(r.urlopen("http://127.0.0.1:9153/metrics", timeout=5).read().decode())')
        name = f'suanlu_dns_front_packets_total{{reason="{reason}"}}'
        return sum(float(line.rsplit(' ', 1)[1]) for line in page.splitlines() if line.startswith(name))


def ask(server, name, kind='A', **options):
    return dns.query.udp(dns.message.make_query(name, kind, **options), server, timeout=5)


def check_plain(lab):
    for server in SERVERS:
        # A veth leaves little room behind a packet: a large answer may be the sockets' to give.
        done = lambda: lab.packets('answered') + lab.packets('no_room')
        before = done()
        for kind, text in (('A', '192.0.2.3'), ('AAAA', '2001:db8::3')):
            for options in ({}, {'use_edns': 0, 'want_dnssec': True}):
                answer = ask(server, 'WwW.c.example.', kind, **options)
                assert answer.answer[0][0].to_text() == text and answer.flags & dns.flags.AA, answer
                assert answer.edns == (0 if options else -1), answer
        assert done() == before + 4 and lab.packets('answered') >= before + 2, lab.packets('answered')


def check_rest(lab):
    before = lab.packets('answered')
    for server in SERVERS:
        assert ask(server, 'nowhere.c.example.').rcode() == 3
        assert ask(server, 'www.c.example.', 'TXT').rcode() == 0
        assert dns.query.tcp(dns.message.make_query('www.c.example.', 'A'), server, timeout=5).answer
    assert lab.packets('answered') == before and lab.packets('not_held') >= 4


def check_reload(lab):
    zone = lab.folder / 'zone'
    zone.write_text(ZONE.replace('192.0.2.3', '192.0.2.9').replace('host 1 ', 'host 2 '))
    lab.process.send_signal(signal.SIGHUP)
    lab.until('the new answer', lambda: ask(SERVERS[0], 'www.c.example.').answer[0][0].to_text() == '192.0.2.9')


def check_rate(lab):
    """Fifty a second, a second's worth at once: what is more is passed on, and answered by the sockets."""
    query = dns.message.make_query('www.c.example.', 'A').to_wire()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        for _ in range(2000):
            udp.sendto(query, (SERVERS[0], 53))
    lab.until('the limit', lambda: lab.packets('rate_limited') > 0)
    assert ask(SERVERS[0], 'www.c.example.').answer


def check_end(lab):
    interfaces = lambda: run('ip', '-n', lab.server, 'link', 'show', 'to-c')
    assert 'xdp' in interfaces()
    lab.process.kill()
    lab.process.wait()
    end = time.monotonic() + 10
    while 'xdp' in interfaces():
        assert time.monotonic() < end, 'the program outlives the server'
        time.sleep(0.02)


def main():
    with Lab(*sys.argv[1:]) as lab:
        cases = (check_plain, check_rest, check_reload, check_rate, check_end)
        return max(run_case(case.__name__.removeprefix('check_'), lambda case=case: case(lab)) for case in cases)


if __name__ == '__main__':
    sys.exit(main())
