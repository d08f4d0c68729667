#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""suanlu-fwd on devices of every kind that needs no spare hardware, without huge pages: it starts, packets come in, are
steered and leave by it, it ends when asked and leaves nothing behind. A tap as exception port carries a ping to the kernel and
back."""
import os
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import time

from fwd_process import EXTERNAL, PATIENCE, Fwd, sh


def capture(path, frame=b'\xff' * 6 + b'\x02\0\0\0\0\1' + b'\x08\x06' + bytes(46), frames=3):
    """A pcap file; of broadcast ARP frames unless said."""
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
         [('net_memif0', 'x0', ''), ('net_null0', 'x1', 'role: external, exception: net_memif1')], False),
        ('af_packet', ['net_af_packet0,iface=here'], [('net_af_packet0', 'here', '')], True),
        ('af_xdp', ['net_af_xdp0,iface=here,force_copy=1'], [('net_af_xdp0', 'here', '')], True),
    ]


# An IPv6 packet with a routing header, which the engine has to look at whatever its tables say.
FRAME = b'\xff' * 6 + b'\x02\0\0\0\0\1\x86\xdd\x60\0\0\0\0\x08\x2b\x40' + (b'\xfe\x80' + bytes(14)) * 2 + b'\x3b' + bytes(7)
SHOUT = """
import socket, sys
end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); end.bind(('there', 0)); end.send(bytes.fromhex(sys.argv[1]))
"""


def shout(there, frame=FRAME):
    """One packet from the other end of the link."""
    sh('ip', 'netns', 'exec', there, sys.executable, '-c', SHOUT, frame.hex())


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
                    [('net_null0', 'x1', 'role: external, exception: net_virtio_user0')])
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
              [('net_af_packet0', 'here', 'role: external, exception: net_tap0')])
    answered = False
    if fwd.has_started():
        sh('ip', '-n', spaces[0], 'link', 'set', 'kernel', 'address', '02:00:00:00:00:01', 'up')
        sh('ip', '-n', spaces[0], 'addr', 'add', '10.77.0.1/24', 'dev', 'kernel')
        answered = subprocess.run(['ip', 'netns', 'exec', spaces[1], 'ping', '-c', '1', '-w', str(PATIENCE), '10.77.0.1'],
                                  check=False, stdout=subprocess.DEVNULL).returncode == 0
    status = fwd.end()
    return answered and status == 0, f'answered, exit status {status}' if answered else fwd.said.decode()[-400:]


SERVICE, SID, SOURCE, PORT = '2001:db8:a::1', 'fc00:0:e1:f006::', 'fc00:0:1::1', 9001
FROM, TO = '02:00:00:00:00:08', '02:00:00:00:00:09'  # of the Plan's next hop
STEERED = (b'\x02\0\0\0\0\1' + b'\x02\0\0\0\0\2' + b'\x86\xdd\x60\0\0\0\0\x10\x11\x40' +
           socket.inet_pton(socket.AF_INET6, '2001:db8:c1::2') + socket.inet_pton(socket.AF_INET6, SERVICE) +
           struct.pack('>HHHH', 40000, PORT, 16, 0) + b'payload!')


def is_encapsulated(frame):
    """The frame above, its hop limit one less, behind the outer header of the Plan and its next hop's addresses."""
    inner = bytearray(STEERED[14:])
    inner[7] -= 1
    ends = socket.inet_pton(socket.AF_INET6, SOURCE) + socket.inet_pton(socket.AF_INET6, SID)
    link = bytes.fromhex((TO + FROM).replace(':', '')) + b'\x86\xdd'
    return frame[:14] == link and frame[22:54] == ends and frame[54:] == bytes(inner)


