#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keys of a zone made and rolled over by `suanlu-dns keys`, with unbound validating after every step from the DS that the zone above
would have then, and lists that cannot be used. On loopback.

Usage: keys_test.py SUANLU_DNS"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
try:
    import dns.flags
    import dns.message
    import dns.query
    import dns.rdatatype
except ImportError:
    print('skip dns-keys # python3-dnspython is not installed')
    sys.exit(77)

from free_port import free_port
from resolver_lab import unconfined
from server_lab import Server, answers, run_case, wait_for

ZONE = '@ SOA ns1 hostmaster 1 3600 600 86400 5\n@ NS ns1\nns1 A 127.0.0.1\nwww A 192.0.2.3\n'
UNBOUND = '''server:
  interface: 127.0.0.1@{port}
  do-daemonize: no
  use-syslog: no
  username: ""
  chroot: ""
  directory: "{work}"
  pidfile: ""
  do-not-query-localhost: no
  module-config: "validator iterator"
{anchors}
remote-control:
  control-enable: no
stub-zone:
  name: c.example
  stub-addr: 127.0.0.1@{server}
'''
WAIT_S = 20


class KeyedServer(Server):
    """A server whose keys were made before it started."""

    def __init__(self, program, folder, *create):
        self.folder = pathlib.Path(folder)
        self.list = self.folder / 'keys.yaml'
        super().__init__(program, {'c.example': ZONE}, zone_more=f', keys: "{self.list}", transfer: {{allow: [{{from: 127.0.0.1}}]}}')
        (self.folder / 'dns.yaml').write_text(f'listen: ["127.0.0.1:1"]\nzones: [{{name: c.example, file: "{self.folder}/zone", keys: "{self.list}"}}]\n')
        (self.folder / 'zone').write_text(ZONE)
        self.keys('create', *create)

    def keys(self, *words, code=0):
        done = subprocess.run([self.program, '-c', self.folder / 'dns.yaml', 'keys', 'c.example', *words], capture_output=True, text=True)
        assert done.returncode == code, f'{words}: {done.stdout}{done.stderr}'
        return done.stdout + done.stderr

    def next(self, *words):
        said = self.keys('next', *words)
        self.reload()
        return said

    def ds(self):
        return [line.split('\t')[-1] for line in self.keys('status').splitlines() if '\tDS\t' in line]

    def records(self, rdtype):
        answer = self.ask('c.example.', rdtype, want_dnssec=True).answer
        return [record for rrset in answer if rrset.rdtype == dns.rdatatype.from_text(rdtype) for record in rrset]

    def signers(self, name, rdtype):
        """Tags of the keys that signed a set."""
        return {record.key_tag for rrset in self.ask(name, rdtype, want_dnssec=True).answer if rrset.rdtype == dns.rdatatype.RRSIG for record in rrset}

    def is_secure(self, ds):
        """What a resolver with an empty cache says, when `ds` is above."""
        with tempfile.TemporaryDirectory(prefix='suanlu-unbound-') as work:
            port = free_port()
            anchors = '\n'.join(f'  trust-anchor: "c.example. IN DS {one}"' for one in ds)
            (pathlib.Path(work) / 'conf').write_text(UNBOUND.format(port=port, work=work, server=self.port, anchors=anchors))
            child = subprocess.Popen([unconfined('unbound', work), '-d', '-c', f'{work}/conf'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                wait_for('unbound', lambda: answers(port), child)
                found = []
                for name, rdtype in (('www.c.example.', 'A'), ('no.c.example.', 'A'), ('c.example.', 'DNSKEY')):
                    query = dns.message.make_query(name, rdtype, want_dnssec=True)
                    found.append(bool(dns.query.udp(query, '127.0.0.1', port=port, timeout=WAIT_S).flags & dns.flags.AD))
                return all(found)
            finally:
                child.terminate()
                child.wait(WAIT_S)


def check_zsk(program, folder):
    with KeyedServer(program, folder, '--split') as server:
        ds = server.ds()
        assert len(ds) == 1 and server.is_secure(ds)
        first = server.signers('www.c.example.', 'A')
        assert len(first) == 1 and server.signers('c.example.', 'DNSKEY') == {int(ds[0].split()[0])}
        server.keys('roll', 'zsk')
        server.reload()
        assert len(server.records('DNSKEY')) == 3 and server.signers('www.c.example.', 'A') == first and server.is_secure(ds)
        before = server.list.read_text()
        assert 'again in' in server.keys('next', 'zsk', code=1) and server.list.read_text() == before
        assert 'one rollover' in server.keys('roll', 'zsk', code=1)
        server.next('zsk', '--force')
        second = server.signers('www.c.example.', 'A')
        assert len(second) == 1 and second != first and len(server.records('DNSKEY')) == 3 and server.is_secure(ds)
        server.next('zsk', '--force')
        assert len(server.records('DNSKEY')) == 2 and server.ds() == ds and server.is_secure(ds)


def check_ksk(program, folder):
    with KeyedServer(program, folder, '--split', '--algorithm', 'ecdsap256sha256') as server:
        old = server.ds()
        signers = server.signers('www.c.example.', 'A')
        server.keys('roll', 'ksk')
        server.reload()
        both = server.ds()
        assert len(both) == 2 and len(server.records('DNSKEY')) == 2 and server.is_secure(old) and server.is_secure(both)
        assert sorted(record.to_text().lower().replace(' ', '') for record in server.records('CDS')) == sorted(one.replace(' ', '') for one in both)
        assert len(server.records('CDNSKEY')) == 2
        assert '--ds-above' in server.keys('next', 'ksk', code=1)
        server.next('ksk', '--ds-above')
        new = [one for one in both if one not in old]
        assert server.is_secure(both) and server.is_secure(new)
        assert server.signers('c.example.', 'DNSKEY') == {int(new[0].split()[0])} and len(server.records('CDS')) == 2
        server.next('ksk', '--force')
        assert server.ds() == new and len(server.records('CDS')) == 1 and server.is_secure(new)
        assert server.signers('www.c.example.', 'A') == signers, 'the zone key stayed'


def check_csk(program, folder):
    with KeyedServer(program, folder) as server:
        old = server.ds()
        assert server.is_secure(old)
        server.keys('roll', 'csk')
        server.reload()
        both = server.ds()
        new = [one for one in both if one not in old]
        assert len(server.records('DNSKEY')) == 2 and server.is_secure(old) and server.is_secure(both)
        assert server.metric('suanlu_dns_keys{state="announced"}') == 1
        server.next('csk', '--force')
        assert len(server.records('DNSKEY')) == 2 and server.is_secure(both) and server.is_secure(new)
        assert server.metric('suanlu_dns_keys{state="retired"}') == 1
        server.next('csk', '--force')
        assert server.ds() == new and server.is_secure(new)
        assert server.metric('suanlu_dns_keys{state="active"}') == 1 and server.metric('suanlu_dns_first_signature_ends_seconds') > 1.7e9


def verified(server):
    """The zone as it is served, by checkers that ask for a signature by every algorithm of the DNSKEY set."""
    zone = server.folder / 'served.zone'
    text = subprocess.run(['kdig', '+noall', '+answer', '+tcp', '-p', str(server.port), '@127.0.0.1', 'c.example', 'AXFR'], check=True, capture_output=True,
                          text=True).stdout
    lines = [line for line in text.splitlines() if line and not line.startswith(';')]
    zone.write_text('\n'.join(sorted(set(lines), key=lambda line: line.split()[3] != 'SOA')) + '\n')
    for words in (['ldns-verify-zone', zone], ['dnssec-verify', '-z', '-o', 'c.example', zone]):
        said = subprocess.run([str(word) for word in words], capture_output=True, text=True)
        assert said.returncode == 0, f'{words[0]}: {said.stdout[-600:]}{said.stderr[-600:]}'
    return True


def check_algorithm(program, folder, *create):
    with KeyedServer(program, folder, '--algorithm', 'ecdsap256sha256', *create) as server:
        algorithms = lambda rdtype: {record.algorithm for record in server.records(rdtype)}
        signing = lambda name: {record.algorithm for rrset in server.ask(name, 'A', want_dnssec=True).answer if rrset.rdtype == dns.rdatatype.RRSIG for record in rrset}
        old = server.ds()
        assert verified(server) and server.is_secure(old)
        assert 'already' in server.keys('roll', 'algorithm', '--algorithm', 'ecdsap256sha256', code=1)
        server.keys('roll', 'algorithm', '--algorithm', 'ed25519')
        server.reload()
        assert signing('www.c.example.') == {13, 15} and algorithms('DNSKEY') == {13} and server.ds() == old
        assert verified(server) and server.is_secure(old)
        assert 'again in' in server.keys('next', 'algorithm', code=1)
        server.next('algorithm', '--force')
        new = server.ds()
        assert algorithms('DNSKEY') == {13, 15} and algorithms('CDS') == {15} and len(new) == 1 and new != old
        assert verified(server) and server.is_secure(old) and server.is_secure(new) and server.is_secure(old + new)
        assert '--ds-above' in server.keys('next', 'algorithm', code=1)
        server.next('algorithm', '--force')
        assert algorithms('DNSKEY') == {15} and signing('www.c.example.') == {13, 15}
        assert verified(server) and server.is_secure(new)
        server.next('algorithm', '--force')
        assert signing('www.c.example.') == {15} and server.ds() == new and verified(server) and server.is_secure(new)
        assert server.metric('suanlu_dns_keys{state="active"}') == len(server.records('DNSKEY')) == (2 if create else 1)


def check_split_algorithm(program, folder):
    check_algorithm(program, folder, '--split')


def check_errors(program, folder):
    with KeyedServer(program, folder) as server:
        ds, good = server.ds(), server.list.read_text()
        private = next(server.folder.glob('*.private'))
        assert private.stat().st_mode & 0o77 == 0, 'for nobody else'
        for wrong, words in ((good.replace(private.name, 'Klost.private'), 'Klost.private'), (good.replace('role: csk', 'role: zsk'), 'nothing signs the keys'),
                             (good.replace('since: 1', 'since: 3'), 'clock is behind'), ('keys: [', 'keys.yaml:'), ('keys: []\n', 'no key')):
            server.list.write_text(wrong)
            before = server.metric('suanlu_dns_reloads_total{outcome="refused"}')
            server.reload()
            assert server.metric('suanlu_dns_reloads_total{outcome="refused"}') == before + 1, wrong
            assert words in server.log.read_text().splitlines()[-1], f'{words}: {server.log.read_text()}'
        server.list.write_text(good)
        server.reload()
        assert server.is_secure(ds)


CASES = {'zsk-rollover': check_zsk, 'ksk-rollover': check_ksk, 'csk-rollover': check_csk, 'algorithm-rollover': check_algorithm, 'algorithm-rollover-split': check_split_algorithm,
         'unusable-keys': check_errors}


def main():
    if shutil.which('unbound', path='/usr/sbin:/usr/bin') is None:
        print('skip dns-keys # unbound is not installed')
        return 77
    failed = 0
    for name, check in CASES.items():
        with tempfile.TemporaryDirectory(prefix='suanlu-keys-') as folder:
            failed += run_case(name, lambda check=check, folder=folder: check(sys.argv[1], folder))
    return 1 if failed else 0


sys.exit(main())
