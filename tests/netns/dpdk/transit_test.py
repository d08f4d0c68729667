#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The kernel's seg6local is the reference: the same packets for End, End.X (both with NEXT-C-SID), End.DX6, End.DX4 and
End.DT6 SIDs go through a kernel and through suanlu-fwd over af_packet, and what leaves must be equal octet by octet.
Behind each packet goes one that both certainly forward: when it is there, what has not come will not come."""
import ctypes
import os
import select
import socket
import subprocess
import sys
import time

from scapy.all import (ICMPv6EchoRequest, IP, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrSegmentRouting,
                       TCP, UDP, Ether, PadN, Raw, rdpcap)

from fwd_process import CPU, PATIENCE, Scene, say, sh, wait_for

IN, OUT, NEXT = '02:00:00:00:00:0a', '02:00:00:00:00:0b', '02:00:00:00:00:0c'
TABLE = 100
SOURCE, SERVICE = 'fc00:0:1::1', 'fc00:0:e2:f006::'
LINK = f'out {OUT} {NEXT} 1500'
TOLD = [f'sid fc00:0:e1::/48 END 254', f'sid fc00:0:e001::/48 X {LINK}', f'sid fc00:0:e1:f006::/64 DX6 {LINK}',
        f'sid fc00:0:e1:f004::/64 DX4 {LINK}', f'sid fc00:0:e1:f106::/64 DT6 {TABLE}',
        f'route 254 fc00:0:2::/48 {LINK}', f'route 254 fc00:0:e2::/48 {LINK}', f'route {TABLE} 2001:db8:a::/48 {LINK}',
        f'route {TABLE} ::/0 nowhere']
FLAVOUR = 'flavors next-csid lblen 32 nflen 16'
ROUTES = [f'fc00:0:e1::/48 encap seg6local action End {FLAVOUR} dev out',
          f'fc00:0:e001::/48 encap seg6local action End.X nh6 2001:db8:7::2 {FLAVOUR} dev out',
          'fc00:0:e1:f006::/64 encap seg6local action End.DX6 nh6 2001:db8:7::2 dev out',
          'fc00:0:e1:f004::/64 encap seg6local action End.DX4 nh4 10.7.0.2 dev out',
          f'fc00:0:e1:f106::/64 encap seg6local action End.DT6 table {TABLE} dev out',
          'fc00:0:2::/48 via 2001:db8:7::2 dev out', 'fc00:0:e2::/48 via 2001:db8:7::2 dev out',
          f'2001:db8:a::/48 via 2001:db8:7::2 dev out table {TABLE}', f'unreachable default table {TABLE}']


def enter(space):
    """A network namespace, for this thread."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(space, 0) != 0:
        raise OSError(ctypes.get_errno(), 'setns')


class Wire:
    """Frames into one end and out of the other, of a router between."""
    waits_for, of = NEXT, 'out'

    def __init__(self, space, name):
        self.ends = {}
        for end in ('in', 'out'):
            with open(f'/run/netns/{space}', 'rb') as handle:
                self.ends[end] = self.open(handle.fileno(), f'{name}-{end}')

    @staticmethod
    def open(space, interface):
        back = os.open('/proc/self/ns/net', os.O_RDONLY)
        enter(space)
        try:
            end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            end.bind((interface, 0))
            return end
        finally:
            enter(back)
            os.close(back)

    def come(self, deadline):
        """The next frame that has come for the address that is waited for; None when time is up."""
        while (rest := deadline - time.monotonic()) > 0:
            if select.select([self.ends[self.of]], [], [], rest)[0]:
                frame, (_, _, kind, _, _) = self.ends[self.of].recvfrom(65536)
                if kind != socket.PACKET_OUTGOING and frame[:6] == bytes.fromhex(self.waits_for.replace(':', '')):
                    return frame
        return None

    def through(self, frame, mark):
        """What comes out for `frame`, until the frame that follows it is there too."""
        self.ends['in'].send(frame)
        self.ends['in'].send(mark)
        out, deadline = [], time.monotonic() + PATIENCE
        while (come := self.come(deadline)) is not None:
            if come[-len(MARK):] == MARK:
                return out
            out.append(come)
        raise TimeoutError('the frame behind it has not come')


MARK = b'the end of this one'


def inside(**more):
    return IPv6(src='2001:db8:c1::2', dst='2001:db8:a::1', hlim=64, tc=0xb8, **more) / UDP(sport=4000, dport=9001) / Raw(b'x' * 40)


