# SPDX-License-Identifier: Apache-2.0
"""What a lab has made on this machine, written down before anything else may fail.

One folder per lab under /run/suanlu-lab with one JSON line per node. A process is identified by pid and start time,
so a reused pid is never touched.
"""
import json
import os
import shutil

from . import netns_names

ROOT = '/run/suanlu-lab'


class State:
    """The record of one lab. Nothing is kept in memory: destroy reads what deploy wrote, whoever ran it."""

    def __init__(self, lab):
        self.lab = lab
        self.folder = os.path.join(ROOT, lab)

    def exists(self):
        """True when the lab is deployed, or was left half made."""
        return os.path.isdir(self.folder)

    def create(self, path):
        """Makes the folder; raises FileExistsError when there is one."""
        os.makedirs(ROOT, exist_ok=True)
        os.mkdir(self.folder)
        self._write('lab.json', {'file': os.path.abspath(path)})

    def note_names_folder(self, is_new):
        """Writes down whether /run/netns is there because of this lab."""
        self._write('names.json', {'is_new': is_new})

    def made_names_folder(self):
        """True when this lab made /run/netns."""
        try:
            with open(os.path.join(self.folder, 'names.json'), encoding='utf-8') as file:
                return json.load(file)['is_new']
        except (OSError, ValueError):
            return False

    def add_node(self, node, record):
        """Writes down one node (pid, start, addresses)."""
        os.makedirs(os.path.join(self.folder, 'nodes'), exist_ok=True)
        self._write(os.path.join('nodes', node), record)

    def nodes(self):
        """{name: record}; a damaged record counts as absent."""
        folder = os.path.join(self.folder, 'nodes')
        result = {}
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            try:
                with open(os.path.join(folder, name), encoding='utf-8') as file:
                    result[name] = json.load(file)
            except ValueError:
                continue
        return result

    def log_path(self, node):
        """Where the node's init writes what goes wrong."""
        return os.path.join(self.folder, f'{node}.log')

    def netns_path(self, node):
        """The name under which `ip netns exec` finds the node."""
        return os.path.join(netns_names.FOLDER, f'{self.lab}-{node}')

    def remove(self):
        """Removes the folder, and the parent when it is empty."""
        shutil.rmtree(self.folder, ignore_errors=True)
        try:
            os.rmdir(ROOT)
        except OSError:
            pass

    def _write(self, name, value):
        path = os.path.join(self.folder, name)
        temporary = f'{path}.new'
        with open(temporary, 'w', encoding='utf-8') as file:
            json.dump(value, file)
        os.replace(temporary, path)


def start_time(pid):
    """The start time of a process in clock ticks since boot, or None when it is gone or only a zombie."""
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as file:
            fields = file.read().rsplit(')', 1)[1].split()
    except OSError:
        return None
    return None if fields[0] in 'ZX' else int(fields[19])


def is_alive(record):
    """True while the very process of the record runs."""
    return start_time(record['pid']) == record['start']
