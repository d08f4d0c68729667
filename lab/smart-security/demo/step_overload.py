# SPDX-License-Identifier: Apache-2.0
"""Points 3 and 4: a batch job takes MEC-1's workers; new requests leave, streams behave as their affinity says."""
import re
import time

from .traffic import Requests, largest_gap_ms, set_batch, start_cameras, workload

BATCH_JOBS = 4  # all of MEC-1's workers
BASELINE_BEFORE_S, BASELINE_BATCH_S = 2.0, 6.0
QUIET_S, BATCH_S, AFTER_S = 6.0, 10.0, 5.0
SETTLE_S = 3.0  # after this long under load the shares are compared
SERVICES = ('analysis', 'stream', 'video')
VIDEO_RATE = 30
BEGINNINGS, BEGIN_WITHIN_S = 10, 15.0
STAY_S = 60  # kMinimumStayTicks of dataplane/api/slot_table.hpp


def begin_silent_stream(demo):
    """A connection on MEC-1 that will be silent for a minute; judged at the end."""
    demo.silent = demo.machine.start('cam1', 'tcp-silent', workload(
        'tcp_stream', '--begin-on', 'mec-1', '--silence', 60, '--silence-after', 1))


def baseline(demo):
    """The same load and seeds on the static nearest-site policy."""
    demo.report.step('3b. baseline: policy "nearest", batch job at MEC-1')
    demo.control.set_policy('analysis', 'nearest')
    demo.control.wait(lambda: all(demo.control.shares('analysis', i).get('mec-1', 0) > 0.99 for i in ('R1', 'R2')), 5)
    cameras = start_cameras(demo.machine, 'baseline', BASELINE_BEFORE_S + BASELINE_BATCH_S)
    time.sleep(BASELINE_BEFORE_S)
    began = time.monotonic()
    set_batch(demo.machine, 'mec1', BATCH_JOBS)
    time.sleep(BASELINE_BATCH_S)
    ended = time.monotonic()
    set_batch(demo.machine, 'mec1', 0)
    for camera in cameras:
        camera.wait(6)
    base = Requests(cameras, began, ended)
    demo.control.set_policy('analysis', 'default')
    demo.report.note(f'before: {Requests(cameras, end=began).line()}')
    demo.report.note(f'during: {base.line()}')
    during = demo.during
    demo.report.check('p50, p99 and errors during the batch job are better than on the static nearest site',
                      during.p99_ms is not None and (base.p99_ms is None or during.p99_ms < base.p99_ms)
                      and during.errors <= base.errors,
                      f'p50 {during.p50_ms} against {base.p50_ms} ms, p99 {during.p99_ms} against {base.p99_ms} ms, errors '
                      f'{during.errors} of {len(during.rows)} against {base.errors} of {len(base.rows)}')


def begin_streams(demo):
    """The two endless streams on MEC-1. A Plan may send none there for some seconds, so they are begun until they are there."""
    demo.tcp = demo.machine.start('cam1', 'tcp-stream', workload('tcp_stream', '--begin-on', 'mec-1'))
    for _ in range(BEGINNINGS):
        demo.video = demo.machine.start('cam2', 'udp-stream', workload(
            'udp_stream', '--begin-on', 'mec-1', '--rate', VIDEO_RATE, '--acks'))
        demo.control.wait(lambda: demo.video.last('site') or demo.video.last('no-site'), BEGIN_WITHIN_S)
        if demo.video.last('site').get('site') == 'mec-1' and _may_move(demo):
            break
        demo.video.stop()
    demo.control.wait(lambda: demo.tcp.last('site'), BEGIN_WITHIN_S)


def _may_move(demo):
    """Whether the video stream's slot is not where it came to less than STAY_S ago: it would stay there for the rest of it."""
    flow = demo.video.last('flow')
    source, destination = (f'[{address}]:{port}' for address, port in (flow['source'], flow['destination']))
    _, story = demo.control.text('explain', 'flow', f'{source}->{destination}/udp', '--on', 'R2')
    slot = re.search(r'slot \d+: .*', story)
    demo.report.note(f'the video stream, {source}: {slot.group(0) if slot else story}')
    moved = re.search(r'since (\d+\.\d) s ago', story)
    return moved is None or float(moved.group(1)) > STAY_S


def _await_hot(demo):
    """Waits until the controller sees MEC-1 above 90 %; returns the time, or None."""
    hot, _ = demo.control.wait(lambda: demo.control.utilisation('mec-1') > 0.9, 6)
    return time.monotonic() if hot else None


