#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""suanlu-dns against knotd on the same zone: mixed queries, by UDP and TCP, get the same answers.

Loopback only. Compared: RCODE, AA, TC, the records of the answer and authority sections with their TTLs, and of the
additional section those that both must have (glue). ANY is left out: each server picks the set that it likes
(RFC 8482). Case of names in rdata is not compared: it is that of whatever they were compressed against. Usage: knot_test.py SUANLU_DNS FOLDER [QUERIES]"""
import pathlib
import random
import shutil
import socket
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
    import dns.rdatatype
except ImportError:
    print('skip dns-against-knot # python3-dnspython is not installed')
    sys.exit(77)

from free_port import free_port
from server_lab import answers, run_case, wait_for

TYPES = ['A', 'AAAA', 'NS', 'SOA', 'MX', 'TXT', 'CNAME', 'SRV', 'SVCB', 'HTTPS', 'TYPE65280', 'DS', 'CAA', 'PTR', 'RRSIG', 'DNAME', 'TYPE1234']
LABELS = ['www', 'WwW', 'ns1', 'mail', 'alias', 'alias2', 'out', 'dangling', 'nowhere', 'a', 'deep', 'er', 'wild', 'there', 'sub',
          'ns', 'far', 'gone', 'long', 'many', '_sip', '_udp', '_compute', 'svc', 'sz', 'hk', 'gba', 'site', '*', 'x' * 63, 'x',
          'under', 'inside', 'chain', 'er2', 'lost', 'to-wild', 'to-under', 'to-none', 'to-sub', 'to-cut', 'leads', 'loop', 'loop2', 'ring', 'y']
KEEPALIVE = 11
DNS_YAML = '''listen: ["127.0.0.1:{port}"]
nsid: here
zones: [{{name: c.example, file: "{zone}"}}]
tcp: {{idle: {idle}, per_client: 4}}
metrics: "127.0.0.1:{metrics}"
'''
KNOT_CONF = '''server:
    rundir: "{work}"
    user: root:root
    listen: 127.0.0.1@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    udp-max-payload: 1232
log:
  - target: "{work}/knot.log"
    any: warning
database:
    storage: "{work}"
zone:
  - domain: c.example
    file: "{zone}"
    semantic-checks: off
    zonefile-sync: -1
    journal-content: none
'''


def random_query(rng):
    labels = [rng.choice(LABELS) for _ in range(rng.randint(0, 3))]
    base = rng.choice(['c.example.', 'c.example.', 'c.example.', 'c.example.', 'C.eXample.', 'gba.site.c.example.', 'svc.c.example.',
                       'wild.c.example.', 'sub.c.example.', 'gone.c.example.', 'long.c.example.', 'under.c.example.',
                       'inside.c.example.', 'chain.c.example.', 'er2.c.example.', 'leads.c.example.', 'example.', 'd.example.', '.'])
    name = '.'.join(labels + [base]) if base != '.' else '.'.join(labels) + '.'
    query = dns.message.make_query(name, rng.choice(TYPES), use_edns=False)
    if rng.random() < 0.5:
        query.flags &= ~dns.flags.RD
    if rng.random() < 0.7:
        options = [dns.edns.ECSOption('10.1.2.0', 24)] if rng.random() < 0.3 else []
        query.use_edns(0, dns.flags.DO if rng.random() < 0.5 else 0, rng.choice([512, 1232, 4096]), options=options)
    return query


def records(section):
    return sorted(f'{s.name.to_text().lower()} {s.ttl} {dns.rdatatype.to_text(s.rdtype)} {r.to_text().lower()}' for s in section for r in s)


def essence(answer):
    """What two servers must agree on."""
    glue = [s for s in answer.additional if any(n.rdtype == dns.rdatatype.NS and s.name.is_subdomain(n.name) for n in answer.authority)]
    flags = answer.flags & (dns.flags.QR | dns.flags.AA | dns.flags.TC | dns.flags.RD | dns.flags.RA | dns.flags.AD)
    return {'rcode': dns.rcode.to_text(answer.rcode()), 'flags': dns.flags.to_text(flags),
            'question': [q.to_text() for q in answer.question], 'answer': records(answer.answer),
            'authority': records(answer.authority), 'glue': records(glue), 'edns': answer.edns}


def compare(ports, queries, seed):
    rng = random.Random(seed)
    different, seen = [], {}
    for _ in range(queries):
        query = random_query(rng)
        ask = dns.query.tcp if rng.random() < 0.1 else dns.query.udp
        ours, knots = (essence(ask(query, '127.0.0.1', port=port, timeout=5)) for port in ports)
        seen[ours['rcode'], ours['flags']] = seen.get((ours['rcode'], ours['flags']), 0) + 1
        if ours != knots:
            different.append((query.question[0].to_text(), ask.__name__, {k: (ours[k], knots[k]) for k in ours if ours[k] != knots[k]}))
    return different, seen


def check_pipelining(port):
    """Five queries in one write, and the answers to all of them."""
    queries = [dns.message.make_query('www.c.example.', 'A', id=i + 1) for i in range(5)]
    with socket.create_connection(('127.0.0.1', port), timeout=5) as tcp:
        tcp.sendall(b''.join(len(q.to_wire()).to_bytes(2, 'big') + q.to_wire() for q in queries))
        got = {dns.query.receive_tcp(tcp, time.time() + 5)[0].id for _ in queries}
    assert got == {1, 2, 3, 4, 5}, got


def check_tcp_limits(port):
    held = [socket.create_connection(('127.0.0.1', port), timeout=10) for _ in range(4)]
    with socket.create_connection(('127.0.0.1', port), timeout=10) as fifth:
        assert fifth.recv(1) == b'', 'the fifth connection of a client is closed'
    for tcp in held:
        tcp.sendall(b'\0\0')
        assert tcp.recv(1) == b'', 'an empty message ends a connection'
        tcp.close()


def check_tcp_idle(port):
    with socket.create_connection(('127.0.0.1', port), timeout=10) as idle:
        assert idle.recv(1) == b'', 'silence ends a connection'
    asking = dns.message.make_query('www.c.example.', 'A', use_edns=0, options=[dns.edns.GenericOption(KEEPALIVE, b'')])
    told = [option.data for option in dns.query.tcp(asking, '127.0.0.1', port=port, timeout=10).options if option.otype == KEEPALIVE]
    assert told == [b'\x00\x05'], f'the idle time in units of 100 ms (RFC 7828), not {told}'


def check_reload(port, work, server):
    zone = work / 'c.example.zone'
    text = zone.read_text()
    zone.write_text(text.replace('hostmaster 7 ', 'hostmaster 8 '))
    serial = lambda: dns.query.udp(dns.message.make_query('c.example.', 'SOA'), '127.0.0.1', port=port, timeout=5).answer[0][0].serial
    server.send_signal(1)
    wait_for('the new serial', lambda: serial() == 8, server)
    zone.write_text(text + 'broken A 1.2.3\n')
    server.send_signal(1)
    wait_for('the refusal', lambda: 'dns.reload-refused' in (work / 'suanlu-dns.log').read_text(), server)
    assert serial() == 8 and 'c.example.zone:' in (work / 'suanlu-dns.log').read_text()
    zone.write_text(text)


def check_metrics(port):
    import urllib.request
    page = urllib.request.urlopen(f'http://127.0.0.1:{port}/metrics', timeout=5).read().decode()
    values = {line.rsplit(' ', 1)[0]: float(line.rsplit(' ', 1)[1]) for line in page.splitlines() if not line.startswith('#')}
    assert values['suanlu_dns_queries_total{transport="udp"}'] > 0 and values['suanlu_dns_faults_total{fault="not_ours"}'] > 0, page
    assert values['suanlu_dns_tcp_connections_total{outcome="refused"}'] >= 1 and values['suanlu_dns_reloads_total{outcome="refused"}'] == 1, page


def differential(ports, queries):
    different, seen = compare(ports, queries, seed=6)
    for what in different[:10]:
        print(f'# {what}')
    assert not different, f'{len(different)} of {queries} answers differ'
    assert len(seen) >= 6, f'the queries were not mixed: {seen}'


LEADING = ['a.under', 'A.b.UNDER', 'none.under', 'q.inside', 'there.inside', 'a.chain', 'none.chain', 'deep.er2', 'a.deep.er2', 'lost', 'to-wild', 'to-under',
           'to-none', 'x.leads', 'alias2', 'dangling', 'x.gone']
NAMED_CONF = '''options {{ directory "{work}"; pid-file none; session-keyfile none; recursion no; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  minimal-responses yes; check-names master ignore; }};
controls {{ }};
zone "c.example" {{ type primary; file "{zone}"; check-integrity no; }};
'''
NSD_CONF = '''server:
  ip-address: 127.0.0.1@{port}
  server-count: 1
  pidfile: ""
  username: ""
  chroot: ""
  zonesdir: "{work}"
  database: ""
  zonelistfile: "{work}/nsd.zones"
  xfrdfile: "{work}/nsd.xfrd"
  xfrdir: "{work}"
  logfile: "{work}/nsd.log"
remote-control:
  control-enable: no
zone:
  name: c.example
  zonefile: "{zone}"
'''


def check_leading_names(ports):
    """Names that lead to other names of the zone: RCODE and the answer of all servers, in each one's order of the chain."""
    different = []
    for label in LEADING:
        for rdtype in ('A', 'TXT', 'MX', 'CNAME', 'DNAME'):
            query = dns.message.make_query(f'{label}.c.example.', rdtype)
            heard = {name: dns.query.tcp(query, '127.0.0.1', port=port, timeout=5) for name, port in ports.items()}
            said = {name: (dns.rcode.to_text(answer.rcode()), records(answer.answer)) for name, answer in heard.items()}
            if any(what != said['ours'] for what in said.values()):
                different.append((label, rdtype, said))
    for what in different[:10]:
        print(f'# {what}')
    assert not different, f'{len(different)} answers differ'


