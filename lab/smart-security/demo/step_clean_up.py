# SPDX-License-Identifier: Apache-2.0
"""Point 9: what the demo made is gone. Compares this machine before and after; knows only what belongs to the lab."""
import json
import os
import subprocess
import time

from .machine import LAB


def _output(*words):
    try:
        return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
    except OSError:
        return ''


def _routes():
    """This machine's own routes, without what ages by itself."""
    text = _output('ip', '-6', 'route', 'show', 'table', 'all') + _output('ip', 'route', 'show', 'table', 'all')
    return {' '.join(w for w in line.split() if not w.endswith('sec')) for line in text.splitlines()}


def _programs():
    """Ids of the BPF programs that the kernel holds, or None when bpftool is not here."""
    try:
        return {row['id'] for row in json.loads(_output('bpftool', '-j', 'prog', 'show') or 'null')}
    except (ValueError, TypeError):
        return None


def _pins():
    found = []
    for folder, _, files in os.walk('/sys/fs/bpf/suanlu'):
        found += [os.path.join(folder, name) for name in files]
    return set(found)


class Snapshot:
    """What this machine looked like before the lab, and which namespaces and programs the lab added."""

    def __init__(self):
        self.routes = _routes()
        self.programs = _programs()
        self.pins = _pins()
        self.lab_namespaces = set()
        self.lab_programs = set()

    def note_lab(self, nodes):
        """Called while the lab runs: which namespaces are its own."""
        for record in nodes.values():
            for kind in ('net', 'mnt', 'pid', 'uts'):
                try:
                    self.lab_namespaces.add(os.readlink(f'/proc/{record["pid"]}/ns/{kind}'))
                except OSError:
                    continue
        if self.programs is not None:
            self.lab_programs = (_programs() or set()) - self.programs

    def processes_left(self):
        """Pids that still live in a namespace of the lab."""
        left = []
        for pid in filter(str.isdigit, os.listdir('/proc')):
            for kind in ('net', 'mnt', 'pid'):
                try:
                    if os.readlink(f'/proc/{pid}/ns/{kind}') in self.lab_namespaces:
                        left.append(int(pid))
                        break
                except OSError:
                    break
        return left

    def _left(self):
        names = [n for n in os.listdir('/run/netns') if n.startswith(f'{LAB}-')] if os.path.isdir('/run/netns') else []
        programs = (_programs() or set()) & self.lab_programs
        return {'process': self.processes_left(), 'namespace': names, 'pin': sorted(_pins() - self.pins),
                'route': sorted(r for r in _routes() - self.routes if 'fc00:0:' in r or '2001:db8:' in r),
                'BPF program': sorted(programs)}

    def judge(self, report, left_by_destroy, limit_s=8):
        """The check; the kernel frees programs and namespaces a moment after their last user."""
        end = time.monotonic() + limit_s
        left = self._left()
        while any(left.values()) and time.monotonic() < end:
            time.sleep(0.2)
            left = self._left()
        found = {kind: items for kind, items in left.items() if items}
        report.check('no namespace, pin, route or process is left', not found and not left_by_destroy,
                     f'{len(self.lab_namespaces)} namespaces and {len(self.lab_programs)} BPF programs were the lab\'s, all '
                     'gone' if not found and not left_by_destroy else f'left: {found} {left_by_destroy}')
