#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""suanlu-fwd on huge pages of 2 MB: its tables lie in a hugetlbfs that the test mounts, where the agent's side maps them too, and
so do its packet buffers. A client's packet is steered; again after the engine was killed, whose pages the next one takes over.
In the end the kernel has its pages back. Needs root."""
import contextlib
import os
import pathlib
import signal
import sys

from fwd_process import Fwd, Scene, say, sh
from ports_test import EXTERNAL, make_links, plan, stop, there_and_back

POOL = pathlib.Path('/sys/kernel/mm/hugepages/hugepages-2048kB')
MEMORY = 64  # MB of EAL's
PAGES = 112  # and 126 MB of tables


def count(name):
    return int((POOL / name).read_text())


@contextlib.contextmanager
def pages():
    """So many free ones, as far as the kernel can; gives how many there are."""
    before = count('nr_hugepages')
    (POOL / 'nr_hugepages').write_text(str(before + max(0, PAGES - count('free_hugepages'))))
    try:
        yield count('free_hugepages')
    finally:
        (POOL / 'nr_hugepages').write_text(str(before))


@contextlib.contextmanager
def mounted(folder):
    folder.mkdir()
    sh('mount', '-t', 'hugetlbfs', '-o', 'pagesize=2M', 'none', str(folder))
    try:
        yield folder
    finally:
        sh('umount', str(folder))


def huge_parts(process):
    """Sizes in MB of what the process has mapped in huge pages, by file."""
    sizes, name, size = {}, '', 0
    for line in pathlib.Path(f'/proc/{process.pid}/smaps').read_text().splitlines():
        words = line.split()
        if not words[0].endswith(':'):
            name = words[5] if len(words) > 5 else ''
        elif words[0] == 'Size:':
            size = int(words[1])
        elif words[:2] == ['KernelPageSize:', '2048']:
            sizes[name] = sizes.get(name, 0) + size // 1024
    return sizes


class Box:
    """An engine between its clients' interface and a core, as the af_packet loop of ports_test.py, on huge pages."""

    def __init__(self, programs, scene, folder):
        self.programs, self.scene, self.folder = programs, scene, folder
        self.spaces = list(scene.spaces.values())

    def start(self):
        fwd = Fwd(self.programs[0], self.spaces[0], self.scene.folder,
                  ['net_af_packet0,iface=here', 'net_af_packet1,iface=ka', 'net_af_packet2,iface=kb'],
                  [('net_af_packet0', 'here', 'role: core, exception: net_af_packet2'), ('net_af_packet1', 'ka', EXTERNAL)],
                  tables=self.folder, memory=f'-m, "{MEMORY}", --huge-dir, {self.folder}')
        if not fwd.has_started():
            raise RuntimeError(fwd.said.decode())
        return fwd

    def forward(self, fwd, agent, when):
        """Number of what does not hold."""
        parts, tables = huge_parts(fwd.process), f'{self.folder}/tables'
        failed = say(f'the tables are in huge pages {when}', parts.get(tables, 0) > 100, f'{parts.get(tables)} MB')
        buffers = sum(parts.values()) - parts.get(tables, 0)
        failed += say(f'the buffers are {when}', buffers >= MEMORY, f'{buffers} MB')
        theirs = huge_parts(agent)
        failed += say(f'the agent has the tables mapped so {when}', theirs == {tables: parts.get(tables)}, theirs)
        holds, heard = there_and_back(self.spaces)
        return failed + say(f'a packet is steered {when}', holds, f'{len(heard) // 2} bytes came back')

    def tell(self):
        """The story. Number of what does not hold."""
        fwd = self.start()
        agent = plan(self.programs[1], self.spaces[0], self.folder, 'ka')
        try:
            failed = self.forward(fwd, agent, 'at first')
            fwd.process.send_signal(signal.SIGKILL)
            fwd.end()
            fwd = self.start()
            failed += self.forward(fwd, agent, 'after kill -9')
            status = fwd.end()
            return failed + say('the engine ends when asked', status == 0, f'exit status {status}')
        finally:
            stop(agent)


def main():
    if os.geteuid() != 0:
        print('skipped: needs root')
        return 77
    if not POOL.exists():
        print('skip huge pages # the kernel has none of 2 MB')
        return 0
    before, failed = count('nr_hugepages'), 1
    with pages() as free:
        if free < PAGES:
            print(f'skip huge pages # the kernel gives {free} of {PAGES} pages of 2 MB')
            return 0
        with Scene('sdh', 'ht') as scene:
            make_links(list(scene.spaces.values()))
            with mounted(scene.folder / 'huge') as folder:
                try:
                    failed = Box(sys.argv[1:3], scene, folder).tell()
                finally:
                    for fwd in list(Fwd.started):  # of a story that broke off
                        fwd.end()
        failed += say('no page is lost', count('free_hugepages') == free, f"{count('free_hugepages')} of {free}")
    failed += say('and the kernel has them back', count('nr_hugepages') == before, before)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
