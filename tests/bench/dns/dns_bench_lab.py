# SPDX-License-Identifier: Apache-2.0
"""Two namespaces for tests/bench/run dns: a server on one core, the load generator on the other, a veth pair between.
The NAPI work of the server's interface runs in a kernel thread on the server's core, as a NIC's queue would."""
import pathlib
import shutil
import subprocess
import tempfile
import time

SERVER, CLIENT = 'sldnsb-s', 'sldnsb-c'
ADDRESS, PORT = '10.77.0.1', 53
SERVER_LINK = 'srv0'
SERVER_CORE, CLIENT_CORE = 0, 1
A, TXT = 1, 16
START_WITHIN_S = 60  # a view of 64 000 answers is a long text


def command(*words, check=True):
    return subprocess.run([str(w) for w in words], check=check, capture_output=True, text=True)


def pinned(namespace, core, words, priority=50):
    """Real time, or another process of the machine is what is measured."""
    return ['ip', 'netns', 'exec', namespace, 'chrt', '-f', str(priority), 'taskset', '-c', str(core), *map(str, words)]


class BenchLab:
    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='sldnsb-'))
        self.folder.chmod(0o755)  # peers that give up root still read their zone
        self.__exit_namespaces()
        for name in (SERVER, CLIENT):
            command('ip', 'netns', 'add', name)
        command('ip', 'link', 'add', 'srv0', 'netns', SERVER, 'type', 'veth', 'peer', 'name', 'cli0', 'netns', CLIENT)
        for name, interface, host in ((SERVER, 'srv0', 1), (CLIENT, 'cli0', 2)):
            inside = ['ip', 'netns', 'exec', name]
            command('ip', '-n', name, 'link', 'set', 'lo', 'up')
            command('ip', '-n', name, 'addr', 'add', f'10.77.0.{host}/24', 'dev', interface)
            command(*inside, 'ethtool', '-K', interface, 'tx', 'off', 'rx', 'off', check=False)
            command('ip', '-n', name, 'link', 'set', interface, 'up')
        self.__thread_napi()
        return self

    def __thread_napi(self):
        """Threaded NAPI needs GRO on a veth, which then has a NAPI context of its own."""
        inside = ['ip', 'netns', 'exec', SERVER]
        command(*inside, 'ethtool', '-K', 'srv0', 'gro', 'on')
        command(*inside, 'sh', '-c', 'echo 1 > /sys/class/net/srv0/threaded')
        threads = [p.parent.name for p in pathlib.Path('/proc').glob('[0-9]*/comm') if self.__is_napi(p)]
        if not threads:
            raise RuntimeError('the kernel made no NAPI thread for srv0')
        for thread in threads:
            command('taskset', '-p', '-c', SERVER_CORE, thread)
            command('chrt', '-f', '-p', 50, thread)

    @staticmethod
    def __is_napi(comm):
        try:
            return comm.read_text().startswith('napi/srv0')
        except OSError:
            return False  # it ended meanwhile

    @staticmethod
    def __exit_namespaces():
        for name in (SERVER, CLIENT):
            command('ip', 'netns', 'del', name, check=False)

    def __exit__(self, *_):
        self.__exit_namespaces()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, name, words, probe_type=A):
        """The server once it answers a query of that type; raises when it does not."""
        log = open(self.folder / f'{name}.log', 'w', encoding='utf-8')
        process = subprocess.Popen(pinned(SERVER, SERVER_CORE, words), stdout=log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + START_WITHIN_S
        while not self.__answers(probe_type):
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop(process)
                raise RuntimeError(f'{name} does not answer: ' + (self.folder / f'{name}.log').read_text()[-400:])
        return process

    def __answers(self, probe_type):
        probe = ('import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.settimeout(0.2)\n'
                 f's.connect(("{ADDRESS}", {PORT}))\n'
                 f's.send(b"\\0\\1\\0\\0\\0\\1\\0\\0\\0\\0\\0\\0\\2n0\\5bench\\7example\\0\\0" + bytes([{probe_type}]) + b"\\0\\1")\n'
                 'reply = s.recv(512)\nassert reply[2] & 0x80 and reply[3] & 15 == 0')
        return command('ip', 'netns', 'exec', CLIENT, 'python3', '-c', probe, check=False).returncode == 0

    @staticmethod
    def clear_xdp():
        """knotd leaves its program on the interface."""
        command('ip', '-n', SERVER, 'link', 'set', 'dev', SERVER_LINK, 'xdp', 'off', check=False)

    @staticmethod
    def stop(process):
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