def outer(destination, hops=64, **more):
    return Ether(src='02:00:00:00:00:01', dst=IN) / IPv6(src=SOURCE, dst=destination, hlim=hops, fl=0x12345, tc=0x28, **more)


def list_of(*segments, left, **more):
    return IPv6ExtHdrSegmentRouting(addresses=list(reversed(segments)), segleft=left, lastentry=len(segments) - 1, **more)


def with_byte(packet, at, value):
    frame = bytearray(bytes(packet))
    frame[at] = value
    return bytes(frame)


def frames():
    """(name, frame, whether the kernel sends it on: the comparison would hold for two that drop all)."""
    small, big = inside(), IPv6(src='2001:db8:c1::2', dst='2001:db8:a::1') / UDP() / Raw(b'x' * 1404)
    four = IP(src='10.0.0.2', dst='198.51.100.1', ttl=9, tos=0xb8) / TCP(sport=4000, dport=80, flags='S') / Raw(b'y' * 9)
    node, link, two = 'fc00:0:e1::', 'fc00:0:e001::', 'fc00:0:2::'
    yield 'uN, one id behind it', outer('fc00:0:e1:2::') / small, True
    yield 'uN, a full list', outer('fc00:0:e1:2:3:4:5:6') / small, True
    yield 'uN, IPv4 inside', outer('fc00:0:e1:e2:f004::') / four, True
    yield 'uN, hop limit 2', outer('fc00:0:e1:2::', 2) / small, True
    yield 'uN, hop limit 1', outer('fc00:0:e1:2::', 1) / small, False
    yield 'uN, as large as the link takes', outer('fc00:0:e1:2::') / IPv6(src='2001:db8:c1::2', dst='2001:db8:a::1') / UDP() / Raw(b'x' * 1412), True
    yield 'uN, larger than the link', outer('fc00:0:e1:2::') / IPv6(src='2001:db8:c1::2', dst='2001:db8:a::1') / UDP() / Raw(b'x' * 1413), False
    yield 'uN, no route behind it', outer('fc00:0:e1:77::') / small, False
    yield 'uN, nothing behind it', outer(node) / small, False
    yield 'uA, one id behind it', outer('fc00:0:e001:2::') / small, True
    yield 'uA, no route for what is behind it', outer('fc00:0:e001:77:f006::') / small, True
    yield 'uN and uA', outer('fc00:0:e1:e001:77:f006::') / small, True
    yield 'uA, hop limit 1', outer('fc00:0:e001:2::', 1) / small, False
    yield 'uN, a routing header beside the list', outer('fc00:0:e1:2::') / list_of('fc00:0:2::', SERVICE, left=1) / small, True
    yield 'uA, an ordinary packet', outer('fc00:0:e001:2::') / UDP(sport=1, dport=2) / Raw(b'plain'), True
    yield 'uA, a fragment', outer('fc00:0:e001:2::') / IPv6ExtHdrFragment(m=1, id=7) / Raw(b'f' * 64), True
    yield 'uA, options', outer('fc00:0:e001:2::') / IPv6ExtHdrDestOpt(options=[PadN(optdata=b'1234')]) / small, True
    for title, sid in (('End', node), ('End.X', link)):
        yield f'{title}, the last segment', outer(sid) / list_of(sid, two, left=1) / small, True
        yield f'{title}, two more', outer(sid) / list_of(sid, two, SERVICE, left=2) / small, True
        yield f'{title}, reduced', outer(sid) / list_of(two, SERVICE, left=2) / small, True
        yield f'{title}, a list of ids in the header', outer(sid) / list_of(sid, 'fc00:0:2:3:4::', left=1) / small, True
        yield f'{title}, no segment left', outer(sid) / list_of(two, sid, left=0) / small, False
        yield f'{title}, beyond the list', outer(sid) / list_of(two, SERVICE, left=4) / small, False
        yield f'{title}, last entry beyond the header', with_byte(outer(sid) / list_of(sid, two, left=1) / small, 58, 7), False
        yield f'{title}, another routing header', with_byte(outer(sid) / list_of(sid, two, left=1) / small, 56, 3), False
        yield f'{title}, ten segments', outer(sid) / list_of(*[two] * 10, left=9) / small, True
        yield f'{title}, cut behind the header', bytes(outer(sid) / list_of(sid, two, left=1) / small)[:70], False
        yield f'{title}, an echo request', outer(sid) / ICMPv6EchoRequest(), False
    yield 'End, then our End.X', outer(node) / list_of(node, 'fc00:0:e001:3::', left=1) / small, True
    yield 'End, then our End.DX6', outer(node) / list_of(node, 'fc00:0:e1:f006::', left=1) / small, None
    yield 'End.DX6', outer('fc00:0:e1:f006::') / small, True
    yield 'End.DX6 behind a routing header', outer('fc00:0:e1:f006::') / list_of(two, 'fc00:0:e1:f006::', left=0) / small, True
    yield 'End.DX6, IPv4 inside', outer('fc00:0:e1:f006::') / four, False
    yield 'End.DX4', outer('fc00:0:e1:f004::') / four, True
    yield 'End.DT6', outer('fc00:0:e1:f106::') / small, True
    yield 'End.DT6, as large as the link takes', outer('fc00:0:e1:f106::') / big, True
    yield 'End.DT6, nowhere', outer('fc00:0:e1:f106::') / IPv6(src='2001:db8:c1::2', dst='2001:db8:b::1') / UDP(), False


