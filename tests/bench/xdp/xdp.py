# SPDX-License-Identifier: Apache-2.0
"""The XDP data plane: cost of a packet against a forwarder that looks its route up and no more (fib-forward), packets
per second against the kernel's seg6, what swaps, a killed agent and an upgrade lose, tables at scale, and slots that
move without need. The programs beside this file measure; this makes the namespaces and reads their lines."""
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / 'netns' / 'xdp'))
import chain_test
FOLDER = 'tests/bench/xdp/'
PROBE = 'tests/netns/xdp/engine-probe'
TARGETS = [FOLDER + name for name in ('xdp-packets', 'xdp-tables', 'xdp-traffic')] + [PROBE]
CORE = max(os.sched_getaffinity(0))
ROUNDS = 5
SECONDS = '0.5'
LOST_OF = 100_000
SEGMENT = 'fc00:0:a1:e1:f006::'


def pinned(*words):
    """On the last core, at real-time priority where this user may ask for it."""
    real_time = ['chrt', '-f', '1']
    if not shutil.which('chrt') or subprocess.run([*real_time, 'true'], capture_output=True, check=False).returncode:
        real_time = []
    return [*real_time, 'taskset', '-c', str(CORE), *words]


def lines_of(*words):
    """The JSON lines that a program prints."""
    done = subprocess.run(pinned(*words), stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def packet_cases(build):
    """In a namespace with a route for the services, as fib-forward needs one."""
    space = f'xb{os.getpid()}'
    chain_test.sh('ip', 'netns', 'add', space)
    try:
        for words in ('link add in type veth peer name in-peer', 'link add out type veth peer name out-peer',
                      'link set in up', 'link set out up', 'addr add 2001:db8:c::1/64 dev in nodad',
                      'addr add 2001:db8:d::1/64 dev out nodad', 'link set in-peer up', 'link set out-peer up',
                      '-6 neigh add 2001:db8:d::2 lladdr 02:00:00:00:00:99 dev out nud permanent',
                      '-6 route add 2001:db8:a::/64 via 2001:db8:d::2 dev out'):
            chain_test.sh('ip', '-n', space, *words.split())
        inside = ['nsenter', f'--net=/run/netns/{space}']
        chain_test.sh(*inside, 'sysctl', '-qw', 'net.ipv6.conf.all.forwarding=1')
        return lines_of(*inside, str(build / FOLDER / 'xdp-packets'), 'in', 'out')
    finally:
        chain_test.sh('ip', 'netns', 'del', space, check=False)


class Lane:
    """Client - ingress - transit of the chain of namespaces that the tests use, with a generator and a sink."""

    def __init__(self, build):
        self.build = build
        self.chain = chain_test.Chain(f'xl{os.getpid()}')

    def __enter__(self):
        self.chain.build()
        return self

    def __exit__(self, *_):
        self.chain.close()

    def traffic(self, sink, *what, flows=1):
        """The command that sends from the client and counts at the transit router."""
        chain = self.chain
        return pinned(str(self.build / FOLDER / 'xdp-traffic'), chain.ns('c'), 'c-i', chain.mac('i', 'i-c'), chain.ns('t'),
                      't-i', sink, chain_test.ANY6, str(flows), *what)

    def rate(self, sink):
        """Millions of packets a second that reach the sink."""
        done = subprocess.run(self.traffic(sink, 'full', SECONDS), stdout=subprocess.PIPE, text=True, check=True)
        return float(done.stdout) / 1e6

    def engine(self):
        process, line = self.chain.probe(str(self.build / PROBE))
        if not line:
            raise RuntimeError('the engine did not start')
        return process

    def seg6(self, is_on):
        """The kernel's H.Encaps for the same packets to the same segment."""
        route = [f'{chain_test.ANY6}/128']
        if is_on:
            route += ['encap', 'seg6', 'mode', 'encap', 'segs', SEGMENT, 'dev', 'i-t']
            self.chain.ip('i', '-6', 'neigh', 'replace', SEGMENT, 'lladdr', self.chain.mac('t', 't-i'), 'dev', 'i-t')
            self.chain.ip('i', '-6', 'route', 'replace', 'fc00::/16', 'via', '2001:db8:2::2', 'dev', 'i-t')
        self.chain.ip('i', '-6', 'route', 'add' if is_on else 'del', *route)

    def lost(self, disturb):
        """Packets lost of LOST_OF while disturb() runs."""
        process = subprocess.Popen(self.traffic('xdp', 'paced', str(LOST_OF), flows=1024), stdout=subprocess.PIPE,
                                   text=True)
        process.stdout.readline()
        disturb()
        return int(process.communicate(timeout=60)[0])


def summary(name, ours, peer, peer_name, unit):
    """One case of the published form."""
    def spread(values):
        middle = statistics.median(values)
        return round((max(values) - min(values)) / middle, 3) if middle else 0.0
    case = {'case': name, 'ours': statistics.median(ours), 'unit': unit, 'peer': None, 'peer_name': peer_name,
            'ratio': None, 'ours_spread': spread(ours)}
    if peer:
        case.update(peer=statistics.median(peer), peer_spread=spread(peer))
        case['ratio'] = round(case['ours'] / case['peer'], 4) if case['peer'] else None
    return case


def forward_cases(lane):
    """Ours and the kernel in turns, each with both sinks."""
    cases = []
    for sink in ('tc', 'xdp'):
        ours, peer = [], []
        for _ in range(ROUNDS):
            process = lane.engine()
            ours.append(lane.rate(sink))
            chain_test.ask(process, 'withdraw')
            process.wait()
            lane.seg6(True)
            peer.append(lane.rate(sink))
            lane.seg6(False)
        cases.append(summary(f'forward-seg6-{sink}', ours, peer, 'seg6 H.Encaps', 'Mpps'))
    return cases


def loss_cases(lane):
    """What is lost while nothing happens, and while something does; three times each."""
    engine = [lane.engine()]

    def swap():
        for _ in range(40):
            chain_test.ask(engine[0], 'apply')

    def kill():
        engine[0].send_signal(signal.SIGKILL)
        engine[0].wait()

    def upgrade():
        kill()
        engine[0] = lane.engine()

    idle = [lane.lost(lambda: None) for _ in range(3)]
    seen = {'swap-loss': [lane.lost(swap) for _ in range(3)], 'upgrade-loss': [lane.lost(upgrade) for _ in range(3)],
            'agent-kill-loss': []}
    for _ in range(3):
        seen['agent-kill-loss'].append(lane.lost(kill))
        engine[0] = lane.engine()
    chain_test.ask(engine[0], 'withdraw')
    return [summary(name, values, idle, 'idle', f'of {LOST_OF}') for name, values in seen.items()]


def measure(build, _trials, only=None):
    """Cases, or an empty list when the benchmark could not run to its end."""
    cases = []
    try:
        if only in (None, 'packets'):
            cases += packet_cases(build)
        if only in (None, 'tables'):
            cases += lines_of(str(build / FOLDER / 'xdp-tables'))
        if only in (None, 'lane'):
            with Lane(build) as lane:
                cases += forward_cases(lane) + loss_cases(lane)
    except (subprocess.CalledProcessError, RuntimeError, ValueError) as failure:
        print(f'xdp: {failure}', file=sys.stderr)
        return []
    return cases
