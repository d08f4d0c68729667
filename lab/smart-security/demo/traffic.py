# SPDX-License-Identifier: Apache-2.0
"""The load of the demo, and the numbers that are read out of its log files."""
from .machine import WORKLOAD, workload  # noqa: F401  (WORKLOAD is for the steps)
import sys

sys.path.insert(0, WORKLOAD)

from statistics_of import percentile  # noqa: E402

SITES = {'mec1': ('mec-1', '2001:db8:51::1', 4), 'mec2': ('mec-2', '2001:db8:52::1', 6),
         'icc': ('icc', '2001:db8:53::1', 16)}
ANYCAST = '2001:db8:a::1'
SERVICE_MS = 50
CAMERA_RATE = 22.5  # per camera group; both together fill 56 % of MEC-1


def start_site(machine, node):
    """The services and the exporter of one site."""
    name, host, workers = SITES[node]
    machine.start(node, f'analysis-{name}', workload(
        'analysis_server', '--site', name, '--host', host, '--anycast', ANYCAST, '--workers', workers,
        '--service-ms', SERVICE_MS, '--seed', workers))
    machine.start(node, f'node-exporter-{name}', ['prometheus-node-exporter', '--web.listen-address=127.0.0.1:9110'])


def start_cameras(machine, label, seconds=0, rate=CAMERA_RATE):
    """Both groups of cameras, always with the same seeds; 0 s = until stopped."""
    return [machine.start(node, f'{label}-{node}', workload('camera', '--rate', rate, '--seed', seed, '--duration', seconds))
            for seed, node in enumerate(('cam1', 'cam2'), 1)]


def set_batch(machine, node, jobs):
    """Starts or ends local batch jobs at a site; returns True when the site took it."""
    url = f'http://[{SITES[node][1]}]:8080/batch'
    return machine.run(node, workload('fetch', url, f'{{"jobs": {jobs}}}'))[0] == 0


class Requests:
    """The requests of some cameras that began within a window of time."""

    def __init__(self, cameras, begin=0.0, end=float('inf')):
        rows = [row for camera in cameras for row in camera.lines() if 'ms' in row and begin <= row['t'] < end]
        self.rows = rows
        self.good = [row for row in rows if not row.get('error')]
        self.errors = len(rows) - len(self.good)
        self.sites = {}
        for row in self.good:
            self.sites[row['site']] = self.sites.get(row['site'], 0) + 1
        # Over all requests: one that ran into its time limit was slow, not absent.
        self.p50_ms = percentile([row['ms'] for row in rows], 50)
        self.p99_ms = percentile([row['ms'] for row in rows], 99)

    def share(self, site):
        """Share of the good requests that the site served."""
        return self.sites.get(site, 0) / max(1, len(self.good))

    def line(self):
        """One line of numbers."""
        sites = ', '.join(f'{site} {count}' for site, count in sorted(self.sites.items()))
        return f'{len(self.rows)} requests, p50 {self.p50_ms} ms, p99 {self.p99_ms} ms, {self.errors} errors ({sites})'


def lost_frames(stream, begin=0.0, end=float('inf')):
    """Send times of the lost frames of a UDP stream within a window."""
    return [t for row in stream.lines() if row.get('event') == 'report' for t in row['lost'] if begin <= t < end]


def largest_gap_ms(stream, begin, end):
    """The largest time between two acks of a stream that logs its acks."""
    times = [row['t'] for row in stream.lines() if 'seq' in row and 'event' not in row and begin <= row['t'] < end]
    return round(max((b - a for a, b in zip(times, times[1:])), default=0.0) * 1000, 1)
