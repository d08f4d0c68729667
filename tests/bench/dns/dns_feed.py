# SPDX-License-Identifier: Apache-2.0
"""Rows of tests/bench/run dns about servers that follow a controller: swap (answers are replaced while others are asked for) and
memory. dns-view-source stands for the controller."""
import json
import pathlib
import signal
import socket
import statistics
import struct
import subprocess
import sys
import time

from dns.dns_bench_lab import ADDRESS, CLIENT, CLIENT_CORE, PORT, pinned

ZONE = 'bench.example'
SERVICES, CLASSES = 1000, 64
REPLACED = 157  # services a second, 64 answers each: 10 048
LARGE_SERVICES = 10_000
ROUNDS = 6
MEMORY_MOST_GIB = 1
WITHIN_S = 120
SECONDS = 4
WATCHED_S = 3
PAUSE_S = 1.5  # the source looks once a second whether it is to replace
A, SOA = 1, 6

# n0 is what the lab asks for until it is answered: once there is a view.
ZONE_FILE = f'$ORIGIN {ZONE}.\n$TTL 30\n@ SOA ns hostmaster 1 3600 600 86400 5\n@ NS ns\nns A 192.0.2.53\nn0 A 192.0.2.1\n'


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(('127.0.0.1', 0))
        return udp.getsockname()[1]


def configure(folder, listen):
    """The server's configuration; {folder}/feed.sock is where the controller listens."""
    (folder / 'zone').write_text(ZONE_FILE)
    (folder / 'dns.yaml').write_text(
        f'listen: ["{listen}"]\nworkers: 1\ncontroller: {{address: "unix:{folder}/feed.sock", state_dir: {folder}/state}}\n'
        f'zones: [{{name: {ZONE}, file: {folder}/zone, follow: true}}]\n')
    return folder / 'dns.yaml'


def question(name, qtype=A):
    """A query for a name of the zone; '' is its apex."""
    labels = b''.join(bytes([len(label)]) + label.encode() for label in f'{name}.{ZONE}'.strip('.').split('.'))
    return struct.pack('!HHHHHH', 1, 0, 1, 0, 0, 0) + labels + b'\0' + struct.pack('!HH', qtype, 1)


class Children:
    """Processes that end with the block."""

    def __init__(self):
        self.children = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.kill()
            child.wait()

    def start(self, words, **options):
        return self.add(subprocess.Popen([str(word) for word in words], stderr=subprocess.DEVNULL, **options))

    def add(self, child):
        self.children.append(child)
        return child


def wait_until(what, holds):
    deadline = time.monotonic() + WITHIN_S
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError(f'{what}: not within {WITHIN_S} s')
        time.sleep(0.05)


def answered(udp, message):
    """The answer, b'' when there is none or it is an error."""
    try:
        udp.send(message)
        reply = udp.recv(4096)
    except OSError:
        return b''
    return reply if reply[3] & 0xF == 0 and reply[7] > 0 else b''


# swap

WATCHER_PRIORITY = 60  # before the load, which would starve it

def queries(folder):
    path = folder / 'feed-queries'
    path.write_text(''.join(f'n{k * 7919 % SERVICES}.svc.{ZONE} A\n' for k in range(SERVICES)))
    return path


# Asks for the SOA ten times a second while the load runs, and prints how many serials it saw.
WATCHER = """
import socket, sys, time
address, port, seconds, soa = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), bytes.fromhex(sys.argv[4])
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.connect((address, port))
udp.settimeout(0.1)
seen, end = [], time.monotonic() + seconds
while time.monotonic() < end:
    try:
        udp.send(soa)
        serial = int.from_bytes(udp.recv(512)[-20:-16], 'big')
        if serial not in seen:
            seen.append(serial)
    except OSError:
        pass
    time.sleep(0.1)
print(len(seen))
"""


def load(build, folder):
    """The load generator, begun; swap_rounds asks it for its answers per second."""
    words = [build / 'tests/bench/dns/dns-load', ADDRESS, PORT, queries(folder), '--seconds', SECONDS, '--subnet']
    return subprocess.Popen([str(word) for word in pinned(CLIENT, CLIENT_CORE, words)], stdout=subprocess.PIPE, text=True)


def generations_seen():
    """Of the views that came within WATCHED_S, how many were on the wire: the SOA's serial is the second of the view."""
    watcher = [sys.executable, '-c', WATCHER, ADDRESS, PORT, WATCHED_S, question('', SOA).hex()]
    watched = subprocess.run(pinned(CLIENT, CLIENT_CORE, watcher, WATCHER_PRIORITY), capture_output=True, text=True, check=True)
    return int(watched.stdout) - 1


def swap_rounds(lab, build, folder):
    """Answers per second of one server, in turns with no swaps and with REPLACED services a second, and generations seen per second
    of the latter: processes differ by more than swaps cost. What replaces the answers works on the client's core at no real-time
    priority: the server's core has the worker and the NAPI thread, as everywhere in this benchmark."""
    (folder / 'feed.sock').unlink(missing_ok=True)
    calm, swapped, served = [], [], []
    with Children() as children:
        source = children.start(['taskset', '-c', CLIENT_CORE, build / 'tests/bench/dns/dns-view-source', f'unix:{folder}/feed.sock',
                                 SERVICES, CLASSES, REPLACED], stdout=subprocess.DEVNULL)
        server = lab.start('suanlu-dns-feed', [build / 'dns/app/suanlu-dns', '-c', configure(folder, f'{ADDRESS}:{PORT}')])
        try:
            for k in range(2 * ROUNDS):
                client = children.add(load(build, folder))
                if k % 2 == 0:
                    served.append(generations_seen() / WATCHED_S)
                (calm if k % 2 else swapped).append(json.loads(client.communicate()[0])['qps'])
                source.send_signal(signal.SIGUSR1)
                time.sleep(PAUSE_S)
            return calm, swapped, served
        finally:
            lab.stop(server)


# memory

def memory_gib(build, folder):
    """Largest resident size of a server until it answers by the large view."""
    port = free_port()
    (folder / 'feed.sock').unlink(missing_ok=True)
    with Children() as children, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        children.start([build / 'tests/bench/dns/dns-view-source', f'unix:{folder}/feed.sock', LARGE_SERVICES, CLASSES, 0],
                       stdout=subprocess.DEVNULL)
        wait_until('the source listens', (folder / 'feed.sock').exists)
        server = children.start([build / 'dns/app/suanlu-dns', '-c', configure(folder, f'127.0.0.1:{port}')])
        udp.connect(('127.0.0.1', port))
        udp.settimeout(1)
        wait_until('an answer of the large view', lambda: answered(udp, question(f'n{LARGE_SERVICES - 1}.svc')))
        status = pathlib.Path(f'/proc/{server.pid}/status').read_text()
        return int(status.split('VmHWM:')[1].split()[0]) / (1 << 20)


def fresh(folder, name):
    out = folder / name
    out.mkdir()
    return out


def cases(lab, build, case):
    """All rows; `case` makes one."""
    rows = []
    calm, swapped, served = swap_rounds(lab, build, fresh(lab.folder, 'swap'))
    rows.append(case('swap', statistics.median(swapped) / 1e3, statistics.median(calm) / 1e3, 'no swaps', 'kqps'))
    rows.append(case('swap-served', statistics.median(served), 1, 'made', '1/s'))
    rows.append(case('memory', memory_gib(build, fresh(lab.folder, 'memory')), MEMORY_MOST_GIB, 'most', 'GiB'))
    return rows