def run(demo):
    """Quiet, batch, after."""
    begin_streams(demo)
    demo.report.step('3a. policy "default": quiet, batch job at MEC-1, after')
    demo.control.wait(lambda: len(demo.control.shares('analysis', 'R1')) > 0, 3)
    cameras = start_cameras(demo.machine, 'steered', QUIET_S + BATCH_S + AFTER_S)
    quiet = time.monotonic()
    time.sleep(QUIET_S)
    batch = time.monotonic()
    set_batch(demo.machine, 'mec1', BATCH_JOBS)
    hot = _await_hot(demo)
    time.sleep(max(0.0, batch + SETTLE_S - time.monotonic()))
    settled = time.monotonic()
    demo.control.wait(lambda: hot and demo.control.shares('video', 'R2').get('mec-1', 0) < 0.5, 2)
    video_plan = demo.control.shares('video', 'R2')
    time.sleep(max(0.0, batch + BATCH_S - time.monotonic()))
    planned = demo.control.shares('analysis', 'R1')
    over = time.monotonic()
    set_batch(demo.machine, 'mec1', 0)
    for camera in cameras:
        camera.wait(AFTER_S + 8)
    windows = {'before': Requests(cameras, quiet, batch), 'during': Requests(cameras, batch, over),
               'after': Requests(cameras, over + 1)}
    _judge_requests(demo, windows, Requests(cameras, settled, over), planned)
    _judge_video(demo, quiet, batch, hot, video_plan)
    _judge_tcp(demo)


def _judge_requests(demo, windows, steady, plan):
    for name, window in windows.items():
        demo.report.note(f'{name}: {window.line()}')
    demo.during = windows['during']
    demo.report.check('new requests leave MEC-1 while its workers are taken', steady.good and steady.share('mec-1') < 0.5,
                      f'MEC-1 served {windows["before"].share("mec-1"):.0%} before and {steady.share("mec-1"):.0%} during; '
                      f'the Plan at R1 says {_percent(plan)}')


def _percent(shares):
    return ', '.join(f'{site} {share:.0%}' for site, share in sorted(shares.items())) or 'nothing'


def _when(late):
    return f'{abs(late):.2f} s {"after" if late >= 0 else "before"}'


def _judge_video(demo, quiet, batch, hot, plan):
    moves = [row for row in demo.video.lines() if row.get('event') == 'site'][1:]
    now = time.monotonic()
    lost = [row for row in demo.video.lines() if row.get('event') == 'report' and row['lost']]
    gap_quiet = largest_gap_ms(demo.video, quiet, batch)
    gap_after = largest_gap_ms(demo.video, batch, now)
    late = moves[0]['t'] - hot if moves and hot else None
    named = bool(moves) and plan.get(moves[0]['site'], 0) > 0 and moves[0]['site'] != 'mec-1'
    demo.report.check('the movable UDP stream is on a site of the Plan within 2 s of MEC-1 passing 90 %',
                      named and late is not None and late <= 2.0 and len(moves) == 1,
                      f'{len(moves)} move to {moves[0]["site"] if moves else "nowhere"}, '
                      f'{"never" if late is None else _when(late)} it; the Plan says {_percent(plan)}')
    demo.report.check('it loses no frame, and its largest gap grows by at most one frame',
                      not lost and gap_after <= gap_quiet + 1000 / VIDEO_RATE,
                      f'{sum(len(row["lost"]) for row in lost)} frames lost, largest gap {gap_quiet} ms quiet, '
                      f'{gap_after} ms since')


def _judge_tcp(demo):
    sites = [row['site'] for row in demo.tcp.lines() if row.get('event') == 'site']
    resets = [row for row in demo.tcp.lines() if row.get('event') == 'reset']
    demo.report.check('the TCP stream stays on MEC-1', sites == ['mec-1'] and not resets and demo.tcp.is_running(),
                      f'sites so far {sites}, {len(resets)} resets')


def judge_streams_at_end(demo):
    """Point 4, after everything else happened to the streams."""
    for claim, process in (('the TCP stream', demo.tcp), ('the TCP connection that was silent for a minute', demo.silent)):
        process.stop()
        end = process.last('summary')
        whole = bool(end) and end['acked'] == end['sent'] and end['bytes_acked'] == end['bytes_sent'] and end['sent'] > 0
        survived = process is demo.tcp or end.get('silence_survived')
        demo.report.check(f'{claim} stayed on MEC-1, every byte delivered in order',
                          whole and survived and end['resets'] == 0 and end['out_of_order'] == 0
                          and end['site'] == 'mec-1' and end['site_changes'] == 0,
                          f'{end.get("resets")} resets, {end.get("bytes_acked")} of {end.get("bytes_sent")} bytes acknowledged '
                          f'with the running SHA-256, {end.get("site_changes")} site changes, largest gap '
                          f'{end.get("largest_gap_ms")} ms')
