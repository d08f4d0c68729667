# SPDX-License-Identifier: Apache-2.0
"""Paths: the path engine against Boost.Graph, on one core. paths-bench does the work; this pins it and reads its
lines."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TARGETS = ['tests/bench/paths/paths-bench']
# Ours and the peer share the core: the last one, which has the fewest interrupts.
CORE = max(os.sched_getaffinity(0))


def data_folder():
    """The published topologies; SUANLU_DATA names another place."""
    return os.environ.get('SUANLU_DATA', str(HERE.parents[3] / 'shared' / 'data'))


def real_time():
    """['chrt', ...] where this user may ask for it."""
    command = ['chrt', '-f', '50']
    if shutil.which('chrt') and subprocess.run([*command, 'true'], capture_output=True, check=False).returncode == 0:
        return command
    print('paths: no real-time priority, figures may be disturbed', file=sys.stderr)
    return []


def measure(build, _trials, only=None):
    """Cases, or an empty list when the benchmark could not run to its end."""
    command = [*real_time(), 'taskset', '-c', str(CORE), str(build / TARGETS[0]), data_folder()]
    done = subprocess.run(command + ([only] if only else []), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        return []
    return [json.loads(line) for line in done.stdout.splitlines()]
