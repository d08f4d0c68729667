# SPDX-License-Identifier: Apache-2.0
"""DPDK: one lcore of suanlu-fwd against testpmd's `mac` on null devices, buffers and tables in 2 MB pages, in turns.
Both receive the same frames: null_wire.hpp writes them into the buffers that the device gives, in forward-bench and,
preloaded, in testpmd. `wire` is what that costs testpmd. Null devices leave out the wire proper: no descriptor rings, no
DMA, no cache misses on packets that a device wrote. `--soak SECONDS` runs forward-soak instead: the tables are swapped
every 100 ms, and at the end every packet that came has left or is counted, and every buffer is back."""
import contextlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

TARGETS = ['tests/bench/dpdk/forward-bench', 'tests/bench/dpdk/forward-soak', 'tests/bench/dpdk/libpreload-wire.so']
ROUNDS = 5
SECONDS = 0.5
PAGES = 256
HUGE = '/proc/sys/vm/nr_hugepages'
CASES = ('encap-1flow', 'encap-64kflows', 'encap-1mflows', 'transit-csid', 'decap-dx6', 'decap-dt6', 'decap-64kflows')
EAL = ['--no-pci', '--no-telemetry', '--no-shconf', '--in-memory', '--log-level', '3', '--vdev']
FRAME = 80  # bytes; those of other cases are in a tunnel:
TUNNELS = {'decap': 96, 'transit': 40}  # IPv6 and a routing header with three segments, IPv6 alone


@contextlib.contextmanager
def huge_pages():
    """Folder of a hugetlbfs, with PAGES pages in the system meanwhile."""
    with open(HUGE, encoding='ascii') as file:
        before = file.read()
    with tempfile.TemporaryDirectory() as folder:
        try:
            with open(HUGE, 'w', encoding='ascii') as file:
                file.write(str(PAGES))
            subprocess.run(['mount', '-t', 'hugetlbfs', '-o', 'pagesize=2M', 'none', folder], check=True)
            yield folder
        finally:
            subprocess.run(['umount', folder], check=False)  # what lies in it goes as well
            with open(HUGE, 'w', encoding='ascii') as file:
                file.write(before)


def device(case):
    """The null device with the frames of a case."""
    return f'net_null0,size={FRAME + TUNNELS.get(case.split("-")[0], 0)}'


def real_time():
    """['chrt', ...] where this user may ask for it: the lowest real-time priority, for the measured core alone."""
    command = ['chrt', '-f', '1']
    return command if shutil.which('chrt') and subprocess.run([*command, 'true'], check=False).returncode == 0 else []


def ours(build, core, case, folder):
    """Answer of forward-bench, or None."""
    tables = os.path.join(folder, 'tables')
    done = subprocess.run([*real_time(), str(build / TARGETS[0]), case, str(SECONDS), tables, '-l', str(core), *EAL,
                           device(case)], stdout=subprocess.PIPE, text=True, check=False)
    if os.path.exists(tables):
        os.unlink(tables)
    lines = [line for line in done.stdout.splitlines() if line.startswith('{')]
    return json.loads(lines[0]) if done.returncode == 0 and lines else None


def testpmd(build, core, main, case):
    """Million packets a second of testpmd on the same device with the frames of a case, or None. Case None = as the
    device gives them: all zero."""
    environment = dict(os.environ)
    if case:
        environment |= {'LD_PRELOAD': str(build / TARGETS[2]), 'SUANLU_WIRE': case}
    command = [*real_time(), 'dpdk-testpmd', '-l', f'{main},{core}', '--main-lcore', str(main), *EAL,
               device(case or ''), '--', '--forward-mode=mac', '--nb-cores=1', '--port-topology=loop', '--stats-period', '1', '-a']
    rates = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          env=environment) as run:
        for line in run.stdout:
            if found := re.search(rb'Tx-pps:\s+(\d+)', line):
                rates.append(int(found.group(1)))
            if len(rates) == 3:
                break
        run.terminate()
        run.communicate()
    return rates[2] / 1e6 if len(rates) == 3 else None  # the first two are from the start


def rounds(build, core, main, folder):
    """{case: [(ours, testpmd's)]}, None where something could not run. Case None is testpmd's alone."""
    figures = {case: [] for case in (None, *CASES)}
    for _ in range(ROUNDS):
        for case, pairs in figures.items():
            answer = ours(build, core, case, folder) if case else {'mpps': 0}
            pairs.append((answer and answer['mpps'], testpmd(build, core, main, case)))
    return figures


def swaps(build, core, folder):
    """[(with swaps, without)]; None where it could not run. forward-bench takes them in turns within one run."""
    answers = [ours(build, core, 'swap-100ms', folder) for _ in range(ROUNDS)]
    return [pair for answer in answers for pair in (answer['pairs'] if answer else [(None, None)])]


def row(name, pairs, peer_name, ratio=None):
    """One case of the table: the ratio of the medians unless another one is given, and beside it that of the best of
    each: what else runs on the machine only ever takes packets away, and not from both alike."""
    mine, peer = zip(*pairs)
    ratio = ratio or statistics.median(mine) / statistics.median(peer)
    return {'case': name, 'ours': statistics.median(mine), 'peer': statistics.median(peer), 'peer_name': peer_name, 'unit': 'Mpps',
            'ratio': ratio, 'best_ours': max(mine), 'best_peer': max(peer), 'best_ratio': max(mine) / max(peer)}


def options(parser):
    parser.add_argument('--soak', type=int, metavar='SECONDS', help='swap tables for so long and count every packet')


def soak(build, seconds, services=1000, sites=64):
    """One case: what one lcore took, or an empty list when a packet or a buffer is missing."""
    with huge_pages():
        done = subprocess.run([str(build / TARGETS[1]), str(10 * seconds), str(services), str(sites), '1', *EAL, device('')],
                              stdout=subprocess.PIPE, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith('{')]
    if done.returncode != 0 or not lines:
        return []
    print(lines[0])
    found = json.loads(lines[0])
    return [{'case': 'soak', 'ours': found['received'] / found['seconds'] / 1e6, 'peer': None, 'peer_name': None,
             'unit': 'Mpps', 'ratio': None}]


def measure(build, arguments):
    """Cases, or an empty list when the benchmark could not run to its end."""
    if arguments.soak:
        return soak(build, arguments.soak)
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2 or not shutil.which('dpdk-testpmd'):
        print('dpdk: needs two cores and dpdk-testpmd (package dpdk-dev)', file=sys.stderr)
        return []
    with huge_pages() as folder:
        found = rounds(build, cores[-1], cores[0], folder)
        found['swap-100ms'] = swaps(build, cores[-1], folder)
    if any(figure is None for pairs in found.values() for pair in pairs for figure in pair):
        return []
    wire = [(mine[1], zeros[1]) for mine, zeros in zip(found[CASES[0]], found[None])]
    return [*(row(case, found[case], 'testpmd mac, same frames') for case in CASES),
            row('swap-100ms', found['swap-100ms'], 'without swaps', statistics.median(a / b for a, b in found['swap-100ms'])),
            row('wire', wire, 'testpmd mac, frames of zeros')]
