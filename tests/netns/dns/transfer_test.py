#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real secondaries behind suanlu-dns: Knot, BIND and NSD transfer a signed computed zone with TSIG and hold the same records;
the zone passes the checkers of others; wrong signatures are told what is wrong. On loopback.

Usage: transfer_test.py SUANLU_DNS ROOT"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
try:
    import dns.exception
    import dns.message
    import dns.name
    import dns.query
    import dns.rcode
    import dns.tsig
    import dns.tsigkeyring
except ImportError:
    print('skip transfers # python3-dnspython is not installed')
    sys.exit(77)

from free_port import free_port
from resolver_lab import unconfined
from signed_test import ZONE

SECRET = 'c3Vhbmx1IHRlc3RzIHNlY3JldCBvZiAzMiBvY3RldHM='
KEYRING = dns.tsigkeyring.from_text({'xfr.example.': SECRET})
DNS_YAML = '''listen: ["127.0.0.1:{port}"]
metrics: "127.0.0.1:{metrics}"
keys: [{{name: xfr.example, algorithm: hmac-sha256, secret_file: "{work}/secret"}}]
zones:
  - name: c.example
    file: "{work}/c.example.zone"
    view: "{work}/view.yaml"
    key: "{key}"
    denial: {denial}
    transfer:
      allow: [{{from: 127.0.0.0/8, key: xfr.example}}]
      notify: [{notify}]
'''
KNOT = '''server:
    rundir: "{work}"
    listen: 127.0.0.1@{own}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "{work}"
key:
  - id: xfr.example
    algorithm: hmac-sha256
    secret: {secret}
remote:
  - id: primary
    address: 127.0.0.1@{port}
    key: xfr.example
acl:
  - id: all
    address: 127.0.0.0/8
    action: transfer
  - id: told
    address: 127.0.0.0/8
    key: xfr.example
    action: notify
zone:
  - domain: c.example
    master: primary
    acl: [all, told]
    storage: "{work}"
'''
NSD = '''server:
  ip-address: 127.0.0.1@{own}
  username: ""
  zonesdir: "{work}"
  database: ""
  pidfile: "{work}/pid"
  xfrdfile: "{work}/xfrd"
  xfrdir: "{work}"
  zonelistfile: "{work}/list"
  server-count: 1
remote-control:
  control-enable: no
key:
  name: xfr.example
  algorithm: hmac-sha256
  secret: "{secret}"
zone:
  name: c.example
  zonefile: z
  request-xfr: 127.0.0.1@{port} xfr.example
  allow-notify: 127.0.0.1 xfr.example
  provide-xfr: 127.0.0.0/8 NOKEY
'''
BIND = '''options {{ directory "{work}"; listen-on port {own} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion no; pid-file none;
  session-keyfile none; allow-transfer {{ any; }}; dnssec-validation no; notify no; }};
controls {{ }};
key xfr.example {{ algorithm hmac-sha256; secret "{secret}"; }};
zone "c.example" {{ type secondary; primaries {{ 127.0.0.1 port {port} key xfr.example; }}; allow-notify {{ key xfr.example; }}; file "z"; }};
'''
START_WITHIN_S = 30


def command_of(name, work, port, own):
    text = {'knot': KNOT, 'nsd': NSD, 'bind': BIND}[name].format(work=work, port=port, own=own, secret=SECRET)
    (work / 'conf').write_text(text)
    return {'knot': ['knotd', '-c', work / 'conf'], 'nsd': ['nsd', '-d', '-c', work / 'conf'],
            'bind': [unconfined('named', work), '-g', '-c', work / 'conf']}[name]


def serial_at(port):
    try:
        answer = dns.query.udp(dns.message.make_query('c.example.', 'SOA'), '127.0.0.1', port=port, timeout=0.5)
        return answer.answer[0][0].serial if answer.answer else None
    except (dns.exception.DNSException, OSError):
        return None


