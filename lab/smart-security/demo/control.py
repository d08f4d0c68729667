# SPDX-License-Identifier: Apache-2.0
"""What suanlud says, asked through suanluctl on the controller's host."""
import json
import os
import re
import time

from .machine import TOP

ADDRESS = 'unix:/run/suanlu/suanlud.sock'
POLL_S = 0.25


def _snake(value):
    """Keys as in the proto files, whichever of the two JSON spellings was printed."""
    if isinstance(value, dict):
        return {re.sub(r'(?<=[a-z0-9])([A-Z])', lambda m: '_' + m.group(1).lower(), k): _snake(v)
                for k, v in value.items()}
    return [_snake(v) for v in value] if isinstance(value, list) else value


class Control:
    """suanluctl, and waiting for what it shows."""

    def __init__(self, machine, build):
        self.machine = machine
        self.program = os.path.join(TOP, build, 'controller', 'cli', 'suanluctl')

    def text(self, *words):
        """(exit code, text) of one call."""
        return self.machine.run('ctl', [self.program, '--address', ADDRESS, *words])

    def get(self, kind):
        """The list of a kind; [] when the controller does not answer."""
        code, text = self.text('get', kind, '-o', 'json')
        if code != 0:
            return []
        try:
            value = _snake(json.loads(text))
        except ValueError:
            return []
        return value.get(kind, []) if isinstance(value, dict) else value

    def set_policy(self, service, policy):
        """True when the controller took it."""
        return self.text('set', 'policy', service, policy)[0] == 0

    def wait(self, ready, limit_s):
        """Polls `ready()` until it is true; returns (its last value, seconds)."""
        began = time.monotonic()
        while True:
            value = ready()
            if value or time.monotonic() - began > limit_s:
                return value, time.monotonic() - began
            time.sleep(POLL_S)

    def plans(self):
        """{node: plan}."""
        return {plan.get('node'): plan for plan in self.get('plans')}

    def shares(self, service, ingress):
        """{site: share} that the controller gives this service at this ingress."""
        for view in self.get('services'):
            if view.get('name') == service:
                return {s.get('site'): s.get('share', 0.0) for s in view.get('shares', [])
                        if s.get('ingress') == ingress and s.get('share', 0.0) > 0}
        return {}

    def utilisation(self, site, service='analysis'):
        """Utilisation of a site's pool as the controller sees it, 0..1."""
        for view in self.get('sites'):
            for instance in view.get('instances', []):
                if view.get('name') == site and instance.get('service') == service:
                    return instance.get('utilisation', 0.0)
        return 0.0

    def paths(self, node):
        """The paths of a node's Plan, best first."""
        return sorted(self.plans().get(node, {}).get('paths', []), key=lambda p: (p.get('site'), p.get('rank', 0)))
