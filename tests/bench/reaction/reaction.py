# SPDX-License-Identifier: Apache-2.0
"""Reaction: from a site's report to the first packet that follows it.

Two sites; each trial swaps their capacity (one drops to 0, the other comes back) while a generator starts a new TCP
flow every 100 us. t0 = just before suanlu-site writes the first report that carries the swap, t1 = the kernel's receive
timestamp, at the new site, of the first flow that was started after t0. Nothing is scripted between the two: the real
suanlu-site, suanlud and suanlu-agent run with mutual TLS, the real XDP engine steers."""
import bisect
import pathlib
import random
import re
import shutil
import statistics
import sys
import time

from reaction.bench_lab import BenchLab

HERE = pathlib.Path(__file__).resolve().parent
SITES = {'sa': 'site-a', 'sb': 'site-b'}
WORKERS = 8
REPORT = re.compile(r'event=report\.write .*sequence=(\d+) .*slots_usable=([0-9.e+]+) .*wall_ns=(\d+)')
TARGETS = ['controller/app/suanlud', 'controller/cli/suanluctl', 'dataplane/agent/suanlu-agent', 'telemetry/site/suanlu-site',
           'tests/bench/syn-clock']


def write_capacity(folder, site, workers):
    """Replaces the number in one step, so that no page is ever half written."""
    path = folder / f'{site}.workers'
    fresh = path.with_suffix('.new')
    fresh.write_text(str(workers), encoding='utf-8')
    fresh.replace(path)


def changes_of(log_file):
    """[(wall_ns, usable)] of the reports in which the capacity changed."""
    out, last = [], None
    for match in REPORT.finditer(log_file.read_text(encoding='utf-8', errors='replace')):
        usable = float(match[2])
        if last is not None and (usable > 0) != (last > 0):
            out.append((int(match[3]), usable))
        last = usable
    return out


def arrivals_of(sink_file):
    """Sorted [(started_us, received_ns)] of one site; the 32-bit start times are unwrapped by the receive time."""
    out = []
    for line in sink_file.read_text(encoding='ascii').splitlines():
        fields = line.split()
        if len(fields) != 2:
            continue  # the sink was stopped in the middle of it
        received, low = map(int, fields)
        base = received // 1000
        started = (base & ~0xffffffff) | low
        if started > base + (1 << 31):
            started -= 1 << 32
        out.append((started, received))
    return sorted(out)


def reaction_ms(swaps, reports, arrivals):
    """One figure per swap: first report of the swap -> first flow started after it that the new site received."""
    out, missing = [], 0
    for begin, end, new in swaps:
        wrote = [t for site in SITES for t, _ in reports[site] if begin <= t < end]
        flows = arrivals[new]
        t0 = min(wrote, default=0)
        at = bisect.bisect_right(flows, (t0 // 1000 + 1, 0))
        received = min((r for _, r in flows[at:at + 5000]), default=None)
        if not wrote or received is None or received > end:
            missing += 1
            continue
        out.append((received - t0) / 1e6)
    return out, missing


def swap_repeatedly(folder, trials):
    """Swaps the capacity `trials` times at random moments; returns [(begin_ns, end_ns, new site)]."""
    order, swaps, moments = ['sa', 'sb'], [], random.Random(7)
    for trial in range(trials):
        begin = time.time_ns()
        old, new = order
        write_capacity(folder, old, 0)
        write_capacity(folder, new, WORKERS)
        order.reverse()
        time.sleep(0.45 + 0.1 * moments.random())  # the pace of the trials, not a wait for something
        swaps.append((begin, time.time_ns(), new))
        if sys.stdout.isatty():
            print(f'\r  trial {trial + 1}/{trials}', end='', flush=True)
    if sys.stdout.isatty():
        print()
    return swaps


def percentile(values, share):
    """Nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(build, trials):
    """Runs everything and returns the cases; None when the chain did not come up."""
    work = build / 'bench' / 'reaction'
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(HERE, work, ignore=shutil.ignore_patterns('__pycache__', '*.cpp', '*.py'))
    shutil.copy(HERE / 'capacity_page.py', work)
    write_capacity(work, 'sa', WORKERS)
    write_capacity(work, 'sb', 0)
    with BenchLab(work, build) as lab:
        for site in SITES:
            lab.start(site, 'page', ['/usr/bin/python3', str(work / 'capacity_page.py'), str(work / f'{site}.workers')])
            lab.start(site, 'sink', [str(build / 'tests/bench/syn-clock'), 'sink', 'eth1', '8080', str(work / f'{site}.sink')])
        lab.start_chain(SITES)
        if not lab.wait_for_share('site-a', 1.0, seconds=30):
            print('the chain did not come up; logs are in ' + str(work), file=sys.stderr)
            return None
        flows = int(trials * 0.6 * 10_000) + 20_000
        lab.start('gen', 'syns', ['chrt', '-f', '10', str(build / 'tests/bench/syn-clock'), 'send', 'eth1',
                                  lab.mac('r1', 'eth1'), '2001:db8:c1::2', '2001:db8:a::1', '8080', '100', str(flows)])
        swaps = swap_repeatedly(work, trials)
    reports = {site: changes_of(work / f'{site}.site.log') for site in SITES}
    arrivals = {site: arrivals_of(work / f'{site}.sink') for site in SITES}
    values, missing = reaction_ms(swaps, reports, arrivals)
    if missing or not values:
        print(f'{missing} of {trials} trials saw no flow at the new site', file=sys.stderr)
    if len(values) < trials * 0.95:
        return None
    print(f'{len(values)} trials, median {statistics.median(values):.2f} ms, largest {max(values):.2f} ms')
    return [{'case': f'report-to-packet-p{p}', 'ours': round(percentile(values, p / 100), 3), 'peer': None,
             'peer_name': None, 'unit': 'ms', 'ratio': None} for p in (50, 99)]