def wait_until(what, holds):
    end = time.monotonic() + START_WITHIN_S
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f'{what} within {START_WITHIN_S} s')
        time.sleep(0.05)


def zone_at(port, *more):
    """The records of a whole transfer, one line each; classes of space and case do not count."""
    text = subprocess.run(['kdig', '+noall', '+answer', '-p', str(port), '@127.0.0.1', 'c.example', 'AXFR', *more], check=True,
                          capture_output=True, text=True).stdout
    lines = [' '.join(line.split()) for line in text.splitlines() if line and not line.startswith(';')]
    assert lines and lines[0] == lines[-1], text[-500:]
    return sorted(lines[1:])


class Scene:
    MORE = ''  # of dns.yaml

    def __init__(self, program, root, work, denial):
        self.denial = denial
        self.program, self.root, self.work, self.children, self.ports = program, root, work, {}, {}
        self.port, self.metrics = free_port(), free_port()

    def start(self):
        key = subprocess.run(['ldns-keygen', '-k', '-a', 'ED25519', '-r', '/dev/urandom', 'c.example'], cwd=self.work, check=True,
                             capture_output=True, text=True).stdout.strip()
        (self.work / 'c.example.zone').write_text(ZONE)
        (self.work / 'secret').write_text(SECRET + '\n')
        self.write_view(4711, 1795000001)
        own_ports = {name: free_port() for name in ('knot', 'nsd', 'bind')}
        notify = ', '.join(f'{{to: "127.0.0.1:{port}", key: xfr.example}}' for port in own_ports.values())
        (self.work / 'dns.yaml').write_text((self.MORE + DNS_YAML).format(port=self.port, notify=notify, metrics=self.metrics, work=self.work, key=self.work / f'{key}.private',
                                                           denial=self.denial))
        self.run('suanlu-dns', self.port, [self.program, '-c', self.work / 'dns.yaml'])
        for name in ('knot', 'nsd', 'bind'):
            folder, own = self.work / name, own_ports[name]
            folder.mkdir()
            self.run(name, own, command_of(name, folder, self.port, own))

    def run(self, name, port, words):
        log = open(self.work / f'{name}.log', 'wb')
        self.children[name] = subprocess.Popen([str(w) for w in words], stdout=log, stderr=log)
        self.ports[name] = port
        wait_until(f'{name} serves the zone', lambda: serial_at(port) is not None)

    def write_view(self, generation, made_s, change=lambda text: text):
        text = (self.root / 'docs/reference/dns-view.yaml').read_text()
        lines = [line if not line.startswith(('generation:', 'made_unix_s:')) else '' for line in text.splitlines()]
        (self.work / 'view.yaml').write_text(change('\n'.join(lines)) + f'\ngeneration: {generation}\nmade_unix_s: {made_s}\n')

    def counters(self):
        import urllib.request
        page = urllib.request.urlopen(f'http://127.0.0.1:{self.metrics}/metrics', timeout=5).read().decode()
        return {line.rsplit(' ', 1)[0]: float(line.rsplit(' ', 1)[1]) for line in page.splitlines() if not line.startswith('#')}

    def stop(self):
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        for child in self.children.values():
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    # Checks

    def own_zone(self):
        return zone_at(self.port, '-y', f'hmac-sha256:xfr.example:{SECRET}')

    def same_records(self):
        own = self.own_zone()
        assert len(own) > 50, own
        for name in ('knot', 'nsd', 'bind'):
            theirs = zone_at(self.ports[name])
            assert theirs == own, f'{name}: {sorted(set(theirs) ^ set(own))[:6]}'

    def checkers(self):
        path = self.work / 'transferred.zone'
        lines = sorted(self.own_zone(), key=lambda line: line.split()[3] != 'SOA')
        path.write_text('\n'.join(lines) + '\n')
        for words in (['ldns-verify-zone', path], ['dnssec-verify', '-z', '-o', 'c.example', path], ['kzonecheck', '-o', 'c.example', path],
                      ['named-checkzone', 'c.example', path], ['nsd-checkzone', 'c.example', path]):
            said = subprocess.run([str(w) for w in words], capture_output=True, text=True)
            assert said.returncode == 0, f'{words[0]}: {said.stdout[-600:]}{said.stderr[-600:]}'

    def changes(self):
        """A change reaches secondaries that are told of it, and they take the difference only."""
        before = self.counters()
        self.write_view(4712, 1795000002, lambda text: text.replace('free_permille: 420', 'free_permille: 300'))
        self.children['suanlu-dns'].send_signal(1)
        wait_until('the new serial', lambda: serial_at(self.port) == 1795000002)
        for name in ('knot', 'nsd', 'bind'):
            wait_until(f'{name} follows', lambda name=name: serial_at(self.ports[name]) == 1795000002)
        self.same_records()
        after = self.counters()
        kind = 'suanlu_dns_transfers_total{{kind="{}"}}'.format
        assert after[kind('ixfr')] - before[kind('ixfr')] == 3, after
        wait_until('acknowledgements', lambda: self.counters()['suanlu_dns_notifies_total{outcome="acknowledged"}'] >= 3)
        assert after[kind('fallback')] == before[kind('fallback')], 'nobody needed the whole zone'

    def signatures(self):
        def ask(keyring, fudge=300, rtype='SOA', ask_by=dns.query.udp):
            query = dns.message.make_query('c.example.', rtype)
            if keyring:
                query.use_tsig(keyring, fudge=fudge)
            return ask_by(query, '127.0.0.1', port=self.port, timeout=5)
        assert ask(KEYRING).had_tsig and ask(KEYRING).answer
        for keyring, wrong in ((dns.tsigkeyring.from_text({'other.example.': SECRET}), dns.tsig.PeerBadKey),
                               (dns.tsigkeyring.from_text({'xfr.example.': 'x' * 44}), dns.tsig.PeerBadSignature)):
            try:
                ask(keyring)
                raise AssertionError(f'{wrong.__name__} was expected')
            except wrong:
                pass
        assert dns.rcode.to_text(ask(None, rtype='AXFR', ask_by=dns.query.tcp).rcode()) == 'REFUSED'
        faults = self.counters()
        for fault in ('tsig_key', 'tsig_signature', 'transfer'):
            assert faults[f'suanlu_dns_faults_total{{fault="{fault}"}}'] >= 1, fault


