#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Packets for SIDs that cannot go on, by a router of the kernel alone and by one with suanlu-fwd over af_xdp before it. What
the kernel answers (hop limit, size, no route) comes by the exception port then, equal octet by octet. What it drops without
a word (RFC 8754 section 4.3.1.1, RFC 8986 section 4.1.1) the engine answers. Behind each packet goes an echo request by the
same way: when its reply is there, what has not come will not come."""
import os
import subprocess
import sys

from scapy.all import (ICMP, ICMPv6DestUnreach, ICMPv6EchoRequest, ICMPv6PacketTooBig, ICMPv6ParamProblem, ICMPv6TimeExceeded, IP,
                       IPv6, UDP, Ether, Raw)

from fwd_process import CPU, Scene, say, sh, wait_for
from transit_test import (IN, MARK, NEXT, OUT, SERVICE, SOURCE, TOLD, Wire, inside, list_of, make, make_kernel, outer, with_byte)

BEFORE = '02:00:00:00:00:01'  # where the packets come from
NODE, LINK, TWO, MTU = 'fc00:0:e1::', 'fc00:0:e001::', 'fc00:0:2::', 1400
DX6, DX4, DT6 = (f'fc00:0:e1:{function}::' for function in ('f006', 'f004', 'f106'))
FWD = """
tables: {folder}/tables
idle_sleep: 50us
captures: {folder}
eal: [-l, "{cpu}", --no-huge, -m, "128", --no-pci, --file-prefix, {name}, --log-level, "3",
      --vdev, "net_af_xdp0,iface=in,force_copy=1", --vdev, "net_af_xdp1,iface=out,force_copy=1",
      --vdev, "net_tap0,iface=x-in", --vdev, "net_tap1,iface=x-out"]
ports:
- {{device: net_af_xdp0, interface: in, role: core, exception: net_tap0}}
- {{device: net_af_xdp1, interface: out, role: core, exception: net_tap1}}
"""


class Answers(Wire):
    """What comes back to where the frames came from."""
    waits_for, of = BEFORE, 'in'


def kernel_cases():
    """(name, frame, the error that the kernel makes of it)."""
    small = inside()
    worn = IPv6(src='2001:db8:c1::2', dst='2001:db8:a::1', hlim=1) / UDP(sport=4000, dport=9001) / Raw(b'x' * 40)
    big = IPv6(src='2001:db8:c1::2', dst='2001:db8:a::1') / UDP() / Raw(b'x' * (MTU - 47))
    four = IP(src='10.0.0.2', dst='198.51.100.1', ttl=1) / UDP(sport=4000, dport=80) / Raw(b'y' * 9)
    yield 'uN, hop limit 1', outer('fc00:0:e1:2::', 1) / small, ICMPv6TimeExceeded
    yield 'uA, hop limit 1', outer('fc00:0:e001:2::', 1) / small, ICMPv6TimeExceeded
    for title, sid in (('End', NODE), ('End.X', LINK)):
        yield f'{title}, hop limit 1', outer(sid, 1) / list_of(sid, TWO, left=1) / small, ICMPv6TimeExceeded
        yield f'{title}, larger than the link', outer(sid) / list_of(sid, TWO, left=1) / big, ICMPv6PacketTooBig
    yield 'uN, larger than the link', outer('fc00:0:e1:2::') / big, ICMPv6PacketTooBig
    yield 'uA, larger than the link', outer('fc00:0:e001:2::') / big, ICMPv6PacketTooBig
    yield 'uN, no route behind it', outer('fc00:0:e1:77::') / small, ICMPv6DestUnreach
    yield 'End, no route to the next segment', outer(NODE) / list_of(NODE, 'fc00:0:77::', left=1) / small, ICMPv6DestUnreach
    yield 'End.DT6, nowhere', outer(DT6) / IPv6(src='2001:db8:c1::2', dst='2001:db8:b::1') / UDP(), ICMPv6DestUnreach
    for title, sid in (('End.DX6', DX6), ('End.DT6', DT6)):
        yield f'{title}, hop limit 1 inside', outer(sid) / worn, ICMPv6TimeExceeded
        yield f'{title}, larger than the link', outer(sid) / big, ICMPv6PacketTooBig
    yield 'End.DX4, TTL 1 inside', outer(DX4) / four, ICMP


def engine_cases():
    """(name, frame, code and pointer that its source is told; None = nothing)."""
    small, echo = inside(), ICMPv6EchoRequest()
    four = IP(src='10.0.0.2', dst='198.51.100.1') / UDP()
    for title, sid in (('End', NODE), ('End.X', LINK)):
        ended = outer(sid) / list_of(TWO, sid, left=0) / small
        yield f'{title}, nothing behind it', outer(sid) / small, (4, 40)
        yield f'{title}, nothing behind it, hop limit 1', outer(sid, 1) / small, (4, 40)
        yield f'{title}, an echo request', outer(sid) / echo, (4, 40)
        yield f'{title}, no segment left', ended, (4, 80)
        yield f'{title}, beyond the list', outer(sid) / list_of(TWO, SERVICE, left=4) / small, (0, 43)
        yield f'{title}, last entry beyond the header', with_byte(outer(sid) / list_of(sid, TWO, left=1) / small, 58, 7), (0, 43)
        yield f'{title}, another routing header', with_byte(outer(sid) / list_of(sid, TWO, left=1) / small, 56, 3), (0, 42)
        yield f'{title}, an error', outer(sid) / ICMPv6TimeExceeded() / small, None
    for title, sid in (('End.DX6', DX6), ('End.DT6', DT6)):
        yield f'{title}, IPv4 inside', outer(sid) / four, (4, 40)
        yield f'{title}, IPv4 behind a list', outer(sid) / list_of(TWO, sid, left=0) / four, (4, 80)
        yield f'{title}, a segment left', outer(sid) / list_of(TWO, SERVICE, left=1) / small, (0, 43)
        yield f'{title}, UDP', outer(sid) / UDP(sport=1, dport=2) / Raw(b'odd'), (4, 40)


def told(frame, code, pointer):
    """As RFC 4443 section 3.4 has it, from the SID that the packet was for."""
    about = bytes(frame)[14:][:1280 - 48]
    packet = IPv6(about)
    return bytes(Ether(src=IN, dst=BEFORE) / IPv6(src=packet.dst, dst=packet.src, hlim=64) /
                 ICMPv6ParamProblem(code=code, ptr=pointer) / Raw(about))


def make_router(space):
    """Besides the SIDs: the way back, and errors without limit or chance in them. Which address of the router an error comes
    from depends on the interface that its packet came in by, unless the way back says it."""
    make_kernel(space)
    sh('ip', '-n', space, 'link', 'set', 'out', 'mtu', str(MTU))
    for name, value in (('ipv6.icmp.ratelimit', 0), ('ipv4.icmp_ratelimit', 0), ('ipv4.icmp_msgs_per_sec', 1000000),
                        ('ipv6.auto_flowlabels', 0), ('ipv4.conf.default.rp_filter', 0)):
        subprocess.run(['ip', 'netns', 'exec', space, 'sysctl', '-qw', f'net.{name}={value}'], check=False)
    for address in ('2001:db8:6::1/64', '10.6.0.1/24'):
        sh('ip', '-n', space, 'addr', 'add', address, 'dev', 'in', *(['nodad'] if ':' in address else []))
    sh('ip', '-n', space, 'addr', 'add', 'fc00:0:e1::1/128', 'dev', 'lo')
    for via, ways, own in (('2001:db8:6::2', ('fc00:0:1::/48', '2001:db8:c1::/48'), 'fc00:0:e1::1'),
                           ('10.6.0.2', ('10.0.0.0/24',), '10.6.0.1')):
        sh('ip', '-n', space, 'neigh', 'replace', via, 'lladdr', BEFORE, 'dev', 'in', 'nud', 'permanent')
        for way in ways:
            sh('ip', '-n', space, 'route', 'add', way, 'via', via, 'dev', 'in', 'src', own)


def make_engine(programs, scene):
    """The engine before that router, and the agent's side of it."""
    folder = scene.folder
    options = {'tables': f'{folder}/tables', 'source': SOURCE, 'anycast6': '2001:db8:a::9', 'anycast4': '198.51.100.9',
               'sid6': SERVICE, 'sid4': SERVICE, 'mtu': '1500', 'core': 'out', 'from': OUT, 'to': NEXT}
    words = [part for pair in options.items() for part in pair]
    probe = scene.start('f', programs[0], *words, stdin=subprocess.PIPE)
    (folder / 'f.yaml').write_text(FWD.format(folder=folder, cpu=CPU, name=folder.name))
    wait_for(probe, 'ready')
    probe.stdin.write('\n'.join([line.replace(' 1500', f' {MTU}') for line in TOLD] + ['serve']) + '\n')
    probe.stdin.flush()
    wait_for(probe, 'served')
    wait_for(scene.start('f', programs[1], '-c', str(folder / 'f.yaml'), stderr=subprocess.STDOUT), 'fwd.started')


