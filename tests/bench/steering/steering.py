# SPDX-License-Identifier: Apache-2.0
"""Steering: the default policy against clairvoyant references and baselines, simulated; and its solver on one
core. steering-bench does the work; this runs it and reads its lines."""
import json
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
TARGETS = ['tests/bench/steering/steering-bench']


def measure(build, _trials, only=None):
    """Cases, or an empty list when the benchmark could not run to its end."""
    environment = dict(os.environ)
    environment.setdefault('SUANLU_DATA', str(HERE.parents[3] / 'shared' / 'data'))
    done = subprocess.run([str(build / TARGETS[0]), str(HERE)] + ([only] if only else []), stdout=subprocess.PIPE,
                          text=True, check=False, env=environment)
    if done.returncode != 0:
        return []
    return [json.loads(line) for line in done.stdout.splitlines()]
