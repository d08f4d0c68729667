#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A signed computed zone, validated by a real resolver: unbound in front of suanlu-dns, on loopback.

Every kind of answer must be secure (AD), insecure below an unsigned delegation, and never bogus; ECS must reach the class's
answer. Usage: signed_test.py SUANLU_DNS ROOT"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
try:
    import dns.edns
    import dns.flags
    import dns.message
    import dns.query
    import dns.rcode
except ImportError:
    print('skip signed-zone # python3-dnspython is not installed')
    sys.exit(77)

from free_port import free_port
from resolver_lab import unconfined

ZONE = '''$ORIGIN c.example.
$TTL 300
@      SOA ns1 hostmaster 1 3600 600 86400 5
@      NS  ns1
ns1    A   127.0.0.1
www    A   192.0.2.3
alias  CNAME www
lost   CNAME nowhere
*.wild A   192.0.2.5
a.deep TXT "x"
far    NS  ns.elsewhere.example.
moved  DNAME deep
wilder DNAME wild
through DNAME svc
to-wild CNAME q.wild
to-none CNAME x.moved
'''
DNS_YAML = '''listen: ["127.0.0.1:{port}"]
zones: [{{name: c.example, file: "{work}/c.example.zone", view: "{view}", key: "{key}", denial: {denial}}}]
'''
UNBOUND = '''server:
    interface: 127.0.0.1@{front}
    port: {front}
    do-ip6: no
    do-daemonize: no
    use-syslog: no
    logfile: "{work}/unbound.log"
    username: ""
    chroot: ""
    directory: "{work}"
    pidfile: "{work}/unbound.pid"
    do-not-query-localhost: no
    trust-anchor: "{ds}"
    val-log-level: 2
    domain-insecure: "elsewhere.example"
    module-config: "subnetcache validator iterator"
    send-client-subnet: 127.0.0.1
    client-subnet-always-forward: yes
remote-control:
    control-enable: no
stub-zone:
    name: "c.example"
    stub-addr: 127.0.0.1@{port}
'''
#      name, type, RCODE, what the answer section begins with
SECURE = [('www.c.example', 'A', 'NOERROR', 1), ('c.example', 'SOA', 'NOERROR', 1), ('c.example', 'DNSKEY', 'NOERROR', 1),
          ('alias.c.example', 'A', 'NOERROR', 2), ('x.wild.c.example', 'A', 'NOERROR', 1), ('x.wild.c.example', 'TXT', 'NOERROR', 0),
          ('www.c.example', 'AAAA', 'NOERROR', 0), ('deep.c.example', 'A', 'NOERROR', 0), ('no.c.example', 'A', 'NXDOMAIN', 0),
          ('x.y.www.c.example', 'A', 'NXDOMAIN', 0), ('lost.c.example', 'A', 'NXDOMAIN', 1), ('far.c.example', 'DS', 'NOERROR', 0),
          ('a.moved.c.example', 'TXT', 'NOERROR', 3), ('x.moved.c.example', 'A', 'NXDOMAIN', 2), ('moved.c.example', 'DNAME', 'NOERROR', 1),
          ('x.wilder.c.example', 'A', 'NOERROR', 3), ('x.wilder.c.example', 'TXT', 'NOERROR', 2), ('to-wild.c.example', 'A', 'NOERROR', 2),
          ('to-none.c.example', 'A', 'NXDOMAIN', 3), ('chat.through.c.example', 'A', 'NOERROR', 3),
          ('moved.c.example', 'A', 'NOERROR', 0), ('_compute.chat.svc.c.example', 'SVCB', 'NOERROR', 1), ('chat.svc.c.example', 'HTTPS', 'NOERROR', 1),
          ('chat.svc.c.example', 'A', 'NOERROR', 1), ('chat.svc.c.example', 'TXT', 'NOERROR', 0),
          ('sz.gba.site.c.example', 'TYPE65280', 'NOERROR', 1), ('sz.gba.site.c.example', 'TXT', 'NOERROR', 1),
          ('_index.gba.site.c.example', 'TYPE65280', 'NOERROR', 1), ('_compute._udp.gba.c.example', 'PTR', 'NOERROR', 1)]
# ldns-nsec3-hash -t 0 c.example
HASH_OF_APEX = 'atutakms2nniod8sie19kmfb3uqd60kq'
SECURE_NSEC3 = [('c.example', 'NSEC3PARAM', 'NOERROR', 1), ('x.y.wild.c.example', 'A', 'NOERROR', 1), ('x.y.wild.c.example', 'TXT', 'NOERROR', 0),
                # The owner of an NSEC3 record is no name of the zone (RFC 5155 section 7.2.8).
                ('HASH.c.example', 'NSEC3', 'NXDOMAIN', 0)]


def ask(port, name, rtype, options=()):
    query = dns.message.make_query(name, rtype, want_dnssec=True)
    query.use_edns(0, dns.flags.DO, 1232, options=list(options))
    return dns.query.udp_with_fallback(query, '127.0.0.1', port=port, timeout=10)[0]


