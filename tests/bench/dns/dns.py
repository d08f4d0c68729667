# SPDX-License-Identifier: Apache-2.0
"""tests/bench/run dns: answers per second over UDP of one server core, its NAPI work on that core, against peers that are
measured in the same rounds; medians. `--server` is the command that is measured instead of suanlu-dns, with {folder} (zone file
bench.example.zone), {address} and {port} put in; it serves that zone on one thread. `--subnet-server`: one with an answer per class."""
import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys

from dns.dns_bench_lab import ADDRESS, CLIENT, CLIENT_CORE, PORT, SERVER_LINK, TXT, BenchLab, pinned
from dns import dns_feed, dns_peers, dns_publish

TARGETS = ['tests/bench/dns/dns-load', 'tests/bench/dns/dns-echo', 'tests/bench/dns/dns-view-source', 'dns/app/suanlu-dns']
ROUNDS = 5
SECONDS = 2
XDP_RATE = 2000000


def options(parser):
    parser.add_argument('--server', metavar='COMMAND', help='dns: the server that is measured instead of suanlu-dns')
    parser.add_argument('--subnet-server', metavar='COMMAND', help='dns: the one that is measured with client subnets')


class Run:
    """One server, started anew for every round: what it learnt of the last one must not help."""

    def __init__(self, lab, build):
        self.lab, self.build = lab, build
        self.queries = lab.folder / 'queries'
        self.queries.write_text(dns_peers.queries())
        self.services = lab.folder / 'services'
        self.services.write_text(dns_peers.queries(dns_peers.SERVICES))

    def load(self, *more):
        names = self.services if '--subnet' in more else self.queries
        words = [self.build / 'tests/bench/dns/dns-load', ADDRESS, PORT, names, '--seconds', SECONDS, *more]
        done = subprocess.run(pinned(CLIENT, CLIENT_CORE, words), capture_output=True, text=True, check=True)
        result = json.loads(done.stdout)
        if result['answered'] == 0 or result['bad'] > 0:
            raise RuntimeError(f'{result["bad"]} of {result["answered"]} answers are bad')
        return result

    def round(self, name, words, subnet):
        process = self.lab.start(name, words)
        try:
            more = ['--subnet'] if subnet else []
            busy = self.load(*more)
            calm = self.load('--window', 16, *more)
            return {'qps': busy['qps'], 'p99': calm['p99_us']}
        finally:
            self.lab.stop(process)

    def kxdpgun(self, rate=600000):
        """Replies per second that another generator sees, or None: the check of ours. Under SCHED_FIFO it starves the
        kernel's side of its own AF_XDP socket."""
        words = ['ip', 'netns', 'exec', CLIENT, 'taskset', '-c', CLIENT_CORE, 'kxdpgun', '-t', SECONDS, '-Q', rate, '-b', 32,
                 '-i', self.queries, '-p', PORT, ADDRESS]
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
        subprocess.run(['ip', '-n', CLIENT, 'link', 'set', 'dev', 'cli0', 'xdp', 'off'], check=False)
        for line in done.stdout.splitlines():
            if 'total replies:' in line:
                return int(line.split('total replies:')[1].split()[0]) / SECONDS
        return None


def servers_of(lab, build, command):
    echo = [build / 'tests/bench/dns/dns-echo', ADDRESS, PORT]
    ours = dns_peers.suanlu_dns(lab.folder, ADDRESS, build) if command is None else filled(command, lab)
    out = {'ours': ours, 'echo': echo, 'knot': dns_peers.knot(lab.folder, ADDRESS)}
    if shutil.which('gdnsd'):
        out['gdnsd'] = dns_peers.gdnsd(lab.folder, ADDRESS)
    return out


def filled(command, lab):
    (lab.folder / f'{dns_peers.ZONE}.zone').write_text(dns_peers.zone_text())
    return shlex.split(command.format(folder=lab.folder, address=ADDRESS, port=PORT))


