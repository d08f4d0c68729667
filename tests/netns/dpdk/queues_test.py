#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An interface under af_xdp that gets more receive queues than suanlu-fwd polls, while it forwards: the kernel has what comes by
the others, so that is said, in the log and to who asks, until they are gone. What has too many at the start is refused
(fwd_refusals_test.py)."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from transit_test import CPU, PATIENCE, ask, say, sh, wait_for

FWD = """
tables: {folder}/tables
idle_sleep: 50us
eal: [-l, "{cpu}", --no-huge, -m, "128", --no-pci, --file-prefix, {name}, --log-level, "3",
      --vdev, "net_af_xdp0,iface=q0,force_copy=1"]
ports:
- {{device: net_af_xdp0, interface: q0, role: core}}
"""


def unpolled(folder, wanted):
    """Whether the engine says so many, soon."""
    deadline = time.monotonic() + PATIENCE
    while (port := ask(folder, '/suanlu/ports')['port_0'])['unpolled_queues'] != wanted:
        if time.monotonic() > deadline:
            return say(f'{wanted} queues that nobody polls', False, port)
    return say(f'{wanted} queues that nobody polls', True, port)


def give(space, queues):
    sh('ip', 'netns', 'exec', space, 'ethtool', '-L', 'q0', 'rx', str(queues), 'tx', str(queues))


def main():
    if os.geteuid() != 0:
        print('skipped: needs root')
        return 77
    space = f'sdq{os.getpid()}'
    with tempfile.TemporaryDirectory(prefix='suanlu-queues-') as name:
        folder, engine, failed = pathlib.Path(name), None, 1
        (folder / 'f.yaml').write_text(FWD.format(folder=folder, cpu=CPU, name=folder.name))
        sh('ip', 'netns', 'add', space)
        try:
            many = ('numrxqueues', '4', 'numtxqueues', '4')
            sh('ip', '-n', space, 'link', 'add', 'q0', *many, 'type', 'veth', 'peer', 'name', 'q1', *many)
            for end in ('q0', 'q1'):
                sh('ip', 'netns', 'exec', space, 'ethtool', '-L', end, 'rx', '1', 'tx', '1')
                sh('ip', '-n', space, 'link', 'set', end, 'up')
            engine = subprocess.Popen(['ip', 'netns', 'exec', space, sys.argv[1], '-c', str(folder / 'f.yaml')],
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            wait_for(engine, 'fwd.started')
            failed = unpolled(folder, 0)
            give(space, 3)
            failed += unpolled(folder, 2)
            give(space, 1)
            failed += unpolled(folder, 0)
            engine.send_signal(signal.SIGTERM)
            said = engine.communicate(timeout=PATIENCE)[0]
            failed += say('and it is in the log', said.count('event=port.queues') == 2, said.count('event=port.queues'))
        finally:
            if engine is not None and engine.poll() is None:
                engine.kill()
                engine.wait()
            subprocess.run(['ip', 'netns', 'del', space], check=False)
            shutil.rmtree(f'/var/run/dpdk/{folder.name}', ignore_errors=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