def without_chance(frame):
    """An IPv4 packet has an id of its own."""
    if frame[12:14] != b'\x08\x00':
        return frame
    packet = IP(frame[14:])
    packet.id, packet.chksum = 0, None
    return frame[:14] + bytes(packet)


def compare(wires, mark):
    """Number of packets that were answered otherwise."""
    failed = 0
    for name, packet, error in kernel_cases():
        kernel, ours = ([without_chance(one) for one in wires[end].through(bytes(packet), mark)] for end in 'kf')
        holds = ours == kernel and len(kernel) == 1 and error in Ether(kernel[0])
        failed += say(name, holds, error.__name__ if holds else f'{[one.hex() for one in kernel]}, {[one.hex() for one in ours]}')
    for name, packet, wanted in engine_cases():
        kernel, ours = (wires[end].through(bytes(packet), mark) for end in 'kf')
        due = [told(packet, *wanted)] if wanted else []
        holds = ours == due and kernel == []
        failed += say(name, holds, f'code and pointer {wanted}' if holds else
                      f'{[one.hex() for one in kernel]}, {[one.hex() for one in ours]}, wanted {[one.hex() for one in due]}')
    return failed


def main():
    if os.geteuid() != 0 or not os.path.exists('/dev/net/tun'):
        print('skipped: needs root and /dev/net/tun')
        return 77
    with Scene('sde', 'gkf') as scene:
        make(scene.spaces)
        for router in 'kf':
            make_router(scene.spaces[router])
        make_engine(sys.argv[1:3], scene)
        wires = {end: Answers(scene.spaces['g'], end) for end in 'kf'}
        mark = bytes(outer('fc00:0:e1::1') / ICMPv6EchoRequest(data=MARK))
        failed = compare(wires, mark)
        counted = {reason: count for reason, count in scene.ask('/suanlu/counters').items() if count}
        answered = sum(wanted is not None for _, _, wanted in engine_cases())
        failed += say('every answer is counted', counted.get('sid_answered') == answered, counted)
        wanted = {'hop_limit', 'sid_too_big', 'sid_no_route', 'sid_unresolved', 'sid_no_segment', 'sid_payload', 'sid_routing_header'}
        failed += say('every reason is counted', set(counted) >= wanted, sorted(counted))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
