# SPDX-License-Identifier: Apache-2.0
"""Policies of files: the time of a whole decision for 100 ingresses and 64 sites, beside the default policy's;
and the time to the Plans of 1 000 services, beside the policy's. The programs do the work; this runs them and reads their lines."""
import json
import subprocess

TARGETS = ['tests/bench/policies/policies-bench', 'tests/bench/policies/decision-bench']


def measure(build, _trials):
    """Cases, or an empty list when the benchmark could not run to its end."""
    cases = []
    for target in TARGETS:
        done = subprocess.run([str(build / target)], stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            return []
        cases += [json.loads(line) for line in done.stdout.splitlines()]
    return cases