def make(spaces):
    """A router of the kernel and one of suanlu-fwd, with the same addresses, between ends in a third namespace."""
    for name in 'kf':
        for end, mac in (('in', IN), ('out', OUT)):
            sh('ip', '-n', spaces[name], 'link', 'add', end, 'address', mac, 'type', 'veth', 'peer', 'name', f'{name}-{end}',
               'netns', spaces['g'])
            if end == 'out':
                sh('ip', '-n', spaces['g'], 'link', 'set', f'{name}-{end}', 'address', NEXT)
            sh('ip', 'netns', 'exec', spaces['g'], 'sysctl', '-qw', f'net.ipv6.conf.{name}-{end}.disable_ipv6=1')
            for space, link in ((spaces[name], end), (spaces['g'], f'{name}-{end}')):
                # Frames as they are: neither joined nor with checksums to come. Wider ends than the router's.
                sh('ip', '-n', space, 'link', 'set', link, 'mtu', '1500' if link == 'out' else '1600', 'up')
                sh('ip', 'netns', 'exec', space, 'ethtool', '-K', link, 'gro', 'off', 'tx', 'off', 'rx', 'off')


def make_kernel(space):
    def control(name, value):
        sh('ip', 'netns', 'exec', space, 'sysctl', '-qw', f'net.{name}={value}')
    for link in ('all', 'in', 'out'):
        control(f'ipv6.conf.{link}.forwarding', 1)
        control(f'ipv6.conf.{link}.seg6_enabled', 1)
        control(f'ipv4.conf.{link}.rp_filter', 0)
    control('ipv4.ip_forward', 1)
    for address in ('2001:db8:7::1/64', '10.7.0.1/24'):
        sh('ip', '-n', space, 'addr', 'add', address, 'dev', 'out', *(['nodad'] if ':' in address else []))
    # Linux 6.18 takes the link of End.DX4's next hop, but asks it for the destination's neighbour: it knows both here.
    for address in ('2001:db8:7::2', '10.7.0.2', '198.51.100.1'):
        sh('ip', '-n', space, 'neigh', 'replace', address, 'lladdr', NEXT, 'dev', 'out', 'nud', 'permanent')
    for route in ROUTES:
        sh('ip', '-n', space, '-6', 'route', 'add', *route.split())


def make_engine(programs, scene):
    """The agent's side with its SIDs told, and the engine that forwards by them."""
    folder = scene.folder
    options = {'tables': f'{folder}/tables', 'source': SOURCE, 'anycast6': '2001:db8:a::1', 'anycast4': '198.51.100.1',
               'sid6': SERVICE, 'sid4': SERVICE, 'mtu': '1500', 'core': 'out', 'from': OUT, 'to': NEXT}
    words = [part for pair in options.items() for part in pair]
    probe = scene.start('f', programs[0], *words, stdin=subprocess.PIPE)
    (folder / 'f.yaml').write_text(
        f'tables: {folder}/tables\nbuffers: 4096\nidle_sleep: 50us\ncaptures: {folder}\nmtu: 1500\nports:\n'
        '- {device: net_af_packet0, interface: in, role: core}\n- {device: net_af_packet1, interface: out, role: core}\n'
        f'eal: [-l, "{CPU}", --no-huge, -m, "96", --no-pci, --file-prefix, {folder.name}, --log-level, "3",\n'
        '      --vdev, "net_af_packet0,iface=in", --vdev, "net_af_packet1,iface=out"]\n')
    wait_for(probe, 'ready')
    wait_for(scene.start('f', programs[1], '-c', str(folder / 'f.yaml'), stderr=subprocess.STDOUT), 'fwd.started')
    probe.stdin.write('\n'.join(TOLD + ['serve']) + '\n')
    probe.stdin.flush()
    wait_for(probe, 'served')


