#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A catalog zone (RFC 9432) that suanlu-dns produces, consumed by Knot and BIND: they configure themselves by it, and follow it when
suanlu-dns comes back with other zones. On loopback.

Usage: catalog_test.py SUANLU_DNS"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
try:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.query
    import dns.rcode
    import dns.tsigkeyring
except ImportError:
    print('skip dns-catalog # python3-dnspython is not installed')
    sys.exit(77)

from free_port import free_port
from resolver_lab import unconfined
from server_lab import run_case

SECRET = 'c3Vhbmx1IHRlc3RzIHNlY3JldCBvZiAzMiBvY3RldHM='
KEYRING = dns.tsigkeyring.from_text({'xfr.example.': SECRET})
DNS_YAML = '''listen: ["127.0.0.1:{port}"]
keys: [{{name: xfr.example, algorithm: hmac-sha256, secret_file: "{work}/secret"}}]
catalog: {{name: catalog.invalid, allow: [{{from: 127.0.0.0/8, key: xfr.example}}], notify: [{notify}]}}
zones:
'''
ZONE_YAML = '''  - {{name: {zone}, file: "{work}/zone", group: all, transfer: {{allow: [{{from: 127.0.0.0/8, key: xfr.example}}]}}}}
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
  - id: told
    address: 127.0.0.0/8
    key: xfr.example
    action: notify
template:
  - id: all
    master: primary
    acl: told
    storage: "{work}"
zone:
  - domain: catalog.invalid
    master: primary
    acl: told
    storage: "{work}"
    catalog-role: interpret
    catalog-template: all
'''
BIND = '''options {{ directory "{work}"; listen-on port {own} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion no; pid-file none;
  session-keyfile none; dnssec-validation no; notify no;
  catalog-zones {{ zone "catalog.invalid" default-primaries {{ 127.0.0.1 port {port} key xfr.example; }} in-memory yes min-update-interval 1; }}; }};
controls {{ }};
key xfr.example {{ algorithm hmac-sha256; secret "{secret}"; }};
zone "catalog.invalid" {{ type secondary; primaries {{ 127.0.0.1 port {port} key xfr.example; }}; allow-notify {{ key xfr.example; }}; file "catalog"; }};
'''
WAIT_S = 30


def ask(port, name, rdtype='SOA', keyring=None, how=dns.query.udp):
    query = dns.message.make_query(name, rdtype)
    if keyring:
        query.use_tsig(keyring)
    return how(query, '127.0.0.1', port=port, timeout=2)


def has_zone(port, zone):
    try:
        answer = ask(port, f'www.{zone}.', 'A')
        return bool(answer.answer) and bool(answer.flags & dns.flags.AA)
    except (dns.exception.DNSException, OSError):
        return False


def wait_until(what, holds):
    end = time.monotonic() + WAIT_S
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f'{what}: not within {WAIT_S} s')
        time.sleep(0.05)


class Scene:
    def __init__(self, program, folder):
        self.program, self.work = program, pathlib.Path(folder)
        self.port, self.own = free_port(), {'knot': free_port(), 'bind': free_port()}
        self.children = {}
        (self.work / 'secret').write_text(SECRET + '\n')
        (self.work / 'zone').write_text('@ SOA ns1 hostmaster 1 3600 600 86400 5\n@ NS ns1\nns1 A 127.0.0.1\nwww A 192.0.2.3\n')

    def run(self, name, words):
        with open(self.work / f'{name}.log', 'ab') as log:
            self.children[name] = subprocess.Popen([str(word) for word in words], stdout=log, stderr=log)

    def serve(self, *zones):
        notify = ', '.join(f'{{to: "127.0.0.1:{own}", key: xfr.example}}' for own in self.own.values())
        (self.work / 'dns.yaml').write_text(DNS_YAML.format(port=self.port, work=self.work, notify=notify) +
                                            ''.join(ZONE_YAML.format(zone=zone, work=self.work) for zone in zones))
        self.run('suanlu-dns', [self.program, '-c', self.work / 'dns.yaml'])
        wait_until('suanlu-dns answers', lambda: has_zone(self.port, zones[0]))

    def serial(self):
        return ask(self.port, 'catalog.invalid.', keyring=KEYRING).answer[0][0].serial

    def end(self, name):
        child = self.children.pop(name)
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    # Cases

    def consumers_start(self):
        self.serve('a.example', 'b.example')
        for name, conf in (('knot', KNOT), ('bind', BIND)):
            folder = self.work / name
            folder.mkdir()
            (folder / 'conf').write_text(conf.format(work=folder, own=self.own[name], port=self.port, secret=SECRET))
        self.run('knot', ['knotd', '-c', self.work / 'knot/conf'])
        self.run('bind', [unconfined('named', self.work), '-g', '-c', self.work / 'bind/conf'])
        for name, own in self.own.items():
            for zone in ('a.example', 'b.example'):
                wait_until(f'{name} has {zone}', lambda own=own, zone=zone: has_zone(own, zone))

    def hidden(self):
        """Only who may transfer it sees the catalog."""
        for rdtype in ('SOA', 'NS'):
            assert ask(self.port, 'catalog.invalid.', rdtype).rcode() == dns.rcode.REFUSED
        assert ask(self.port, 'catalog.invalid.', 'AXFR', how=dns.query.tcp).rcode() == dns.rcode.REFUSED
        assert ask(self.port, 'catalog.invalid.', keyring=KEYRING).answer, 'the SOA, to who has the key'

    def members_change(self):
        before = self.serial()
        self.end('suanlu-dns')
        wait_until('a later second: the serial of a new start', lambda: int(time.time()) > before)
        self.serve('b.example', 'd.example')
        assert self.serial() > before
        for name, own in self.own.items():
            wait_until(f'{name} has d.example', lambda own=own: has_zone(own, 'd.example'))
            wait_until(f'{name} forgets a.example', lambda own=own: not has_zone(own, 'a.example'))
            assert has_zone(own, 'b.example')

    def place(self):
        """A catalog below a zone that is served would be answered for by that zone."""
        text = (self.work / 'dns.yaml').read_text().replace('catalog.invalid', 'catalog.b.example')
        (self.work / 'wrong.yaml').write_text(text)
        checked = subprocess.run([self.program, '--check', '-c', self.work / 'wrong.yaml'], capture_output=True, text=True)
        assert checked.returncode == 2 and 'lies in the zone b.example.' in checked.stderr, checked


CASES = {'consumers-configure-themselves': Scene.consumers_start, 'catalog-is-hidden': Scene.hidden, 'members-change': Scene.members_change,
         'catalog-in-a-zone-is-refused': Scene.place}


def main():
    for tool in ('knotd', 'named'):
        if shutil.which(tool, path='/usr/sbin:/usr/bin') is None:
            print(f'skip dns-catalog # {tool} is not installed')
            return 77
    with tempfile.TemporaryDirectory(prefix='suanlu-catalog-') as folder:
        scene = Scene(sys.argv[1], folder)
        failed = 0
        try:
            for name, check in CASES.items():
                failed += run_case(name, lambda check=check: check(scene))
        finally:
            for name in list(scene.children):
                scene.end(name)
        if failed:
            for log in scene.work.glob('*.log'):
                print(f'--- {log.name}', *log.read_text(errors='replace').splitlines()[-12:], sep='\n# ')
    return 1 if failed else 0


sys.exit(main())