def rounds(run, servers, subnet):
    """Interleaved, so that what else the machine does hits all alike."""
    figures = {name: [] for name in servers}
    for _ in range(ROUNDS):
        for name, words in list(servers.items()):
            try:
                figures[name].append(run.round(name, words, subnet))
            except RuntimeError as failure:
                print(f'dns: {name} is left out: {failure}', file=sys.stderr)
                del servers[name], figures[name]
    return {name: {key: statistics.median(row[key] for row in rows) for key in rows[0]} for name, rows in figures.items()}


def case(name, ours, peer, peer_name, unit):
    ratio = None if peer is None else ours / peer
    return {'case': name, 'ours': ours, 'peer': peer, 'peer_name': peer_name, 'unit': unit, 'ratio': ratio}


def plain_cases(run, lab, build, command):
    figures = rounds(run, servers_of(lab, build, command), False)
    if 'ours' not in figures:
        return []
    ours = figures.pop('ours')
    cases = [case(f'udp-vs-{name}', ours['qps'] / 1e3, row['qps'] / 1e3, name, 'kqps') for name, row in figures.items()]
    if 'knot' in figures:
        cases.append(case('p99-16-vs-knot', ours['p99'], figures['knot']['p99'], 'knot', 'us'))
    return cases


def subnet_cases(run, lab, build, command):
    ours = dns_peers.suanlu_dns(lab.folder, ADDRESS, build, True) if command is None else filled(command, lab)
    figures = rounds(run, {'ours': ours, 'knot-geoip': dns_peers.knot_geoip(lab.folder, ADDRESS)}, True)
    if len(figures) < 2:
        return []
    return [case('ecs-vs-knot-geoip', figures['ours']['qps'] / 1e3, figures['knot-geoip']['qps'] / 1e3, 'knot-geoip', 'kqps')]


def xdp_case(run, lab, build):
    """Both answer before the kernel's network stack, ours by XDP_TX and Knot by AF_XDP; replies that kxdpgun gets when it
    asks more than either takes."""
    servers = {'ours': dns_peers.suanlu_dns(lab.folder, ADDRESS, build, front=SERVER_LINK),
               'knot': dns_peers.knot_xdp(lab.folder, ADDRESS, SERVER_LINK)}
    figures = {name: [] for name in servers}
    for _ in range(ROUNDS):
        for name, words in servers.items():
            # What XDP sends to a veth without a program is lost; of this type are no records, so that the sockets answer.
            process = lab.start(name, words, probe_type=TXT)
            try:
                figures[name].append(run.kxdpgun(XDP_RATE))
            finally:
                lab.stop(process)
                lab.clear_xdp()
    if None in figures['ours'] + figures['knot']:
        return []
    ours, theirs = (statistics.median(figures[name]) / 1e3 for name in ('ours', 'knot'))
    return [case('xdp-vs-knot-xdp', ours, theirs, 'knot AF_XDP', 'kqps')]


def generator_case(run, lab, build):
    """Ours beside kxdpgun on the echo server; theirs is an open loop over AF_XDP."""
    process = lab.start('echo', [build / 'tests/bench/dns/dns-echo', ADDRESS, PORT])
    try:
        ours, theirs = run.load()['qps'], run.kxdpgun()
    finally:
        lab.stop(process)
    return [] if theirs is None else [case('load-vs-kxdpgun', ours / 1e3, theirs / 1e3, 'kxdpgun', 'kqps')]


def measure(build, arguments):
    if (os.cpu_count() or 1) < 2:
        print('dns: needs two cores, one for the server and one for the client', file=sys.stderr)
        return []
    with BenchLab() as lab:
        run = Run(lab, build)
        return (plain_cases(run, lab, build, arguments.server) + subnet_cases(run, lab, build, arguments.subnet_server) +
                xdp_case(run, lab, build) + generator_case(run, lab, build) + dns_feed.cases(lab, build, case) + dns_publish.cases(lab, build, case))
