#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""FRR goes on working on a box whose device suanlu-fwd has: the interface has no addresses any more, a tap stands for it. IS-IS, which
is not IP at all, finds its neighbour through the exception port, pings find the address of the tap by neighbour discovery, and
both again after the engine was killed. Needs root."""
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


def inside(space, *words):
    return sh('ip', 'netns', 'exec', space, *words)


def make_link(spaces):
    sh('ip', 'link', 'add', 'here', 'netns', spaces[0], 'type', 'veth', 'peer', 'name', 'there', 'netns', spaces[1])
    inside(spaces[0], 'sysctl', '-qw', 'net.ipv6.conf.here.disable_ipv6=1')
    for space, name in zip(spaces, ('here', 'there')):
        inside(space, 'ethtool', '-K', name, 'tx', 'off', 'gro', 'off')
        sh('ip', '-n', space, 'link', 'set', 'lo', 'up')
        sh('ip', '-n', space, 'link', 'set', name, 'up')
    sh('ip', '-n', spaces[1], 'addr', 'add', '2001:db8:9::2/64', 'dev', 'there', 'nodad')


class Router:
    """zebra and isisd of one end of the link."""

    def __init__(self, space, folder, number, interface):
        self.folder = folder / interface
        self.folder.mkdir()
        shutil.chown(self.folder, 'frr', 'frr')
        self.processes = []
        for daemon in ('zebra', 'isisd'):
            self.processes.append(subprocess.Popen(
                ['ip', 'netns', 'exec', space, FRR / daemon, '-f', '/dev/null', '-i', self.folder / f'{daemon}.pid',
                 '-z', self.folder / 'zserv', '--vty_socket', self.folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            self.until(lambda daemon=daemon: (self.folder / f'{daemon}.vty').exists())
        self.tell('isisd', 'conf t', 'router isis 1', f'net 49.0001.0000.0000.000{number}.00', 'is-type level-2-only', f'interface {interface}',
                  'ipv6 router isis 1', 'isis network point-to-point', 'isis hello-interval 1', 'isis hello-multiplier 3')

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


def look(router, space, when):
    """Number of what does not hold."""
    answered = subprocess.run(['ip', 'netns', 'exec', space, 'ping', '-c', '1', '-w', str(PATIENCE), '2001:db8:9::1'], check=False,
                              stdout=subprocess.DEVNULL).returncode == 0
    return say(f'the kernel answers {when}', answered) + say(f'IS-IS has its neighbour {when}', router.until(router.has_neighbour))


def main():
    if os.geteuid() != 0:
        print('skipped: needs root')
        return 77
    if not os.path.exists('/dev/net/tun') or not (FRR / 'isisd').exists():
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
            failed = look(routers[1], spaces[1], 'through the engine')
            fwd.process.kill()
            fwd.end()
            failed += say('and loses it with the engine, whose tap is gone', routers[1].until(lambda: not routers[1].has_neighbour()))
            start(sys.argv[1], spaces[0], folder)
            failed += look(routers[1], spaces[1], 'through the next engine')
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
