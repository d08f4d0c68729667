#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An interface under af_xdp that gets more receive queues than suanlu-fwd polls, while it forwards: the kernel has what comes by
the others, so that is said, in the log and to who asks, until they are gone. What has too many at the start is refused
(fwd_refusals_test.py)."""
import os
import signal
import subprocess
import sys
import time

from fwd_process import CPU, PATIENCE, Scene, say, sh, wait_for

FWD = """
tables: {folder}/tables
idle_sleep: 50us
eal: [-l, "{cpu}", --no-huge, -m, "128", --no-pci, --file-prefix, {name}, --log-level, "3",
      --vdev, "net_af_xdp0,iface=q0,force_copy=1"]
ports:
- {{device: net_af_xdp0, interface: q0, role: core}}
"""


def unpolled(scene, wanted):
    """Whether the engine says so many, soon."""
    deadline = time.monotonic() + PATIENCE
    while (port := scene.ask('/suanlu/ports')['port_0'])['unpolled_queues'] != wanted:
        if time.monotonic() > deadline:
            return say(f'{wanted} queues that nobody polls', False, port)
    return say(f'{wanted} queues that nobody polls', True, port)


def give(scene, queues, end='q0'):
    sh('ip', 'netns', 'exec', scene.spaces['q'], 'ethtool', '-L', end, 'rx', str(queues), 'tx', str(queues))


def main():
    if os.geteuid() != 0:
        print('skipped: needs root')
        return 77
    with Scene('sdq', 'q') as scene:
        folder, space, many = scene.folder, scene.spaces['q'], ('numrxqueues', '4', 'numtxqueues', '4')
        (folder / 'f.yaml').write_text(FWD.format(folder=folder, cpu=CPU, name=folder.name))
        sh('ip', '-n', space, 'link', 'add', 'q0', *many, 'type', 'veth', 'peer', 'name', 'q1', *many)
        for end in ('q0', 'q1'):
            give(scene, 1, end)
            sh('ip', '-n', space, 'link', 'set', end, 'up')
        engine = scene.start('q', sys.argv[1], '-c', str(folder / 'f.yaml'), stderr=subprocess.STDOUT)
        wait_for(engine, 'fwd.started')
        failed = unpolled(scene, 0)
        give(scene, 3)
        failed += unpolled(scene, 2)
        give(scene, 1)
        failed += unpolled(scene, 0)
        engine.send_signal(signal.SIGTERM)
        said = engine.communicate(timeout=PATIENCE)[0]
        failed += say('and it is in the log', said.count('event=port.queues') == 2, said.count('event=port.queues'))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
