#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What suanlu-fwd cannot start with: each is refused by one sentence that names it, with exit status 1, and leaves the
tables that an agent may have as they were."""
import os
import pathlib
import subprocess
import sys
import tempfile

CPU = min(os.sched_getaffinity(0))
EAL = f'-l, "{CPU}", --no-pci, --no-telemetry, --no-shconf, --log-level, "3"'
SMALL = '--no-huge, -m, "64"'
NULL = '--vdev, net_null0'
REFERENCE = str(pathlib.Path(__file__).resolve().parents[3] / 'docs/reference/fwd.yaml')
# In a file system of its own that is full.
NO_ROOM = ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs -o size=1m none "$1" && shift && exec "$@"', 'sh']
NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']


# An interface of four queues, for as long as the command runs.
WITH_QUEUES = ['unshare', '-n', 'sh', '-c', 'ip link add q0 numrxqueues 4 numtxqueues 4 type veth peer name q1 numrxqueues 4 '
               'numtxqueues 4 && ip link set q0 up && ip link set q1 up && exec "$@"', 'sh']


def config(folder, eal=f'{SMALL}, {NULL}', device='net_null0', interface='lo', tables='tables', more='buffers: 2048'):
    return (f'tables: {folder}/{tables}\neal: [{EAL}, {eal}]\n{more}\n'
            f'ports:\n- {{device: {device}, interface: {interface}, role: external}}\n')


def misread(folder):
    """What is wrong with the file itself, as cases() has it; exit status 2."""
    return [
        ('MTU beyond any buffer', config(folder, more='mtu: 9601'), "f.yaml:3: mtu: '9601' is not an integer from 1280", []),
        ('unknown key', config(folder, more='mtus: 1500'), "f.yaml:3: unknown key 'mtus'", []),
        ('sleep without a unit', config(folder, more='idle_sleep: 50'), 'f.yaml:3: idle_sleep: ', []),
        ('sleep that holds changes up', config(folder, more='idle_sleep: 1s'), 'f.yaml:3: idle_sleep: is longer than 10ms', []),
        ('EAL arguments in one', config(folder).replace(f'[{EAL}, {SMALL}, {NULL}]', '-l 1 --no-huge'), 'f.yaml:2: eal: expected a list', []),
    ]


def cases(folder):
    """(name, fwd.yaml, what the last line says, command in front)."""
    return [
        ('no huge pages', config(folder, f'--huge-dir, {folder}/absent, {NULL}'), 'no huge pages that it may use', []),
        ('no driver of that name', config(folder, f'{SMALL}, --vdev, net_nonsense0'), 'cannot have a device', []),
        ('no interface behind the device', config(folder, f'{SMALL}, --vdev, "net_af_packet0,iface=absent0"', 'net_af_packet0'),
         'f.yaml:5: ports[0]: no DPDK device net_af_packet0: its driver refuses it', []),
        ('device that EAL was not given', config(folder, device='net_null7'), 'f.yaml:5: ports[0]: no DPDK device net_null7', []),
        ('no interface of that name', config(folder, interface='absent0'), 'f.yaml:5: ports[0]: no interface absent0', []),
        ('more buffers than memory', config(folder, more='buffers: 1000000'), 'making 1000000 packet buffers', []),
        ('interface with an MTU beyond the buffers', config(folder, f'{SMALL}, --vdev, "net_af_packet0,iface=lo"', 'net_af_packet0'),
         'interface lo has an MTU of 65536, larger than the packet buffers', []),
        ('more queues than are polled', config(folder, f'{SMALL}, --vdev, "net_af_xdp0,iface=q0,force_copy=1"', 'net_af_xdp0', 'q0'),
         'interface q0 has 4 receive queues, of which 1 would be polled; the kernel would forward what comes by the others: '
         'ethtool -L q0 combined 1 (rx 1 tx 1 on veth), or queue_count=4', WITH_QUEUES),
        ('queues behind the first', config(folder, f'{SMALL}, --vdev, "net_af_xdp0,iface=q0,start_queue=1,force_copy=1"', 'net_af_xdp0',
                                           'q0'), 'interface q0 has 4 receive queues, of which 1', WITH_QUEUES),
        ('folder of the tables missing', config(folder, tables='absent/tables'), 'No such file or directory', []),
        ('no room for the tables', config(folder, tables='open/tables'), 'MB in', [*NO_ROOM, str(folder / 'open')]),
        ('EAL argument that there is not', config(folder, f'{SMALL}, {NULL}, "--nonsense"'), 'one of the arguments is not valid', []),
        ('argument that the device does not know', config(folder, f'{SMALL}, --vdev, "net_null0,nonsense=1"'),
         'net_null0: its driver refuses it, for one of its arguments', []),
        ('tables of something else', config(folder, tables='noise'), 'holds tables of another layout', []),
        ('no right to the tables', config(folder), 'Permission denied', NOBODY),
        ('no right to the device', config(folder, f'{SMALL}, --vdev, "net_af_packet0,iface=lo"', 'net_af_packet0', tables='open/tables'),
         'CAP_NET_RAW', NOBODY),
    ]


def last_line(command):
    """Exit status and the last line about the program itself."""
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    lines = [line for line in done.stderr.splitlines() if line.startswith('suanlu-fwd: ')]
    return done.returncode, lines[-1] if lines else done.stderr


def main():
    if os.geteuid() != 0:
        print('skipped: needs root')
        return 77
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        noise = bytes(range(256)) * 20
        (folder / 'noise').write_bytes(noise)
        (folder / 'open').mkdir()
        (folder / 'open').chmod(0o777)
        file = folder / 'f.yaml'
        for expected, (title, text, wanted, front) in [(2, case) for case in misread(folder)] + [(1, case) for case in cases(folder)]:
            file.write_text(text, encoding='ascii')
            status, said = last_line([*front, sys.argv[1], '-c', str(file)])
            holds = status == expected and wanted in said
            failed += not holds
            print(f"{'ok' if holds else 'not ok'} {title}: {said} ({status})", flush=True)
        status, said = last_line([sys.argv[1], '-c', REFERENCE, '--check'])
        failed += status != 0
        print(f"{'ok' if status == 0 else 'not ok'} the reference passes --check: {said} ({status})")
        kept = (folder / 'noise').read_bytes() == noise
        failed += not kept
        print(f"{'ok' if kept else 'not ok'} a file of something else is left alone: {len(noise)} bytes")
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
