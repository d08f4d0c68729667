# SPDX-License-Identifier: Apache-2.0
"""suanlu-fwd as a process of a test, on devices without spare hardware, in a namespace; and what a test makes around it."""
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PATIENCE = 30  # seconds
CPU = min(os.sched_getaffinity(0))
EXTERNAL = 'role: external'


def sh(*words, **more):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, **more).stdout


def say(name, holds, seen):
    """1 when it does not hold."""
    print(f"{'ok' if holds else 'not ok'} {name}: {seen}", flush=True)
    return not holds


def wait_for(process, word):
    """Until it says so."""
    said = ''
    for line in process.stdout:
        said += line
        if word in line:
            return
    raise AssertionError(f'never said {word}: {said}')


def ask(prefix, command):
    """What the engine with that --file-prefix answers on DPDK's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asked:
        asked.connect(f'/var/run/dpdk/{prefix}/dpdk_telemetry.v2')
        asked.recv(1 << 16)
        asked.send(command.encode())
        return json.loads(asked.recv(1 << 16))[command.partition(',')[0]]


def end(process):
    """Its exit status; SIGKILL when it does not end otherwise."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


class Scene:
    """Namespaces by name, a folder, and processes in them: gone at the end, the newest process first, whatever went wrong.
    The folder's name is the --file-prefix of an engine that is started here."""

    def __init__(self, tag, names):
        self.spaces = {name: f'{tag}{os.getpid()}{name}' for name in names}
        self.tag, self.folder, self.started = tag, None, []

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as of a test that takes too long
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f'suanlu-{self.tag}-'))
        for space in self.spaces.values():
            sh('ip', 'netns', 'add', space)
            sh('ip', '-n', space, 'link', 'set', 'lo', 'up')
        return self

    def start(self, name, *words, **more):
        process = subprocess.Popen(['ip', 'netns', 'exec', self.spaces[name], *words], stdout=subprocess.PIPE, text=True, **more)
        self.started.append(process)
        return process

    def ask(self, command):
        """What the engine answers on DPDK's socket."""
        return ask(self.folder.name, command)

    def __exit__(self, *_):
        for process in reversed(self.started):
            end(process)
            process.stdout.close()
        for space in self.spaces.values():
            subprocess.run(['ip', 'netns', 'del', space], check=False)
        shutil.rmtree(f'/var/run/dpdk/{self.folder.name}', ignore_errors=True)
        shutil.rmtree(self.folder)


class Fwd:
    """A running engine in namespace `space`; its tables lie in `folder`, unless said, and its memory in no huge pages."""

    started = []

    def __init__(self, program, space, folder, vdevs, ports, tables=None, memory='--no-huge, -m, "96"'):
        self.prefix = f'suanlu-ports-{os.getpid()}-{folder.name}'
        eal = ', '.join(f'--vdev, "{vdev}"' for vdev in vdevs)
        # What is no interface of the kernel gets a number.
        numbers = [f', index: {900 + i}' if name[0] == 'x' else '' for i, (_, name, _) in enumerate(ports)]
        lines = ''.join(f'- {{device: {device}, interface: {name}{number}, {more or EXTERNAL}}}\n'
                        for (device, name, more), number in zip(ports, numbers))
        (folder / 'f.yaml').write_text(f'tables: {tables or folder}/tables\nbuffers: 4096\nidle_sleep: 1ms\ncaptures: {folder}/full\nports:\n{lines}'
                                       f'eal: [-l, "{CPU}", {memory}, --no-pci, --file-prefix, {self.prefix}, {eal}]\n')
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
        return ask(self.prefix, command)

    def port(self, number=0):
        """What the engine says of a port."""
        return self.ask('/suanlu/ports')[f'port_{number}']

    def received(self):
        return self.port()['received']

    def end(self):
        Fwd.started.remove(self)
        status = end(self.process)
        self.process.stdout.close()
        shutil.rmtree(f'/var/run/dpdk/{self.prefix}', ignore_errors=True)
        return status
