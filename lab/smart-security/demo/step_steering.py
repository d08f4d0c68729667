# SPDX-License-Identifier: Apache-2.0
"""Point 2: requests go to the site that the Plan says over the segment list that the Plan says; seen on the links."""
import ipaddress
import time

from . import capture
from .control import POLL_S
from .step_bring_up import ROUTER_IDS
from .traffic import Requests, start_cameras

SECONDS = 2
INGRESS = {'cam1': 'R1', 'cam2': 'R2'}
CAMERA_PREFIX = {'2001:db8:c1::2': 'R1', '2001:db8:c2::2': 'R2'}
CORE = ('p1', 'p2', 'p3', 'e1', 'e2', 'e3', 'e4')


def _planned(demo):
    """{ingress: {outer destination: site}} of the Plans in force."""
    return {ingress: {ipaddress.IPv6Address(p['destination']): p['site'] for p in demo.control.paths(ingress)
                      if p.get('destination')} for ingress in INGRESS.values()}


def _add(planned, more):
    """A list of a Plan in force while the requests ran is right even where the next Plan has another."""
    for ingress, paths in more.items():
        planned[ingress].update(paths)


def _judge(demo, cameras, planned, seen):
    """Counts of flows that agree with the Plan, and the first disagreement. A capture may lose a packet at one router: what the
    next one saw is then the rest of the list."""
    leads = {ingress: {form: site for outer, site in paths.items() for form in capture.forms(outer)}
             for ingress, paths in planned.items()}
    locators = {number: name for name, number in ROUTER_IDS.items()}
    served = {(f'2001:db8:c{camera.log_path[-5]}::2', row['port'], 8080): row['site']
              for camera in cameras for row in Requests([camera]).good}
    good, problem, lists = 0, '', set()
    for flow, site in served.items():
        sightings = seen.get(flow)
        if not sightings:
            problem = problem or f'flow {flow} was never seen encapsulated'
            continue
        ingress, outer = CAMERA_PREFIX[flow[0]], sightings[0].outer
        wanted = capture.listed_routers(outer, locators)
        passed = capture.first_pass(sightings)
        if leads[ingress].get(outer) != site:
            problem = problem or f'flow {flow}: {outer} leads to {leads[ingress].get(outer)}, {site} answered'
        elif not capture.in_order(wanted, passed):
            problem = problem or f'flow {flow}: the list names {wanted}, the packet passed {passed}'
        else:
            good += 1
            lists.add(f'{ingress} to {site}: {outer} via {"-".join(passed)}')
    return len(served), good, problem, sorted(lists)


def run(demo):
    """Two seconds of requests under capture."""
    demo.report.step('2. requests follow the Plan')
    planned = _planned(demo)
    with capture.Capture(demo.machine, CORE) as watch:
        cameras = start_cameras(demo.machine, 'steering', SECONDS)
        while any(camera.is_running() for camera in cameras):
            _add(planned, _planned(demo))
            time.sleep(POLL_S)
        for camera in cameras:
            camera.wait(SECONDS + 5)
    _add(planned, _planned(demo))
    total, good, problem, lists = _judge(demo, cameras, planned, capture.flows(watch.packets()))
    demo.report.check('each request was served by the site and over the segment list that the Plan names',
                      total > 0 and good == total, problem or f'{good} of {total} requests, outer destination and order of '
                      'the routers read from captures on the core links')
    for text in lists:
        demo.report.note(text)
