# SPDX-License-Identifier: Apache-2.0
"""Points 7 and 8: the controller and an agent are killed with -9 and started again under traffic."""
import signal
import statistics
import time

from .step_failures import PROBE_RATE
from .traffic import lost_frames

WINDOW_S = 3.6
ROUNDS = 3
QUIET_LOSS = 0.01  # of a window's frames, at most: what loses more when nothing happens says nothing of what does
DOWN_S = 2.3  # how long the killed program stays away: an agent without controller says so after two seconds


def _quiet_window():
    began = time.monotonic()
    time.sleep(WINDOW_S)
    return began, time.monotonic()


def _disturbed_window(demo, name, start, observe):
    """Kill, look, start again, inside one window; returns (window, what `observe` saw while it was away)."""
    began = time.monotonic()
    time.sleep(0.2)
    old = demo.programs.running[name]
    old.send(signal.SIGKILL)
    old.wait(2)
    time.sleep(DOWN_S)
    seen = observe()
    start()
    time.sleep(max(0.0, began + WINDOW_S - time.monotonic()))
    return (began, time.monotonic()), seen


def _mode_once_lost(demo):
    """What R1's agent calls its state; it may take a moment longer than two seconds to say so."""
    demo.control.wait(lambda: demo.programs.agent_mode('r1') != 'live', 0.8)
    return demo.programs.agent_mode('r1')


def _losses(demo, windows):
    return [len(lost_frames(demo.probe, *window)) for window in windows]


def _rounds(demo, name, start, observe):
    """(losses of the quiet windows, losses of the disturbed ones, what was seen)."""
    quiet, disturbed, seen = [], [], []
    for _ in range(ROUNDS):
        quiet.append(_quiet_window())
        window, view = _disturbed_window(demo, name, start, observe)
        disturbed.append(window)
        seen.append(view)
    time.sleep(2.2)  # the probe reports a lost frame at most two seconds after it left
    return _losses(demo, quiet), _losses(demo, disturbed), seen


def _check_loss(demo, what, quiet, disturbed):
    frames = int(WINDOW_S * PROBE_RATE)
    demo.report.check(f'packet loss while {what} is away is not above that of an undisturbed period',
                      statistics.median(disturbed) <= statistics.median(quiet) <= QUIET_LOSS * frames
                      and demo.probe.is_running(),
                      f'lost of {frames} frames per window: {disturbed} with kill -9, {quiet} undisturbed')


def _identity(plan):
    return plan.get('epoch', 0), plan.get('generation', 0)


def _number(value):
    return tuple(int(v) for v in value)


def restart_suanlud(demo):
    """Point 7."""
    demo.report.step('7. suanlud is killed with -9 and started again, three times')
    before = demo.control.plans()
    routes = {node: demo.programs.seg6_routes(node) for node in ('r1', 'p2', 'e3')}
    quiet, disturbed, modes = _rounds(demo, 'suanlud', demo.programs.start_suanlud,
                                      lambda: _mode_once_lost(demo))
    _check_loss(demo, 'suanlud', quiet, disturbed)
    demo.report.check('the agent names its state while the controller is away', set(modes) == {'last-good'},
                      f'R1\'s agent said {modes}')
    alive = [name for name in before if name != 'E1']

    def adopted():
        plans = demo.control.plans()
        ok = all(plans.get(n, {}).get('agent_state') == 'applied' for n in alive)
        return plans if ok and _number(_identity(plans['R1'])) > _number(_identity(before['R1'])) else None
    plans, seconds = demo.control.wait(adopted, 8)
    same = all(demo.programs.seg6_routes(node) == lines for node, lines in routes.items())
    now = (plans or demo.control.plans()).get('R1', {})
    demo.report.check('the new controller adopts what is programmed', bool(plans) and same,
                      f'R1: Plan (epoch, generation) {_identity(before.get("R1", {}))} then {_identity(now)}, '
                      f'{len(alive)} agents applied it {seconds:.1f} s after the last window, SID routes '
                      f'{"unchanged" if same else "changed"}')


def restart_agent(demo):
    """Point 8."""
    demo.report.step('8. R1\'s agent is killed with -9 and started again, three times')
    before = demo.control.plans().get('R1', {})
    quiet, disturbed, attached = _rounds(demo, 'r1', lambda: demo.programs.start_agent('r1'), demo.programs.steers)
    _check_loss(demo, 'R1\'s agent', quiet, disturbed)
    demo.report.check('the data plane stays in place without the agent', all(attached),
                      f'the engine steers while the agent is away: {attached}')
    back, seconds = demo.control.wait(lambda: demo.control.plans().get('R1', {}).get('agent_state') == 'applied', 8)
    mode = demo.programs.agent_mode('r1')
    demo.report.check('the restarted agent takes over what is pinned and follows the controller again',
                      back and mode == 'live', f'state "{mode}", Plan generation {before.get("generation")} then '
                      f'{demo.control.plans().get("R1", {}).get("applied_generation")}, {seconds:.1f} s after the last window')


def restart_engine(demo):
    """Point 8, where the engine is a program of its own."""
    if not demo.programs.is_dpdk:
        return
    demo.report.step('8b. R1\'s suanlu-fwd is killed with -9 and started again')
    began = time.monotonic()
    old = demo.programs.running['fwd']
    old.send(signal.SIGKILL)
    old.wait(2)
    demo.programs.start_fwd()
    time.sleep(WINDOW_S)
    window = (began, time.monotonic())
    time.sleep(2.2)  # as above
    lost = lost_frames(demo.probe, *window)
    outage_ms = round((max(lost) - min(lost)) * 1000) if lost else 0
    demo.report.check('a new engine forwards by the tables at once, on the same sites',
                      outage_ms < WINDOW_S * 900 and demo.probe.is_running() and demo.tcp.is_running(),
                      f'no packet for {outage_ms} ms, {len(lost)} frames lost; TCP and UDP streams go on')
