#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""suanlu-fwd on devices of every kind that needs no spare hardware, without huge pages: it starts, packets come in, it
ends when asked and leaves nothing behind. A tap as exception port carries a ping to the kernel and back."""
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

PATIENCE = 30  # seconds
CPU = min(os.sched_getaffinity(0))


def sh(*words):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout


class Fwd:
    """A running engine in namespace `space`."""

    def __init__(self, program, space, folder, vdevs, ports):
        self.prefix = f'suanlu-ports-{os.getpid()}-{folder.name}'
        eal = ', '.join(f'--vdev, "{vdev}"' for vdev in vdevs)
        # What is no interface of the kernel gets a number.
        numbers = ['' if name == 'here' else f', index: {900 + i}' for i, (_, name, _) in enumerate(ports)]
        lines = ''.join(f'- {{device: {device}, interface: {name}{number}, role: external{more}}}\n'
                        for (device, name, more), number in zip(ports, numbers))
        (folder / 'f.yaml').write_text(f'tables: {folder}/tables\nbuffers: 4096\nidle_sleep: 1ms\nports:\n{lines}'
                                       f'eal: [-l, "{CPU}", --no-huge, -m, "96", --no-pci, --file-prefix, {self.prefix}, {eal}]\n')
        self.process = subprocess.Popen(['ip', 'netns', 'exec', space, program, '-c', str(folder / 'f.yaml')],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.said = b''

    def has_started(self):
        """Reads what it says until it forwards, ends, or patience is over."""
        deadline = time.monotonic() + PATIENCE
        while b'fwd.started' not in self.said and time.monotonic() < deadline:
            if select.select([self.process.stdout], [], [], 1)[0]:
                part = os.read(self.process.stdout.fileno(), 65536)
                if not part:
                    break
                self.said += part
        return b'fwd.started' in self.said

    def received(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asked:
            asked.connect(f'/var/run/dpdk/{self.prefix}/dpdk_telemetry.v2')
            asked.recv(1 << 16)
            asked.send(b'/suanlu/ports')
            return json.loads(asked.recv(1 << 16))['/suanlu/ports']['port_0']['received']

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.process.stdout.close()
            shutil.rmtree(f'/var/run/dpdk/{self.prefix}', ignore_errors=True)


def capture(path, frames=3):
    """A pcap file of broadcast ARP frames."""
    frame = b'\xff' * 6 + b'\x02\0\0\0\0\1' + b'\x08\x06' + bytes(46)
    record = struct.pack('<IIII', 0, 0, len(frame), len(frame)) + frame
    path.write_bytes(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1) + frames * record)


def kinds(folder):
    """(name, --vdev arguments, ports, whether packets have to be sent by the other end of the link)."""
    capture(folder / 'in.pcap')
    memif = f'socket={folder}/memif,socket-abstract=no'
    return [
        ('null', ['net_null0'], [('net_null0', 'x0', '')], False),
        ('pcap', [f'net_pcap0,rx_pcap={folder}/in.pcap,tx_pcap={folder}/out.pcap'], [('net_pcap0', 'x0', '')], False),
        ('memif', [f'net_memif0,role=server,{memif}', f'net_memif1,role=client,{memif}', 'net_null0'],
         [('net_memif0', 'x0', ''), ('net_null0', 'x1', ', exception: net_memif1')], False),
        ('af_packet', ['net_af_packet0,iface=here'], [('net_af_packet0', 'here', '')], True),
        ('af_xdp', ['net_af_xdp0,iface=here,force_copy=1'], [('net_af_xdp0', 'here', '')], True),
    ]


# An IPv6 packet with a routing header, which the engine has to look at whatever its tables say.
FRAME = b'\xff' * 6 + b'\x02\0\0\0\0\1\x86\xdd\x60\0\0\0\0\x08\x2b\x40' + (b'\xfe\x80' + bytes(14)) * 2 + b'\x3b' + bytes(7)
SHOUT = f"""
import socket
end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); end.bind(('there', 0)); end.send(bytes.fromhex('{FRAME.hex()}'))
"""


def shout(there):
    """One packet from the other end of the link."""
    sh('ip', 'netns', 'exec', there, sys.executable, '-c', SHOUT)


def try_kind(program, spaces, folder, kind):
    """(holds, what was seen)."""
    _, vdevs, ports, is_sent = kind
    fwd = Fwd(program, spaces[0], folder, vdevs, ports)
    received = 0
    if fwd.has_started():
        deadline = time.monotonic() + PATIENCE
        while (received := fwd.received()) == 0 and time.monotonic() < deadline:
            if is_sent:
                shout(spaces[1])
            time.sleep(0.1)
    status = fwd.end()
    left = 'xdp' in sh('ip', '-n', spaces[0], 'link', 'show', 'here')
    holds = received > 0 and status == 0 and not left
    return holds, f'{received} packets came, exit status {status}' if holds or received else fwd.said.decode()[-400:]


def vhost(program, spaces, folder):
    """The other side of the port is a virtio device, in a second engine as it would be in a virtual machine."""
    other_folder = folder / 'guest'
    other_folder.mkdir()
    fwd, received, statuses = Fwd(program, spaces[0], folder, [f'net_vhost0,iface={folder}/vhost'], [('net_vhost0', 'x0', '')]), 0, []
    engines = [fwd]
    if fwd.has_started():
        guest = Fwd(program, spaces[1], other_folder, [f'net_virtio_user0,path={folder}/vhost,queues=1', 'net_null0'],
                    [('net_null0', 'x1', ', exception: net_virtio_user0')])
        engines.append(guest)
        deadline = time.monotonic() + PATIENCE
        while guest.has_started() and (received := fwd.received()) == 0 and time.monotonic() < deadline:
            time.sleep(0.1)
    for engine in reversed(engines):
        statuses.append(engine.end())
    holds = received > 0 and statuses == [0, 0]
    return holds, f'{received} packets came, exit statuses {statuses}' if holds else ''.join(e.said.decode()[-400:] for e in engines)


def exception(program, spaces, folder):
    """The kernel answers on the tap what came in by the port."""
    fwd = Fwd(program, spaces[0], folder, ['net_af_packet0,iface=here', 'net_tap0,iface=kernel'],
              [('net_af_packet0', 'here', ', exception: net_tap0')])
    answered = False
    if fwd.has_started():
        sh('ip', '-n', spaces[0], 'link', 'set', 'kernel', 'address', '02:00:00:00:00:01', 'up')
        sh('ip', '-n', spaces[0], 'addr', 'add', '10.77.0.1/24', 'dev', 'kernel')
        answered = subprocess.run(['ip', 'netns', 'exec', spaces[1], 'ping', '-c', '1', '-w', str(PATIENCE), '10.77.0.1'],
                                  check=False, stdout=subprocess.DEVNULL).returncode == 0
    status = fwd.end()
    return answered and status == 0, f'answered, exit status {status}' if answered else fwd.said.decode()[-400:]


def main():
    if os.geteuid() != 0:
        print('skipped: needs root')
        return 77
    program, failed = sys.argv[1], 0
    spaces = [f'sdp{os.getpid()}{end}' for end in 'ht']
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        try:
            for space in spaces:
                sh('ip', 'netns', 'add', space)
            sh('ip', 'link', 'add', 'here', 'netns', spaces[0], 'type', 'veth', 'peer', 'name', 'there', 'netns', spaces[1])
            sh('ip', '-n', spaces[0], 'link', 'set', 'here', 'up')
            sh('ip', '-n', spaces[1], 'link', 'set', 'there', 'up')
            sh('ip', '-n', spaces[1], 'addr', 'add', '10.77.0.2/24', 'dev', 'there')
            results = [(kind[0], lambda kind=kind: try_kind(program, spaces, folder, kind)) for kind in kinds(folder)]
            results.append(('vhost', lambda: vhost(program, spaces, folder)))
            if os.path.exists('/dev/net/tun'):
                results.append(('tap as exception port', lambda: exception(program, spaces, folder)))
            else:
                print('skip tap as exception port # no /dev/net/tun here')
            for title, attempt in results:
                holds, seen = attempt()
                failed += not holds
                print(f"{'ok' if holds else 'not ok'} {title}: {seen}", flush=True)
        finally:
            for space in spaces:
                subprocess.run(['ip', 'netns', 'del', space], check=False)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