def plan(probe, space, folder, core):
    """The agent's side: a service, whose packets leave by interface `core`."""
    options = {'tables': f'{folder}/tables', 'source': SOURCE, 'anycast6': SERVICE, 'anycast4': '198.51.100.1', 'sid6': SID,
               'sid4': SID, 'mtu': '1500', 'core': core, 'from': FROM, 'to': TO}
    words = [part for pair in options.items() for part in pair]
    agent = subprocess.Popen(['ip', 'netns', 'exec', space, probe, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    for line in agent.stdout:
        if line.startswith('ready'):
            break
    return agent


SEND_AND_HEAR = f"""
import select, socket, sys, time
end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(3)); end.bind(('there', 0))
deadline = time.monotonic() + {PATIENCE}
while time.monotonic() < deadline:
    end.send(bytes.fromhex('{STEERED.hex()}'))
    while select.select([end], [], [], 0.1)[0]:
        frame = end.recv(2000)
        if frame[12:14] == b'\\x86\\xdd' and len(frame) == {len(STEERED) + 40}:
            print(frame.hex()); sys.exit()
"""


def loops(folder):
    """(kind, its --vdev arguments, the device that steers, the other end of its link). A client's packet comes by af_packet on a
    port of the core, is not steered there and goes on by the other end; it comes in by the kind, is steered, leaves by the kind,
    and by the other end and af_packet returns to where it came from."""
    memif = f'socket={folder}/loop,socket-abstract=no'
    return [
        ('memif', [f'net_memif0,role=server,{memif}', f'net_memif1,role=client,{memif}'], 'net_memif0', 'net_memif1'),
        ('tap', ['net_tap0,iface=ta', 'net_tap1,iface=tb'], 'net_tap0', 'net_tap1'),
        ('af_packet', ['net_af_packet1,iface=ka', 'net_af_packet2,iface=kb'], 'net_af_packet1', 'net_af_packet2'),
        ('af_xdp', ['net_af_xdp0,iface=ka,force_copy=1', 'net_af_packet2,iface=kb'], 'net_af_xdp0', 'net_af_packet2'),
    ]


def bridge(space):
    """Between the kernel's sides of two taps."""
    sh('ip', '-n', space, 'link', 'add', 'name', 'joined', 'type', 'bridge')
    sh('ip', '-n', space, 'link', 'set', 'joined', 'up')
    for tap in ('ta', 'tb'):
        sh('ip', '-n', space, 'link', 'set', tap, 'master', 'joined', 'up')


def there_and_back(spaces):
    heard = sh('ip', 'netns', 'exec', spaces[1], sys.executable, '-c', SEND_AND_HEAR).strip()
    return is_encapsulated(bytes.fromhex(heard)), heard


def stop(agent):
    agent.stdin.close()
    agent.wait()
    agent.stdout.close()


def loop(programs, spaces, folder, kind):
    """Through one engine, both ways over a link of the kind."""
    name, vdevs, device, other = kind
    stands = {'tap': 'ta', 'memif': 'd0'}.get(name, 'ka')  # for the device in the kernel
    fwd = Fwd(programs[0], spaces[0], folder, ['net_af_packet0,iface=here', *vdevs],
              [('net_af_packet0', 'here', f'role: core, exception: {other}'), (device, stands, EXTERNAL)])
    holds, heard = False, ''
    if fwd.has_started():
        if name == 'tap':
            bridge(spaces[0])
        agent = plan(programs[1], spaces[0], folder, stands)
        holds, heard = there_and_back(spaces)
        stop(agent)
    status = fwd.end()
    return holds and status == 0, f'{len(heard) // 2} bytes came back, exit status {status}' if heard else fwd.said.decode()[-400:]


def vhost_loop(programs, spaces, folder):
    """The same by an engine on each side of the link; the guest has the port of the core."""
    (folder / 'guest').mkdir()
    fwd = Fwd(programs[0], spaces[0], folder, [f'net_vhost0,iface={folder}/vhost'], [('net_vhost0', 'd0', EXTERNAL)])
    engines, holds, heard = [fwd], False, ''
    if fwd.has_started():
        guest = Fwd(programs[0], spaces[0], folder / 'guest',
                    [f'net_virtio_user0,path={folder}/vhost,queues=1', 'net_af_packet0,iface=here'],
                    [('net_af_packet0', 'here', 'role: core, exception: net_virtio_user0')])
        engines.append(guest)
        agent = plan(programs[1], spaces[0], folder, 'd0')
        if guest.has_started():
            holds, heard = there_and_back(spaces)
        stop(agent)
    statuses = [engine.end() for engine in reversed(engines)]
    return holds and statuses == [0, 0], f'{len(heard) // 2} bytes came back, exit statuses {statuses}' if heard else \
        ''.join(engine.said.decode()[-400:] for engine in engines)


def from_file_to_file(programs, spaces, folder):
    """All of a capture is steered at once, so the tables are there first."""
    capture(folder / 'in.pcap', STEERED)
    agent = plan(programs[1], spaces[0], folder, 'd0')
    fwd = Fwd(programs[0], spaces[0], folder, [f'net_pcap0,rx_pcap={folder}/in.pcap,tx_pcap={folder}/out.pcap'],
              [('net_pcap0', 'd0', EXTERNAL)])
    deadline = time.monotonic() + PATIENCE
    while fwd.has_started() and fwd.port()['sent'] < 3 and time.monotonic() < deadline:
        time.sleep(0.1)
    status = fwd.end()
    stop(agent)
    written = (folder / 'out.pcap').read_bytes()[24:]
    size = 16 + len(STEERED) + 40
    frames = [written[at + 16:at + size] for at in range(0, len(written), size)]
    return len(frames) == 3 and all(map(is_encapsulated, frames)) and status == 0, f'{len(frames)} frames, exit status {status}'


def into_nothing(programs, spaces, folder):
    """What leaves by a null device is counted by it."""
    agent = plan(programs[1], spaces[0], folder, 'd0')
    fwd = Fwd(programs[0], spaces[0], folder, ['net_af_packet0,iface=here', 'net_null0,no-rx=1'],
              [('net_af_packet0', 'here', EXTERNAL), ('net_null0', 'd0', 'role: core')])
    sent, deadline = 0, time.monotonic() + PATIENCE
    while fwd.has_started() and (sent := fwd.port(1)['sent']) == 0 and time.monotonic() < deadline:
        shout(spaces[1], STEERED)
        time.sleep(0.1)
    status = fwd.end()
    stop(agent)
    return sent > 0 and status == 0, f'{sent} sent, exit status {status}'


def beside(program, spaces, folder):
    """Next hops of one interface would be looked for on another."""
    fwd = Fwd(program, spaces[0], folder, ['net_af_packet0,iface=here'], [('net_af_packet0', 'ka', EXTERNAL)])
    wanted = b'f.yaml:6: ports[0]: net_af_packet0 is on interface here, not on ka'
    holds = not fwd.has_started() and wanted in fwd.said
    status = fwd.end()
    return holds and status == 1, f'{fwd.said.decode().strip().rsplit(": ", 1)[-1]}, exit status {status}'


def unread(program, spaces, folder):
    """Whoever reads the log goes away: the engine goes on until it is asked to end."""
    fwd = Fwd(program, spaces[0], folder, ['net_null0,no-rx=1'], [('net_null0', 'x0', EXTERNAL)])
    holds = fwd.has_started()
    fwd.process.stdout.close()
    status = fwd.end()  # which it logs
    return holds and status == 0, f'exit status {status}'


def replaced(program, spaces, folder):
    """Somebody removes the tables below a running engine, and the next agent makes new ones."""
    fwd = Fwd(program, spaces[0], folder, ['net_null0,no-rx=1'], [('net_null0', 'x0', EXTERNAL)])
    holds = fwd.has_started()
    (folder / 'tables').rename(folder / 'old')
    (folder / 'tables').touch()
    holds = holds and fwd.says(b'tables.replaced')
    status = fwd.end()
    return holds and status == 0, f'{"said" if holds else "not said"}, exit status {status}'


def cut_short(program, spaces, folder):
    """A capture that fills its file system ends, and says so; the engine goes on."""
    (folder / 'full').mkdir()
    sh('mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', str(folder / 'full'))
    fwd = Fwd(program, spaces[0], folder, ['net_null0'], [('net_null0', 'x0', EXTERNAL)])
    try:
        holds, state = fwd.has_started(), {}
        if holds:
            fwd.ask('/suanlu/capture,a.pcapng,1,100000')
            deadline = time.monotonic() + PATIENCE
            while (state := fwd.ask('/suanlu/capture'))['is_on'] and time.monotonic() < deadline:
                time.sleep(0.1)
        holds = holds and not state['is_on'] and 'could not be written' in state.get('refused', '')
        status = fwd.end()
    finally:
        sh('umount', str(folder / 'full'))
    return holds and status == 0, f'{state}, exit status {status}'


def fresh(folder):
    """With tables of its own."""
    return pathlib.Path(tempfile.mkdtemp(dir=folder))


def make_links(spaces):
    """here - there, to a neighbour; ka - kb, between two ports; d0, which stands for what the kernel does not have."""
    sh('ip', 'link', 'add', 'here', 'netns', spaces[0], 'type', 'veth', 'peer', 'name', 'there', 'netns', spaces[1])
    sh('ip', 'link', 'add', 'ka', 'netns', spaces[0], 'type', 'veth', 'peer', 'name', 'kb', 'netns', spaces[0])
    sh('ip', '-n', spaces[0], 'link', 'add', 'd0', 'type', 'bridge')
    for name in ('here', 'ka', 'kb', 'd0'):
        sh('ip', '-n', spaces[0], 'link', 'set', name, 'up')
    sh('ip', '-n', spaces[1], 'link', 'set', 'there', 'up')
    sh('ip', '-n', spaces[1], 'addr', 'add', '10.77.0.2/24', 'dev', 'there')


def main():
    if os.geteuid() != 0:
        print('skipped: needs root')
        return 77
    programs, failed = sys.argv[1:3], 0
    program = programs[0]
    spaces = [f'sdp{os.getpid()}{end}' for end in 'ht']
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        try:
            for space in spaces:
                sh('ip', 'netns', 'add', space)
            make_links(spaces)
            results = [(kind[0], lambda kind=kind: try_kind(program, spaces, folder, kind)) for kind in kinds(folder)]
            results.append(('vhost', lambda: vhost(program, spaces, folder)))
            has_taps = os.path.exists('/dev/net/tun')
            for kind in loops(folder):
                if kind[0] != 'tap' or has_taps:
                    results.append((f'steered in and out by {kind[0]}', lambda kind=kind: loop(programs, spaces, fresh(folder), kind)))
            results += [('steered in and out by vhost', lambda: vhost_loop(programs, spaces, fresh(folder))),
                        ('steered from file to file', lambda: from_file_to_file(programs, spaces, fresh(folder))),
                        ('interface that is not the device\'s', lambda: beside(program, spaces, fresh(folder))),
                        ('tables that another file has replaced', lambda: replaced(program, spaces, fresh(folder))),
                        ('capture that finds no room', lambda: cut_short(program, spaces, fresh(folder))),
                        ('log that nobody reads', lambda: unread(program, spaces, fresh(folder))),
                        ('steered into a null device', lambda: into_nothing(programs, spaces, fresh(folder)))]
            if has_taps:
                results.append(('tap as exception port', lambda: exception(program, spaces, folder)))
            else:
                print('skip taps # no /dev/net/tun here')
            for title, attempt in results:
                holds, seen = attempt()
                failed += not holds
                print(f"{'ok' if holds else 'not ok'} {title}: {seen}", flush=True)
        finally:
            for fwd in list(Fwd.started):  # of an attempt that broke off
                fwd.end()
            for space in spaces:
                subprocess.run(['ip', 'netns', 'del', space], check=False)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
