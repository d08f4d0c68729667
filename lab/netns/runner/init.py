# SPDX-License-Identifier: Apache-2.0
"""Process 1 of a node: builds the node step by step as the deployer says, then reaps children until it is killed.

The deployer holds the other end of a socket. Until it has said "keep", a closed socket ends the node: a deployer that
is killed half way leaves no namespace behind.
"""
import json
import os
import shlex
import signal
import subprocess
import sys

from . import frr, isolate, kernel
from .isolate import NodeFailed

PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'


def environment(node_env):
    """The environment of everything that runs in a node."""
    base = {'PATH': PATH, 'HOME': '/root', 'LANG': 'C.UTF-8', 'TERM': os.environ.get('TERM', 'dumb')}
    return {**base, **node_env}


class Init:
    """One node on its way up."""

    def __init__(self, node, where, sock):
        self.node = node
        self.where = where
        self.sock = sock

    def run(self):
        """Never returns."""
        try:
            kernel.set_process_name('suanlu-lab-node')
            isolate.enter(self.node, self.where)
            os.environ.clear()
            os.environ.update(environment(self.node.env))
            self._say({'ready': True})
            order = self._hear()
            self._configure(order['ends'])
            outputs = self._run_frr_and_exec()
            self._say({'done': True, 'outputs': outputs})
            self._hear()
        except Exception as error:  # every failure must reach the deployer, whatever it is
            text = str(error) if isinstance(error, NodeFailed) else f'{type(error).__name__}: {error}'
            self._say({'error': text if text.startswith('/') else f'node "{self.node.name}": {text}'})
            os._exit(1)
        self.sock.close()
        self._reap()

    def _say(self, value):
        try:
            self.sock.send(json.dumps(value).encode())
        except OSError:
            os._exit(1)

    def _hear(self):
        raw = self.sock.recv(65536)
        if not raw:
            os._exit(1)
        return json.loads(raw)

    def _configure(self, ends):
        batch = ['link set lo up']
        for end in ends:
            name = end['interface']
            kernel.set_veth_offloads(name)
            if end.get('mac'):
                batch.append(f'link set {name} address {end["mac"]}')
            if end.get('ipv4'):
                batch.append(f'addr add {end["ipv4"]} dev {name}')
            if end.get('ipv6'):
                batch.append(f'addr add {end["ipv6"]} dev {name} nodad')
            batch.append(f'link set {name} up')
        done = subprocess.run(['ip', '-batch', '-'], input='\n'.join(batch) + '\n', text=True, capture_output=True,
                              check=False)
        if done.returncode != 0:
            raise NodeFailed(f'{self.where(self.node.key)}: addresses of "{self.node.name}": {done.stderr.strip()}')

    def _run_frr_and_exec(self):
        if self.node.is_frr:
            frr.start()
        if self.node.cmd:
            subprocess.Popen(shlex.split(self.node.cmd), stdin=subprocess.DEVNULL, start_new_session=True)
        outputs = []
        for command, keys in self.node.exec:
            done = subprocess.run(shlex.split(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, check=False)
            if done.returncode != 0:
                raise NodeFailed(f'{self.where(keys)}: node "{self.node.name}": "{command}" failed '
                                 f'({done.returncode}): {done.stdout.strip()[:500]}')
            if done.stdout.strip():
                outputs.append((command, done.stdout.strip()[:2000]))
        return outputs

    @staticmethod
    def _reap():
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        while True:
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                pass
            signal.sigwait({signal.SIGCHLD})


def spawn(node, where, sock, log_path):
    """Forks the node's process 1 into new namespaces; reports its pid on `sock`; called in a child of the deployer."""
    kernel.unshare(kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWUTS | kernel.CLONE_NEWPID)
    pid = os.fork()
    if pid:
        sock.send(json.dumps({'pid': pid}).encode())
        os._exit(0)
    os.setsid()
    log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    null = os.open('/dev/null', os.O_RDONLY)
    sys.stdout.flush()
    for source, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    Init(node, where, sock).run()