def run(name, check):
    try:
        check()
        print(f'ok {name}', flush=True)
        return 0
    except (AssertionError, OSError, EOFError, dns.exception.DNSException, KeyError, subprocess.CalledProcessError) as error:
        print(f'not ok {name}: {error!r}', flush=True)
        return 1


CASES = {'same-records-by-axfr': Scene.same_records, 'checkers-of-others': Scene.checkers, 'changes-by-ixfr': Scene.changes,
         'signatures': Scene.signatures}


def scene_fails(program, root, denial, suffix):
    with tempfile.TemporaryDirectory(prefix='suanlu-xfr-') as name:
        scene = Scene(program, root, pathlib.Path(name), denial)
        try:
            failed = run('secondaries-start' + suffix, scene.start)
            if not failed:
                failed += sum(run(case + suffix, lambda check=check: check(scene)) for case, check in CASES.items())
        finally:
            scene.stop()
        if failed:
            for log in scene.work.glob('*.log'):
                print(f'--- {log.name}', *log.read_text(errors='replace').splitlines()[-12:], sep='\n# ')
    return failed


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    for tool in ('knotd', 'nsd', 'named', 'kdig', 'ldns-keygen'):
        if shutil.which(tool, path='/usr/sbin:/usr/bin') is None:
            print(f'skip transfers # {tool} is not installed')
            return 77
    return 1 if scene_fails(program, root, 'nsec', '') + scene_fails(program, root, 'nsec3', '-nsec3') else 0


if __name__ == '__main__':
    sys.exit(main())
