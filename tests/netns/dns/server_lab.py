# SPDX-License-Identifier: Apache-2.0
"""suanlu-dns on loopback with a configuration of the test's own, and what tests ask of it."""
import pathlib
import subprocess
import tempfile
import time
import urllib.request

import dns.exception
import dns.message
import dns.query

from free_port import free_port

WAIT_S = 20


def answers(port):
    try:
        dns.query.udp(dns.message.make_query('c.example.', 'SOA'), '127.0.0.1', port=port, timeout=0.2)
        return True
    except (dns.exception.Timeout, OSError):
        return False


def wait_for(what, holds, child):
    end = time.monotonic() + WAIT_S
    while not holds():
        if time.monotonic() > end or child.poll() is not None:
            raise AssertionError(f'{what}: not within {WAIT_S} s')
        time.sleep(0.05)


def run_case(name, check):
    """One line of the report; 1 when the case failed."""
    try:
        check()
        print(f'ok {name}', flush=True)
        return 0
    except (AssertionError, OSError, EOFError, dns.exception.DNSException, KeyError, ValueError, subprocess.SubprocessError) as error:
        print(f'not ok {name}: {error!r}', flush=True)
        return 1


class Server:
    """Serves `zones` ({name: text}) at 127.0.0.1:`port` as soon as the with block is entered. `more`: lines of dns.yaml;
    {work} in it is the folder of its files, where `files` ({name: text}) lie too. `zone_more`: further fields of each zone."""

    def __init__(self, program, zones, more='', files=None, health=answers, zone_more=''):
        self.program, self.zones, self.more, self.files, self.health = program, zones, more, files or {}, health
        self.zone_more = zone_more
        self.port, self.metrics_port = free_port(), free_port()

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix='suanlu-dns-')
        self.work = pathlib.Path(self._folder.name)
        for name, text in self.files.items():
            (self.work / name).write_text(text)
        listed = []
        for name, text in self.zones.items():
            (self.work / f'{name}.zone').write_text(text)
            listed.append(f'{{name: {name}, file: "{self.work}/{name}.zone"{self.zone_more}}}')
        (self.work / 'dns.yaml').write_text(
            f'listen: ["127.0.0.1:{self.port}"]\nmetrics: "127.0.0.1:{self.metrics_port}"\nzones: [{", ".join(listed)}]\n' +
            self.more.replace('{work}', str(self.work)))
        self.log = self.work / 'suanlu-dns.log'
        with open(self.log, 'wb') as log:
            self.process = subprocess.Popen([self.program, '-c', self.work / 'dns.yaml'], stderr=log)
        try:
            wait_for('suanlu-dns answers', lambda: self.health(self.port), self.process)
        except AssertionError:
            print(self.log.read_text(), flush=True)
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(WAIT_S)
        self._folder.cleanup()

    def reload(self):
        """Files are read again; returns when that is done or refused."""
        done = lambda: sum(self.metric(f'suanlu_dns_reloads_total{{outcome="{how}"}}') for how in ('served', 'refused'))
        before = done()
        self.process.send_signal(1)
        wait_for('reload', lambda: done() > before, self.process)

    def metric(self, name):
        page = urllib.request.urlopen(f'http://127.0.0.1:{self.metrics_port}/metrics', timeout=5).read().decode()
        values = dict(line.rsplit(' ', 1) for line in page.splitlines() if not line.startswith('#'))
        return float(values[name])

    def ask(self, name, rdtype, *, options=(), how=dns.query.udp, timeout=5, **words):
        query = dns.message.make_query(name, rdtype, **words)
        if options:
            query.use_edns(0, options=list(options))
        return how(query, '127.0.0.1', port=self.port, timeout=timeout)
