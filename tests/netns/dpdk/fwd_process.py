# SPDX-License-Identifier: Apache-2.0
"""suanlu-fwd as a process of a test: on devices without spare hardware, without huge pages, in a namespace."""
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import time

PATIENCE = 30  # seconds
CPU = min(os.sched_getaffinity(0))
EXTERNAL = 'role: external'


def sh(*words):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout


class Fwd:
    """A running engine in namespace `space`."""

    started = []

    def __init__(self, program, space, folder, vdevs, ports):
        self.prefix = f'suanlu-ports-{os.getpid()}-{folder.name}'
        eal = ', '.join(f'--vdev, "{vdev}"' for vdev in vdevs)
        # What is no interface of the kernel gets a number.
        numbers = [f', index: {900 + i}' if name[0] == 'x' else '' for i, (_, name, _) in enumerate(ports)]
        lines = ''.join(f'- {{device: {device}, interface: {name}{number}, {more or EXTERNAL}}}\n'
                        for (device, name, more), number in zip(ports, numbers))
        (folder / 'f.yaml').write_text(f'tables: {folder}/tables\nbuffers: 4096\nidle_sleep: 1ms\ncaptures: {folder}/full\nports:\n{lines}'
                                       f'eal: [-l, "{CPU}", --no-huge, -m, "96", --no-pci, --file-prefix, {self.prefix}, {eal}]\n')
        self.process = subprocess.Popen(['ip', 'netns', 'exec', space, program, '-c', str(folder / 'f.yaml')],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.said = b''
        Fwd.started.append(self)

    def has_started(self):
        return self.says(b'fwd.started')

    def says(self, word):
        """Reads what it says until the word comes, it ends, or patience is over."""
        deadline = time.monotonic() + PATIENCE
        while word not in self.said and time.monotonic() < deadline:
            if select.select([self.process.stdout], [], [], 1)[0]:
                part = os.read(self.process.stdout.fileno(), 65536)
                if not part:
                    break
                self.said += part
        return word in self.said

    def ask(self, command):
        """What the engine answers on DPDK's socket."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asked:
            asked.connect(f'/var/run/dpdk/{self.prefix}/dpdk_telemetry.v2')
            asked.recv(1 << 16)
            asked.send(command.encode())
            return json.loads(asked.recv(1 << 16))[command.partition(',')[0]]

    def port(self, number=0):
        """What the engine says of a port."""
        return self.ask('/suanlu/ports')[f'port_{number}']

    def received(self):
        return self.port()['received']

    def end(self):
        Fwd.started.remove(self)
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.process.stdout.close()
            shutil.rmtree(f'/var/run/dpdk/{self.prefix}', ignore_errors=True)