def watch(scene, wires, mark):
    """The stages' times and samples of packets, while asked for and no longer. Number of what does not hold."""
    way = bytes(outer('fc00:0:e1:2::') / inside())
    wires['f'].through(way, mark)
    before = scene.ask('/suanlu/latency')
    failed = say('all bursts are measured when asked for only', not before['is_on'], before['is_on'])
    for name in ('../out', '', 'a/b'):
        refused = scene.ask(f'/suanlu/capture,{name},1,9').get('refused', '')
        failed += say(f'a file named {name!r}', 'a capture is NAME' in refused, refused)
    scene.ask('/suanlu/latency,on')
    began = scene.ask('/suanlu/capture,all.pcapng,1,1000')
    failed += say('a capture begins', began == {'is_on': 1, 'written': 0, 'lost': 0}, began)
    refused = scene.ask('/suanlu/capture,more.pcapng,2,50').get('refused', '')
    failed += say('one at a time', 'being written' in refused, refused)
    left, lost = wires['f'].through(way, mark), bytes(outer('fc00:0:e1:f006::') / inside())[:70]
    wires['f'].through(lost, mark)
    ended = scene.ask('/suanlu/capture,off')
    wires['f'].through(way, mark)  # times are noted behind a burst: those of the ones before are there now
    times = scene.ask('/suanlu/latency,off')
    failed += say('every stage has its times', all(
        times[f'{stage}_packets'] >= 4 and times[f'{stage}_ns'] > 0 and
        0 < sum(times[f'{stage}_bursts']) <= times[f'{stage}_packets'] for stage in ('receive', 'steer', 'send')), times)
    packets = rdpcap(f'{scene.folder}/all.pcapng')
    told = {bytes(packet): packet.comment for packet in packets}
    failed += say('packets as they came and as they left, with what was decided', told.get(way) == b'sent' and
                  told.get(lost) == b'dropped' and left[0] in told and ended['lost'] == 0, f'{ended}, {len(packets)} records')
    shown = sh('tcpdump', '-nr', f'{scene.folder}/all.pcapng', '-c', '1', 'dst', 'fc00:0:2::', stderr=subprocess.DEVNULL)
    failed += say('tcpdump reads the file', 'fc00:0:1::1' in shown, shown.strip())
    scene.ask('/suanlu/capture,some.pcapng,3,5')
    for _ in range(10):
        wires['f'].through(way, mark)
    ended = scene.ask('/suanlu/capture,off')
    return failed + say('one in three, and no more than asked for', ended['written'] == 5, ended)


def compare(wires, mark):
    """Number of packets that left otherwise."""
    failed = 0
    for name, packet, is_sent in frames():
        frame = bytes(packet)
        kernel, ours = (wires[end].through(frame, mark) for end in 'kf')
        holds = ours == kernel and (is_sent is None or bool(kernel) == is_sent)
        failed += not holds
        print(f"{'ok' if holds else 'not ok'} {name}: " + (f'{len(kernel)} left' if holds else
              f'kernel {[one.hex() for one in kernel]}, suanlu-fwd {[one.hex() for one in ours]}'), flush=True)
    return failed


def main():
    if os.geteuid() != 0:
        print('skipped: needs root')
        return 77
    with Scene('sdt', 'gkf') as scene:
        make(scene.spaces)
        make_kernel(scene.spaces['k'])
        make_engine(sys.argv[1:3], scene)
        wires = {end: Wire(scene.spaces['g'], end) for end in 'kf'}
        mark = bytes(outer('fc00:0:e001:2::') / UDP(sport=9, dport=9) / Raw(MARK))
        failed = compare(wires, mark)
        failed += watch(scene, wires, mark)
        counts = scene.ask('/suanlu/counters')
        counted = {name: count for name, count in counts.items() if name.startswith('sid_') and count}
        wanted = {'sid_forwarded', 'sid_no_segment', 'sid_routing_header', 'sid_truncated', 'sid_unresolved', 'sid_too_big',
                  'sid_no_route', 'sid_payload'}
        failed += say('every reason is counted', set(counted) >= wanted, counted)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
