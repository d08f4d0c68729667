# SPDX-License-Identifier: Apache-2.0
"""Point 9: a client that knows only the service's name goes where the Plan of its own ingress sends new flows, and with it."""
import json

from .machine import workload

SERVER, NAME = '172.20.20.10', 'analysis.svc.compute.lab'
CLOSE = 0.03  # answers stay while shares move less than 2 % of all flows
WITHIN_S = 10


def _ask(demo, camera):
    """What the client got, {} when nobody served it."""
    code, text = demo.machine.run(camera, workload('name_client', SERVER, NAME))
    return json.loads(text) if code == 0 else {}


def _best(demo, ingress):
    """Sites whose share at the ingress is, but for what counts as close, the largest."""
    shares = demo.control.shares('analysis', ingress)
    return {site for site, share in shares.items() if share >= max(shares.values()) - CLOSE}


def _follows(demo, not_site=''):
    """The client's answer once it agrees with the Plan of R1, and leads to another site than that one."""
    got = _ask(demo, 'cam1')
    site = got.get('used', '').split('.')[0]
    return got if site and site == got['site'] and site in _best(demo, 'R1') and site != not_site else {}


def run(demo):
    """Asks, drains the site that was answered, asks again."""
    demo.report.step('9. the service by its name')
    demo.programs.start_dns()
    first, _ = demo.control.wait(lambda: _follows(demo), WITHIN_S)
    demo.report.check('a client with HTTPS records reaches the site that R1\'s Plan prefers', bool(first),
                      f'{NAME}: {first["targets"]}, served by {first["site"]}' if first else 'the name led nowhere, or elsewhere')
    if not first:
        return
    demo.control.text('set', 'drain', first['site'], 'on')
    moved, seconds = demo.control.wait(lambda: _follows(demo, first['site']), WITHIN_S)
    demo.report.check('the name moves with the Plan, and the client reaches the new site', bool(moved),
                      f'{first["site"]} drained: after {seconds:.1f} s {moved["targets"]}, served by {moved["site"]}' if moved
                      else f'still not away from {first["site"]}')
    demo.control.text('set', 'drain', first['site'], 'off')
    demo.control.wait(lambda: first['site'] in demo.control.shares('analysis', 'R1'), WITHIN_S)
