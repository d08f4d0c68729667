# SPDX-License-Identifier: Apache-2.0
"""Brings a lab up: all nodes at once, then all links, then all configurations at once."""
import json
import os
import socket
import subprocess
import time
from dataclasses import asdict

from . import destroy, init, kernel, netns_names
from .isolate import NodeFailed
from .source import Refused
from .state import State, start_time
from .topology import Endpoint, Node

MGMT = 'mgmt-net'  # the pseudo node that holds the management bridge
STEP_TIMEOUT_S = 60


class Deployer:
    """One deployment; `run` either leaves a whole lab or nothing."""

    def __init__(self, topology, out):
        self.topology = topology
        self.state = State(topology.name)
        self.out = out
        self.socks = {}
        self.pids = {}
        bridge = Node(name=MGMT, key=('topology',), image='debian', is_frr=False, hostname=MGMT)
        self.nodes = {MGMT: bridge, **topology.nodes}

    def run(self):
        """Raises Refused or NodeFailed, after having removed what it had made."""
        began = time.monotonic()
        if MGMT in self.topology.nodes:
            raise Refused(f'{self.topology.source.path}: the node name "{MGMT}" is taken by the runner')
        try:
            self.state.create(self.topology.source.path)
        except FileExistsError as error:
            raise Refused(f'the lab "{self.topology.name}" is already deployed, or was left half made: '
                          f'run `clabns destroy -t {self.topology.source.path}` first') from error
        try:
            self._spawn_all()
            self._make_links()
            self._configure_all()
        except BaseException:
            self._hang_up()
            destroy.destroy(self.topology.name)
            raise
        self._hang_up()
        return time.monotonic() - began

    def _hang_up(self):
        for sock in self.socks.values():
            sock.close()

    def _spawn_all(self):
        inner = {}
        for name in self.nodes:
            self.socks[name], inner[name] = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self.socks[name].settimeout(STEP_TIMEOUT_S)
        self.out.flush()
        spawner = os.fork()
        if spawner == 0:
            self._spawner(inner)
        for sock in inner.values():
            sock.close()
        os.waitpid(spawner, 0)
        self.state.note_names_folder(netns_names.prepare())
        for name in self.nodes:
            self._await_ready(name)

    def _spawner(self, inner):
        """Runs in a child with a mount namespace of its own, where the lab's bpffs lies; never returns."""
        status = 1
        try:
            kernel.unshare(kernel.CLONE_NEWNS)
            kernel.mount('', '/', '', kernel.MS_REC | kernel.MS_PRIVATE)
            kernel.mount('bpf', '/sys/fs/bpf', 'bpf', 0, 'mode=0700')
            os.makedirs(f'/sys/fs/bpf/suanlu/{self.topology.name}', exist_ok=True)
            children = [self._fork_node(name, inner) for name in self.nodes]
            for child in children:
                os.waitpid(child, 0)
            status = 0
        except OSError as error:
            for sock in inner.values():
                sock.send(json.dumps({'error': f'the namespaces cannot be made: {error}'}).encode())
        finally:
            os._exit(status)

    def _fork_node(self, name, inner):
        child = os.fork()
        if child:
            return child
        try:
            keep = inner[name]
            for other in list(self.socks.values()) + [s for s in inner.values() if s is not keep]:
                other.close()
            init.spawn(self.nodes[name], self.topology.source.where, keep, self.state.log_path(name))
        finally:
            os._exit(1)

    def _hear(self, name):
        try:
            raw = self.socks[name].recv(1 << 20)
        except TimeoutError as error:
            raise NodeFailed(f'node "{name}" gave no answer for {STEP_TIMEOUT_S} s; see '
                             f'{self.state.log_path(name)}') from error
        if not raw:
            raise NodeFailed(f'node "{name}" ended unexpectedly: {self._last_log(name)}')
        value = json.loads(raw)
        if 'error' in value:
            raise NodeFailed(value['error'])
        return value

    def _last_log(self, name):
        try:
            with open(self.state.log_path(name), encoding='utf-8', errors='replace') as file:
                return file.read()[-600:].strip()
        except OSError:
            return 'no log'

    def _await_ready(self, name):
        ready = False
        while not (ready and name in self.pids):
            value = self._hear(name)
            ready = ready or 'ready' in value
            if 'pid' in value:
                self._record(name, value['pid'])
        node = self.nodes[name]
        if name != MGMT:
            netns_names.add(self.state.netns_path(name), self.pids[name])
            self.state.add_node(name, self._description(node))

    def _description(self, node):
        pid = self.pids[node.name]
        return {'pid': pid, 'start': start_time(pid), 'image': node.image, 'mgmt_ipv4': node.mgmt_ipv4,
                'env': node.env, 'labels': node.labels}

    def _record(self, name, pid):
        self.pids[name] = pid
        self.state.add_node(name, {'pid': pid, 'start': start_time(pid)})

    def _make_links(self):
        batch = []
        for link in self.topology.links:
            a, b = link.ends
            batch.append(self._veth(a.interface, a.node, b.interface, b.node, link.mtu))
        for index, name in enumerate(self.topology.nodes):
            batch.append(self._veth('eth0', name, f'm{index}', MGMT, 1500))
        done = subprocess.run(['ip', '-batch', '-'], input='\n'.join(batch) + '\n', text=True, capture_output=True,
                              check=False)
        if done.returncode != 0:
            raise NodeFailed(f'the links cannot be made: {done.stderr.strip()}')

    def _veth(self, name, node, peer, peer_node, mtu):
        return (f'link add {name} mtu {mtu} netns {self.pids[node]} type veth '
                f'peer name {peer} mtu {mtu} netns {self.pids[peer_node]}')

    def _ends(self, name):
        if name == MGMT:
            return [asdict(Endpoint(MGMT, f'm{i}')) for i in range(len(self.topology.nodes))]
        length = self.topology.mgmt_subnet.prefixlen
        ends = [Endpoint(name, 'eth0', ipv4=f'{self.nodes[name].mgmt_ipv4}/{length}')]
        return [asdict(e) for e in ends + [e for link in self.topology.links for e in link.ends if e.node == name]]

    def _configure_all(self):
        for name, sock in self.socks.items():
            if name == MGMT:
                self.nodes[MGMT].exec.clear()
            sock.send(json.dumps({'ends': self._ends(name)}).encode())
        self._make_bridge()
        for name in self.nodes:
            for command, text in self._hear(name)['outputs']:
                self.out.write(f'{name}: {command}: {text}\n')
        for sock in self.socks.values():
            sock.send(b'{"keep": true}')

    def _make_bridge(self):
        bridge = self.topology.mgmt_bridge
        gateway = f'{self.topology.mgmt_gateway}/{self.topology.mgmt_subnet.prefixlen}'
        batch = [f'link add {bridge} type bridge stp_state 0 forward_delay 0', f'link set {bridge} up',
                 f'addr add {gateway} dev {bridge}']
        batch += [f'link set m{i} master {bridge}' for i in range(len(self.topology.nodes))]
        done = subprocess.run(['nsenter', '-t', str(self.pids[MGMT]), '-n', 'ip', '-batch', '-'],
                              input='\n'.join(batch) + '\n', text=True, capture_output=True, check=False)
        if done.returncode != 0:
            raise NodeFailed(f'the management network cannot be made: {done.stderr.strip()}')
