# SPDX-License-Identifier: Apache-2.0
"""Points 5 and 6: a core link is cut, MEC-1's first egress router dies, MEC-2's host dies."""
import json
import time

from .step_bring_up import restore_ted
from .traffic import CAMERA_RATE, Requests, lost_frames, workload

PROBE_RATE = 1000
CUT_S = 2.0
DEAD_EGRESS_S = 4.0
DEAD_HOST_S = 5.0


def begin_probe(demo):
    """1 000 small frames a second from camera 1, on MEC-1: every millisecond without a path is one lost frame."""
    demo.probe = demo.machine.start('cam1', 'udp-probe', workload(
        'udp_stream', '--begin-on', 'mec-1', '--rate', PROBE_RATE, '--size', 120))
    demo.control.wait(lambda: any(row.get('event') == 'site' for row in demo.probe.lines()), 10)


def _site_of(stream):
    return next((row['site'] for row in reversed(stream.lines()) if row.get('event') == 'site'), '')


def _interfaces(demo, node):
    _, text = demo.machine.run(node, ['ip', '-j', 'link', 'show'])
    return [row['ifname'] for row in json.loads(text) if row['ifname'] != 'lo']


def _set_links(demo, node, interfaces, state):
    batch = '\n'.join(f'link set {name} {state}' for name in interfaces)
    demo.machine.run(node, ['sh', '-c', f'printf "%s\\n" "{batch}" | ip -batch -'])


def _outage(demo, begin, end):
    """(frames lost, ms from the first to the last lost frame) of the probe."""
    lost = lost_frames(demo.probe, begin, end)
    return len(lost), round((max(lost) - min(lost)) * 1000 + 1000 / PROBE_RATE) if lost else 0


def _core_link(demo, site):
    """The core link behind the first hop of R1's best path to the site, as (node, interface), from the Plan."""
    paths = [p for p in demo.control.paths('R1') if p.get('site') == site]
    hops = [link for link in (paths[0].get('links', []) if paths else [])]
    names = [hop.replace('>', '-').replace('--', '-').lower().split('-') for hop in hops]
    pair = next(((a, b) for a, b in ((n[0].strip(), n[-1].strip()) for n in names) if a.startswith('p')), ('p1', 'e1'))
    return pair[0], f'to-{pair[1]}'


def cut_link(demo):
    """Point 5."""
    demo.report.step('5. a core link is cut')
    site = _site_of(demo.probe)
    node, interface = _core_link(demo, site)
    cut = time.monotonic()
    _set_links(demo, node, [interface], 'down')
    time.sleep(CUT_S)
    restored = time.monotonic()
    _set_links(demo, node, [interface], 'up')
    seen, wanted, _, _ = restore_ted()
    time.sleep(1.2)
    now = time.monotonic()
    lost, outage_ms = _outage(demo, cut - 0.05, restored)
    later, _ = _outage(demo, restored, now - 1.1)
    demo.report.check('packets flow again over another path before the link is back',
                      outage_ms < CUT_S * 900 and demo.probe.is_running(),
                      f'{node.upper()} {interface} down: packets flow again after {outage_ms} ms, {lost} of '
                      f'{PROBE_RATE * CUT_S:.0f} frames lost')
    demo.report.check('nothing more is lost when the link comes back', later == 0,
                      f'{later} frames lost; {seen} of {wanted} links in the IS-IS database again')


def kill_egress(demo):
    """Point 6, first half: E1 with all its interfaces; it stays dead."""
    demo.report.step('6a. MEC-1\'s first egress router E1 dies, all its interfaces')
    before = demo.tcp.lines()[-1] if demo.tcp.lines() else {}
    began = time.monotonic()
    _set_links(demo, 'e1', _interfaces(demo, 'e1'), 'down')
    flow = demo.machine.start('cam1', 'tcp-after-e1', workload('tcp_stream', '--begin-on', 'mec-1'))
    time.sleep(DEAD_EGRESS_S)
    lost, outage_ms = _outage(demo, began - 0.05, time.monotonic() - 1.1)
    resets = [row for stream in (demo.tcp, demo.silent) for row in stream.lines() if row.get('event') == 'reset']
    sites = {row['site'] for stream in (demo.tcp, demo.silent) for row in stream.lines() if row.get('event') == 'site'}
    flow.stop()
    end = flow.last('summary')
    demo.report.check('MEC-1\'s flows stay on MEC-1 through its second egress router',
                      not resets and sites == {'mec-1'} and demo.tcp.is_running() and bool(before)
                      and end.get('acked', 0) > 0 and end.get('site') == 'mec-1',
                      f'{len(resets)} resets, established streams on {sorted(sites)}, a new connection to MEC-1 acknowledged '
                      f'{end.get("acked", 0)} frames; UDP outage {outage_ms} ms ({lost} frames)')


def kill_host(demo):
    """Point 6, second half: MEC-2's host disappears under load; it stays dead."""
    demo.report.step('6b. MEC-2\'s host dies')
    demo.control.set_policy('analysis', 'default')
    cameras = [demo.machine.start(node, f'dead-host-{node}', workload(
        'camera', '--rate', CAMERA_RATE * 2, '--seed', seed, '--timeout', 1)) for seed, node in enumerate(('cam1', 'cam2'), 1)]
    demo.control.wait(lambda: Requests(cameras).sites.get('mec-2', 0) >= 3, 4)
    served = Requests(cameras).sites.get('mec-2', 0)
    began = time.monotonic()
    _set_links(demo, 'mec2', _interfaces(demo, 'mec2'), 'down')
    time.sleep(DEAD_HOST_S)
    for camera in cameras:
        camera.stop()
    after = Requests(cameras, began)
    failed = [row['t'] - began for row in after.rows if row.get('error')]
    last = max(failed, default=0.0)
    resets = [row for stream in (demo.tcp, demo.silent) for row in stream.lines() if row.get('event') == 'reset']
    demo.report.check('no new request goes to the dead site; streams to other sites are untouched',
                      served > 0 and last < DEAD_HOST_S - 1.5 and not resets and demo.tcp.is_running(),
                      f'last request to MEC-2 {last * 1000:.0f} ms after its death, {len(failed)} of {len(after.rows)} failed '
                      f'({served} had been served there before), {len(resets)} resets elsewhere')
