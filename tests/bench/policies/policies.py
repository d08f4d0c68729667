# SPDX-License-Identifier: Apache-2.0
"""Policies of files: the time of a whole decision for 100 ingresses and 64 sites, beside the default policy's.
policies-bench does the work; this runs it and reads its lines."""
import json
import subprocess

TARGETS = ['tests/bench/policies/policies-bench']


def measure(build, _trials):
    """Cases, or an empty list when the benchmark could not run to its end."""
    done = subprocess.run([str(build / TARGETS[0])], stdout=subprocess.PIPE, text=True, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()] if done.returncode == 0 else []
