# SPDX-License-Identifier: Apache-2.0
"""Takes a lab down from its record: complete, idempotent, and touching nothing that the record does not name.

Killing process 1 of a node ends every process in its pid namespace; with the last one go its network namespace,
links, mounts and, with the last node, the lab's bpffs and all its pins.
"""
import os
import select
import signal

from . import netns_names
from .state import State, is_alive, start_time

KILL_TIMEOUT_MS = 20000


def destroy(lab):
    """Removes everything of `lab`; returns the names of what could not be removed (empty = complete)."""
    state = State(lab)
    left = []
    records = state.nodes()
    waiting = {}
    for name, record in records.items():
        if is_alive(record):
            waiting[name] = _kill(record)
    for name, descriptor in waiting.items():
        if not _wait(descriptor, records[name]):
            left.append(f'process 1 of node {name}')
    for name in _named(state, records):
        left += netns_names.remove(state.netns_path(name))
    netns_names.leave(state.made_names_folder())
    if not left:
        state.remove()
    return left


def _kill(record):
    descriptor = os.pidfd_open(record['pid'])
    if is_alive(record):  # the pid may have been reused between the record and the open
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    return descriptor


def _wait(descriptor, record):
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    ended = bool(poll.poll(KILL_TIMEOUT_MS)) or start_time(record['pid']) != record['start']
    os.close(descriptor)
    return ended


def _named(state, records):
    """Every node that may have a name under /run/netns: the recorded ones (a name is made after its record)."""
    return [name for name in records if os.path.lexists(state.netns_path(name))]
