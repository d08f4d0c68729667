#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Journals on disk: suanlu-dns is started again, and Knot, BIND and NSD, which run on, take the difference to what changed meanwhile;
with a damaged journal they take the whole zone, once. On loopback.

Usage: journal_test.py SUANLU_DNS ROOT"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
try:
    import dns.exception
except ImportError:
    print('skip journals # python3-dnspython is not installed')
    sys.exit(77)

from transfer_test import Scene, run, serial_at, wait_until

KIND = 'suanlu_dns_transfers_total{{kind="{}"}}'.format
JOURNAL = 'suanlu_dns_journals_total{{outcome="{}"}}'.format
NAMES = ('knot', 'nsd', 'bind')


class JournalScene(Scene):
    MORE = 'journal_dir: "{work}/journal"\n'

    def start(self):
        super().start()
        self.journal = self.work / 'journal' / 'c.example.journal'
        self.followed()

    def start_server(self):
        self.run('suanlu-dns', self.port, [self.program, '-c', self.work / 'dns.yaml'])

    def stop_server(self):
        """It ends as it is asked to: what waited to be written is on disk."""
        server = self.children.pop('suanlu-dns')
        server.terminate()
        assert server.wait(20) == 0, server.returncode

    def followed(self):
        serial = serial_at(self.port)
        for name in NAMES:
            wait_until(f'{name} follows to {serial}', lambda name=name: serial_at(self.ports[name]) == serial)
        self.same_records()

    def change(self, number):
        self.write_view(4711 + number, 1795000001 + number, lambda text: text.replace('free_permille: 420', f'free_permille: {300 - number}'))

    # Checks

    def goes_on(self):
        """The serial and the signatures are those of before; what changed while nobody served goes by IXFR."""
        before = serial_at(self.port)
        self.stop_server()
        self.start_server()
        assert serial_at(self.port) == before, (before, serial_at(self.port))
        assert self.counters()[JOURNAL('joined')] == 1
        self.stop_server()
        self.change(1)
        self.start_server()
        self.followed()
        counters = self.counters()
        assert counters[KIND('ixfr')] == 3 and counters[KIND('fallback')] == 0 and counters[KIND('axfr')] <= 4, counters
        self.checkers()

    def killed(self):
        """Nothing was asked for: what had been written is used."""
        self.change(2)
        self.children['suanlu-dns'].send_signal(1)
        wait_until('the new serial', lambda: serial_at(self.port) == 1795000003)
        self.followed()
        wait_until('the journal', lambda: self.counters()[JOURNAL('added')] >= 1)
        server = self.children.pop('suanlu-dns')
        server.kill()
        server.wait()  # it has its port until it is gone
        self.change(3)
        self.start_server()
        self.followed()
        assert self.counters()[KIND('ixfr')] == 3, self.counters()

    def damaged(self):
        self.stop_server()
        octets = bytearray(self.journal.read_bytes())
        octets[100] ^= 1
        self.journal.write_bytes(octets)
        self.change(4)
        self.start_server()
        self.followed()
        counters = self.counters()
        assert counters[JOURNAL('damaged')] == 1 and counters[KIND('ixfr')] == 0 and counters[KIND('fallback')] >= 3, counters
        assert 'dns.journal-damaged' in (self.work / 'suanlu-dns.log').read_text()
        self.stop_server()
        self.change(5)
        self.start_server()
        self.followed()
        assert self.counters()[KIND('ixfr')] == 3, 'the next change has made a journal that holds'

    def unwritable(self):
        """A disk that takes nothing costs no answer."""
        shutil.rmtree(self.work / 'journal')
        (self.work / 'journal').write_text('no folder')
        self.change(6)
        self.children['suanlu-dns'].send_signal(1)
        wait_until('the new serial', lambda: serial_at(self.port) == 1795000007)
        self.followed()
        wait_until('the failure', lambda: self.counters()[JOURNAL('failed')] >= 1)


CASES = {'goes-on-after-a-restart': JournalScene.goes_on, 'killed': JournalScene.killed, 'damaged-costs-the-whole-zone': JournalScene.damaged,
         'no-disk': JournalScene.unwritable}


def main():
    for tool in ('knotd', 'nsd', 'named', 'kdig', 'ldns-keygen'):
        if shutil.which(tool, path='/usr/sbin:/usr/bin') is None:
            print(f'skip journals # {tool} is not installed')
            return 77
    with tempfile.TemporaryDirectory(prefix='suanlu-journal-') as name:
        scene = JournalScene(sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(name), 'nsec')
        try:
            failed = run('journal-start', scene.start)
            if not failed:
                failed = sum(run(case, lambda check=check: check(scene)) for case, check in CASES.items())
        finally:
            scene.stop()
        if failed:
            for log in scene.work.glob('*.log'):
                print(f'--- {log.name}', *log.read_text(errors='replace').splitlines()[-12:], sep='\n# ')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