def wait_for(what, port, child):
    end = time.monotonic() + 20
    while True:
        try:
            return dns.query.udp(dns.message.make_query('c.example.', 'SOA'), '127.0.0.1', port=port, timeout=0.5)
        except (dns.exception.Timeout, OSError):
            if time.monotonic() > end or child.poll() is not None:
                raise AssertionError(f'{what} does not answer') from None


def check_secure(front, is_hashed):
    for name, rtype, rcode, least in SECURE + (SECURE_NSEC3 if is_hashed else []):
        answer = ask(front, name.replace('HASH', HASH_OF_APEX), rtype)
        said = f'{name} {rtype}: {dns.rcode.to_text(answer.rcode())} {dns.flags.to_text(answer.flags)}'
        assert dns.rcode.to_text(answer.rcode()) == rcode and answer.flags & dns.flags.AD, said
        assert len([s for s in answer.answer if s.rdtype != 46]) >= least, f'{said}: {answer.answer}'


def check_classes(front):
    """unbound hands the client's subnet on, and what comes back is validated and kept apart."""
    first = {}
    for subnet in ('10.1.7.0', '10.2.7.0', '203.0.113.0', '10.1.9.0'):
        answer = ask(front, '_compute.chat.svc.c.example', 'SVCB', [dns.edns.ECSOption(subnet, 24)])
        assert answer.flags & dns.flags.AD, f'{subnet}: {dns.flags.to_text(answer.flags)}'
        records = [r for s in answer.answer if s.rdtype == 64 for r in s]
        first[subnet] = min((r.priority, r.target.to_text()) for r in records)[1]
        scope = [o.scopelen for o in answer.options if isinstance(o, dns.edns.ECSOption)]
        assert scope and 0 < scope[0] <= 24, f'{subnet}: scope {scope}'
    assert first == {'10.1.7.0': 'sz.gba.site.c.example.', '10.2.7.0': 'chat.svc.c.example.', '203.0.113.0': 'chat.svc.c.example.',
                     '10.1.9.0': 'sz.gba.site.c.example.'}, first


def check_small(port):
    """Signed SVCB sets fit into one answer."""
    for subnet in ('10.1.7.0', '10.2.7.0'):
        answer = ask(port, '_compute.chat.svc.c.example', 'SVCB', [dns.edns.ECSOption(subnet, 24)])
        assert not answer.flags & dns.flags.TC and any(s.rdtype == 46 for s in answer.answer)


def run(name, check):
    try:
        check()
        print(f'ok {name}', flush=True)
        return 0
    except (AssertionError, OSError, EOFError, dns.exception.DNSException) as error:
        print(f'not ok {name}: {error!r}', flush=True)
        return 1


def scene(program, root, algorithm, denial):
    failed, children = 0, []
    with tempfile.TemporaryDirectory(prefix='suanlu-dns-') as name:
        work = pathlib.Path(name)
        base = subprocess.run(['ldns-keygen', '-k', '-a', algorithm, '-r', '/dev/urandom', 'c.example'], cwd=work, check=True,
                              capture_output=True, text=True).stdout.strip()
        (work / 'c.example.zone').write_text(ZONE)
        port, front = free_port(), free_port()
        (work / 'dns.yaml').write_text(DNS_YAML.format(port=port, work=work, view=root / 'docs/reference/dns-view.yaml', key=work / f'{base}.private',
                                                      denial=denial))
        ds = subprocess.run([program, '-c', work / 'dns.yaml', '--check'], check=True, capture_output=True, text=True).stdout.strip()
        (work / 'unbound.conf').write_text(UNBOUND.format(port=port, front=front, work=work, ds=ds.replace('\t', ' ')))
        try:
            with open(work / 'suanlu-dns.log', 'wb') as log:
                children.append(subprocess.Popen([program, '-c', work / 'dns.yaml'], stderr=log))
                wait_for('suanlu-dns', port, children[0])
                children.append(subprocess.Popen([unconfined('unbound', work), '-c', work / 'unbound.conf'], stderr=log))
                wait_for('unbound', front, children[1])
            failed += run(f'{algorithm}-secure', lambda: check_secure(front, denial == 'nsec3'))
            failed += run(f'{algorithm}-classes', lambda: check_classes(front))
            failed += run(f'{algorithm}-fits', lambda: check_small(port))
        except AssertionError as error:
            failed += 1
            print(f'not ok {algorithm}-start: {error}')
        finally:
            for child in children:
                if child.poll() is None:
                    child.kill()
                child.wait()
            if failed:
                for log in ('suanlu-dns.log', 'unbound.log'):
                    print(''.join((work / log).read_text().splitlines(True)[-15:]) if (work / log).exists() else log)
    return failed


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    for tool in ('unbound', 'ldns-keygen'):
        if shutil.which(tool, path='/usr/sbin:/usr/bin') is None:
            print(f'skip signed-zone # {tool} is not installed')
            return 77
    return 1 if scene(program, root, 'ED25519', 'nsec') + scene(program, root, 'ECDSAP256SHA256', 'nsec3') else 0


if __name__ == '__main__':
    sys.exit(main())
