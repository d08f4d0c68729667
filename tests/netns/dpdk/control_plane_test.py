#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""FRR goes on working on a box whose device suanlu-fwd has: the interface has no addresses any more, a tap stands for it. IS-IS, which
is not IP at all, finds its neighbour through the exception port; OSPFv3 brings the routes of either side to the other, and packets go
by them; pings find the address of the tap by neighbour discovery. All of it again after the engine was killed. Needs root."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from fwd_process import Fwd, sh

FRR = pathlib.Path('/usr/lib/frr')
PATIENCE = 60  # seconds
DAEMONS = ('zebra', 'isisd', 'ospf6d')


def inside(space, *words):
    return sh('ip', 'netns', 'exec', space, *words)


def own(number):
    """The address of a router that only OSPFv3 tells the other one of."""
    return f'2001:db8:{number}::1'


def make_link(spaces):
    sh('ip', 'link', 'add', 'here', 'netns', spaces[0], 'type', 'veth', 'peer', 'name', 'there', 'netns', spaces[1])
    inside(spaces[0], 'sysctl', '-qw', 'net.ipv6.conf.here.disable_ipv6=1')
    for number, (space, name) in enumerate(zip(spaces, ('here', 'there')), 1):
        inside(space, 'ethtool', '-K', name, 'tx', 'off', 'gro', 'off')
        sh('ip', '-n', space, 'link', 'set', 'lo', 'up')
        sh('ip', '-n', space, 'addr', 'add', f'{own(number)}/128', 'dev', 'lo')
        sh('ip', '-n', space, 'link', 'set', name, 'up')
    sh('ip', '-n', spaces[1], 'addr', 'add', '2001:db8:9::2/64', 'dev', 'there', 'nodad')


class Router:
    """zebra, isisd and ospf6d of one end of the link."""

    def __init__(self, space, folder, number, interface):
        self.space, self.folder, self.other = space, folder / interface, own(3 - number)
        self.folder.mkdir()
        shutil.chown(self.folder, 'frr', 'frr')
        self.processes = []
        for daemon in DAEMONS:
            self.processes.append(subprocess.Popen(
                ['ip', 'netns', 'exec', space, FRR / daemon, '-f', '/dev/null', '-i', self.folder / f'{daemon}.pid',
                 '-z', self.folder / 'zserv', '--vty_socket', self.folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            self.until(lambda daemon=daemon: (self.folder / f'{daemon}.vty').exists())
        self.tell('isisd', 'conf t', 'router isis 1', f'net 49.0001.0000.0000.000{number}.00', 'is-type level-2-only', f'interface {interface}',
                  'ipv6 router isis 1', 'isis network point-to-point', 'isis hello-interval 1', 'isis hello-multiplier 3')
        self.tell('ospf6d', 'conf t', 'router ospf6', f'ospf6 router-id 10.0.0.{number}', 'exit', 'interface lo', 'ipv6 ospf6 area 0', 'exit',
                  f'interface {interface}', 'ipv6 ospf6 area 0', 'ipv6 ospf6 network point-to-point', 'ipv6 ospf6 hello-interval 1',
                  'ipv6 ospf6 dead-interval 3')

    @staticmethod
    def until(holds):
        end = time.monotonic() + PATIENCE
        while not (held := holds()) and time.monotonic() < end:
            time.sleep(0.2)
        return held

    def tell(self, daemon, *commands):
        words = [part for command in commands for part in ('-c', command)]
        return subprocess.run(['vtysh', '--vty_socket', self.folder, '-d', daemon, *words], check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True).stdout

    def has_neighbour(self):
        return 'Up' in self.tell('isisd', 'show isis neighbor')

    def has_route(self):
        """Of the kernel, by OSPFv3, to the other router's address."""
        return 'proto ospf' in sh('ip', '-n', self.space, '-6', 'route', 'show', self.other)

    def end(self):
        for process in self.processes:
            process.terminate()
            process.wait()


def start(program, space, folder):
    """The engine on `here`, and the address that the tap has in its place."""
    fwd = Fwd(program, space, folder, ['net_af_packet0,iface=here', 'net_tap0,iface=port0'],
              [('net_af_packet0', 'port0', 'role: external, exception: net_tap0')])
    if not fwd.has_started():
        raise RuntimeError(fwd.said.decode())
    sh('ip', '-n', space, 'addr', 'add', '2001:db8:9::1/64', 'dev', 'port0', 'nodad')
    return fwd


def say(name, holds):
    """1 when it does not hold."""
    print(f"{'ok' if holds else 'not ok'} {name}", flush=True)
    return not holds


def answers(space, address, *more):
    """To a ping from there."""
    return subprocess.run(['ip', 'netns', 'exec', space, 'ping', '-c', '1', '-w', str(PATIENCE), *more, address], check=False,
                          stdout=subprocess.DEVNULL).returncode == 0


def look(routers, when):
    """Number of what does not hold."""
    here, there = routers
    failed = say(f'the kernel answers {when}', answers(there.space, '2001:db8:9::1'))
    failed += say(f'IS-IS has its neighbour {when}', there.until(there.has_neighbour))
    failed += say(f'OSPFv3 brings a route to either side {when}', here.until(here.has_route) and there.until(there.has_route))
    return failed + say(f'and packets go by both {when}', answers(there.space, there.other, '-I', here.other))


def main():
    if os.geteuid() != 0:
        print('skipped: needs root')
        return 77
    if not os.path.exists('/dev/net/tun') or not all((FRR / daemon).exists() for daemon in DAEMONS):
        print('skip FRR through an exception port # no /dev/net/tun or no FRR here')
        return 0
    spaces, failed, routers = [f'sdc{os.getpid()}{end}' for end in 'ht'], 1, []
    with tempfile.TemporaryDirectory(prefix='suanlu-control-') as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        try:
            for space in spaces:
                sh('ip', 'netns', 'add', space)
            make_link(spaces)
            fwd = start(sys.argv[1], spaces[0], folder)
            routers = [Router(space, folder, number, interface)
                       for number, (space, interface) in enumerate(zip(spaces, ('port0', 'there')), 1)]
            failed = look(routers, 'through the engine')
            fwd.process.kill()
            fwd.end()
            failed += say('and loses it with the engine, whose tap is gone', routers[1].until(lambda: not routers[1].has_neighbour()))
            failed += say('and the route', routers[1].until(lambda: not routers[1].has_route()))
            start(sys.argv[1], spaces[0], folder)
            failed += look(routers, 'through the next engine')
        finally:
            for router in routers:
                router.end()
            for fwd in list(Fwd.started):
                fwd.end()
            for space in spaces:
                subprocess.run(['ip', 'netns', 'del', space], check=False)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