def leading_names_elsewhere(work, zone, ours, children):
    """The same with BIND and NSD, where they are installed."""
    ports = {'ours': ours}
    for name, words, text in (('named', ['-g', '-n', '1', '-c'], NAMED_CONF), ('nsd', ['-d', '-c'], NSD_CONF)):
        program = shutil.which(name, path='/usr/sbin:/usr/bin')
        if program is None:
            print(f'skip leading-names-as-{name} # not installed')
            continue
        ports[name] = free_port()
        (work / f'{name}.conf').write_text(text.format(work=work, zone=zone, port=ports[name]))
        copy = shutil.copy(program, work / f'{name}.copy') # AppArmor attaches profiles by path
        children.append(subprocess.Popen([copy, *words, work / f'{name}.conf'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        wait_for(name, lambda port=ports[name]: answers(port), children[-1])
    return run_case('leading-names-as-bind-and-nsd', lambda: check_leading_names(ports))


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    queries = int(sys.argv[3]) if len(sys.argv) > 3 else 4000
    knotd = shutil.which('knotd', path='/usr/sbin:/usr/bin')
    if knotd is None:
        print('skip dns-against-knot # knotd is not installed')
        return 77
    failed, children = 0, []
    with tempfile.TemporaryDirectory(prefix='suanlu-dns-') as name:
        work = pathlib.Path(name)
        zone = shutil.copy(folder / 'static.zone', work / 'c.example.zone')
        ours, knots, idle = free_port(), free_port(), free_port()
        metrics, idle_metrics = free_port(), free_port()
        # Connections that a check holds must outlast a busy machine; that silence ends one is seen at a server of its own.
        (work / 'dns.yaml').write_text(DNS_YAML.format(port=ours, zone=zone, metrics=metrics, idle='120s'))
        (work / 'idle.yaml').write_text(DNS_YAML.format(port=idle, zone=zone, metrics=idle_metrics, idle='500ms'))
        (work / 'knot.conf').write_text(KNOT_CONF.format(port=knots, zone=zone, work=work))
        try:
            with open(work / 'suanlu-dns.log', 'wb') as log:
                children.append(subprocess.Popen([program, '-c', work / 'dns.yaml'], stderr=log))
            children.append(subprocess.Popen([knotd, '-c', work / 'knot.conf'], stderr=subprocess.DEVNULL))
            children.append(subprocess.Popen([program, '-c', work / 'idle.yaml'], stderr=subprocess.DEVNULL))
            wait_for('suanlu-dns', lambda: answers(ours), children[0])
            wait_for('knotd', lambda: answers(knots), children[1])
            wait_for('suanlu-dns with a short idle time', lambda: answers(idle), children[2])
            failed += run_case('same-answers-as-knot', lambda: differential((ours, knots), queries))
            failed += leading_names_elsewhere(work, zone, ours, children)
            failed += run_case('tcp-pipelining', lambda: check_pipelining(ours))
            failed += run_case('tcp-limits', lambda: check_tcp_limits(ours))
            failed += run_case('tcp-idle', lambda: check_tcp_idle(idle))
            failed += run_case('reload', lambda: check_reload(ours, work, children[0]))
            failed += run_case('metrics', lambda: check_metrics(metrics))
            children[0].terminate()
            failed += run_case('clean-stop', lambda: children[0].wait(10) == 0 or (_ for _ in ()).throw(AssertionError('exit status')))
        finally:
            for child in children:
                if child.poll() is None:
                    child.kill()
                child.wait()
            if failed:
                print((work / 'suanlu-dns.log').read_text())
    return 1 if failed else 0


sys.exit(main())
