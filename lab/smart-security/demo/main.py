# SPDX-License-Identifier: Apache-2.0
"""Runs the steps in order and cleans up on every way out."""
import os
import shutil
import signal
import sys
import tempfile
import traceback

from . import step_bring_up, step_failures, step_names, step_overload, step_restarts, step_steering
from .control import Control
from .machine import LAB, LAB_FOLDER, Machine, State
from .programs import Programs
from .report import Report
from .step_clean_up import Snapshot


class Interrupted(BaseException):
    """Ctrl-C or SIGTERM."""


class Demo:
    """What the steps share."""

    def __init__(self, report, build, engine, ports):
        self.report = report
        self.machine = Machine(tempfile.mkdtemp(prefix='suanlu-demo-'))
        self.control = Control(self.machine, build)
        self.programs = Programs(self.machine, build, engine, ports)
        self.connected = ([], [])
        self.during = None
        self.tcp = self.silent = self.video = self.probe = None


def _steps(demo):
    if not step_bring_up.run(demo):
        demo.report.note(f'without a controller that steers, the rest shows nothing; ended: {demo.programs.ended()}')
        return
    step_overload.begin_silent_stream(demo)
    step_steering.run(demo)
    step_overload.run(demo)
    step_overload.baseline(demo)
    step_failures.begin_probe(demo)
    step_failures.cut_link(demo)
    step_failures.kill_egress(demo)
    step_restarts.restart_suanlud(demo)
    step_restarts.restart_agent(demo)
    step_restarts.restart_engine(demo)
    step_names.run(demo)
    step_failures.kill_host(demo)
    demo.report.step('4. the streams at the end')
    step_overload.judge_streams_at_end(demo)
    ended = demo.programs.ended()
    demo.report.check('every program of suanlu is still running', not ended, f'ended: {ended or "none"}')


def _interrupt(number, _frame):
    raise Interrupted(signal.Signals(number).name)


def _ignore_signals():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def run(build, keep, engine, ports):
    """The whole demo after the build; returns the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    report = Report(sys.stdout)
    demo = Demo(report, build, engine, ports)
    demo.machine.destroy()  # what an earlier run may have left when it was killed with -9
    snapshot = Snapshot()
    interrupted = ''
    try:
        _steps(demo)
    except Interrupted as signal_name:
        interrupted = str(signal_name)
        report.note(f'{interrupted}: cleaning up')
    except Exception as problem:  # whatever a step meets, the lab must go and the run must count as failed
        traceback.print_exc()
        report.check('the steps run to their end', False, f'{type(problem).__name__}: {problem}')
    finally:
        _ignore_signals()
        if keep and not interrupted:
            _keep(demo)
        else:
            _clean_up(demo, snapshot)
    if interrupted:
        print(f'demo: stopped by {interrupted}', flush=True)
        report.close()
        return 130
    return report.close()


def _keep(demo):
    topology = os.path.relpath(os.path.join(LAB_FOLDER, f'{LAB}.clab.yml'))
    demo.report.note(f'the lab is kept: lab/netns/clabns exec --name {LAB} ctl {demo.control.program} --address '
                     f'unix:/run/suanlu/suanlud.sock get sites; remove it with lab/netns/clabns destroy -t {topology}; '
                     f'logs in {demo.machine.folder}')


def _clean_up(demo, snapshot):
    demo.report.step('10. cleaning up')
    snapshot.note_lab(State(LAB).nodes())
    left = demo.machine.destroy()
    demo.machine.end_outer()
    snapshot.judge(demo.report, left)
    logs = os.environ.get('SUANLU_DEMO_LOGS')
    if logs:
        shutil.copytree(demo.machine.folder, logs, dirs_exist_ok=True, ignore=shutil.ignore_patterns('tls'))
    shutil.rmtree(demo.machine.folder, ignore_errors=True)
