# SPDX-License-Identifier: Apache-2.0
"""The running lab: commands and long-lived programs inside its nodes."""
import json
import os
import signal
import subprocess
import sys
import time

LAB_FOLDER = os.path.abspath(os.path.join(os.path.dirname(__file__), '..'))
TOP = os.path.abspath(os.path.join(LAB_FOLDER, '..', '..'))
WORKLOAD = os.path.join(TOP, 'lab', 'workload')
TOPOLOGY = os.path.join(LAB_FOLDER, 'smart-security.clab.yml')
sys.path.insert(0, os.path.join(TOP, 'lab', 'netns'))
sys.path.insert(0, LAB_FOLDER)

from runner import destroy, topology  # noqa: E402
from runner.cli import enter_arguments  # noqa: E402
from runner.deploy import MGMT, Deployer  # noqa: E402
from runner.init import environment  # noqa: E402
from runner.state import State  # noqa: E402

LAB = 'smart-security'


def workload(name, *words):
    """The command line of one of the lab's own programs."""
    return [os.path.join(WORKLOAD, name), *map(str, words)]


class Process:
    """A program in a node; its output goes to a log file. nsenter stays outside as its parent."""

    def __init__(self, record, name, arguments, log_path):
        self.name = name
        self.log_path = log_path
        self.began = time.monotonic()
        with open(log_path, 'ab') as log:
            self.outer = subprocess.Popen(enter_arguments(record) + arguments, stdin=subprocess.DEVNULL, stdout=log,
                                          stderr=subprocess.STDOUT, env=environment(record.get('env', {})),
                                          start_new_session=True)

    def inner_pid(self):
        """The program's own pid as this machine sees it, or None when it is gone."""
        path = f'/proc/{self.outer.pid}/task/{self.outer.pid}/children'
        for _ in range(100):
            try:
                with open(path, encoding='ascii') as file:
                    words = file.read().split()
            except OSError:
                return None
            if words:
                return int(words[0])
            if self.outer.poll() is not None:
                return None
            time.sleep(0.01)
        return None

    def send(self, number):
        """Sends a signal to the program; True when it was there to get it."""
        pid = self.inner_pid()
        if pid is None:
            return False
        os.kill(pid, number)
        return True

    def is_running(self):
        """True while the program runs."""
        return self.outer.poll() is None

    def stop(self, limit_s=5):
        """SIGTERM, then SIGKILL; returns the exit code."""
        self.send(signal.SIGTERM)
        return self.wait(limit_s)

    def wait(self, limit_s):
        """Waits for the end, kills after the limit; returns the exit code."""
        try:
            return self.outer.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            return self.outer.wait(5)

    def lines(self):
        """The JSON lines written so far."""
        result = []
        with open(self.log_path, encoding='utf-8', errors='replace') as file:
            for line in file:
                if line.startswith('{') and line.endswith('}\n'):
                    try:
                        result.append(json.loads(line))
                    except ValueError:
                        continue
        return result

    def last(self, event):
        """The last line with this event, or {}."""
        return next((line for line in reversed(self.lines()) if line.get('event') == event), {})


class Machine:
    """The lab's nodes. `folder` holds logs and certificates of this run."""

    def __init__(self, folder):
        self.folder = folder
        self.nodes = {}
        self.processes = []

    def deploy(self, out):
        """Brings the lab up; returns the seconds it took."""
        seconds = Deployer(topology.load(TOPOLOGY), out).run()
        self.nodes = State(LAB).nodes()
        return seconds

    def destroy(self):
        """Takes the lab down; returns what is left (empty = nothing)."""
        return destroy.destroy(LAB)

    def routers(self):
        """The names of the routers."""
        return [name for name, record in self.nodes.items() if 'frr' in record.get('image', '')]

    def run(self, node, arguments, limit_s=10):
        """Runs a command to its end; returns (exit code, output)."""
        record = self.nodes[node]
        try:
            done = subprocess.run(enter_arguments(record) + arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, timeout=limit_s, check=False,
                                  env=environment(record.get('env', {})), start_new_session=True)
        except subprocess.TimeoutExpired:
            return 124, f'no end within {limit_s} s'
        return done.returncode, done.stdout

    def start(self, node, name, arguments):
        """Starts a long-lived program; its log is `NAME.log` in the run folder."""
        process = Process(self.nodes[node], name, arguments, os.path.join(self.folder, f'{name}.log'))
        self.processes.append(process)
        return process

    def path_in(self, node, path):
        """A path inside the node, as seen from this machine."""
        return f'/proc/{self.nodes[node]["pid"]}/root{path}'

    def end_outer(self):
        """Collects the nsenter processes after the nodes are gone."""
        for process in self.processes:
            try:
                process.outer.wait(2)
            except subprocess.TimeoutExpired:
                process.outer.kill()
                process.outer.wait(2)
