#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""DNS by TLS (RFC 7858) and transfers by it (RFC 9103), with clients that nobody here wrote: kdig, unbound, dnspython, and BIND and NSD
as secondaries. On loopback, with a certificate authority of the test's own.

Usage: tls_test.py SUANLU_DNS"""
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
try:
    import dns.edns
    import dns.message
    import dns.query
    import dns.rcode
except ImportError:
    print('skip dns-tls # python3-dnspython is not installed')
    sys.exit(77)

from free_port import free_port
from resolver_lab import unconfined
from server_lab import Server, answers, run_case, wait_for
from tls_authority import NAME, Authority

ZONE = ('@ SOA ns1 hostmaster 7 3600 600 86400 5\n@ NS ns1\nns1 A 127.0.0.1\nwww A 192.0.2.3\n' +
        ''.join(f'n{i} TXT "{"x" * 200}"\n' for i in range(300)))
PADDING = 12
WAIT_S = 20
# Plenty: what is tested is never whether the time was enough, but in one case that it was not.
MORE = '''tls: {{listen: ["127.0.0.1:{port}"], certificate: "{folder}/dns.pem", key: "{folder}/dns.key", handshakes: {handshakes},
  handshake: {handshake}, idle: 30s}}
'''


class TlsServer(Server):
    def __init__(self, program, authority, handshakes=32, handshake='20s', zone_more=''):
        self.authority, self.tls_port = authority, free_port()
        more = MORE.format(port=self.tls_port, folder=authority.folder, handshakes=handshakes, handshake=handshake)
        super().__init__(program, {'c.example': ZONE}, more, zone_more=zone_more)

    def connect(self, context=None):
        tcp = socket.create_connection(('127.0.0.1', self.tls_port), timeout=WAIT_S)
        return (context or self.authority.context()).wrap_socket(tcp, server_hostname=NAME)

    def failures(self, failure):
        return self.metric(f'suanlu_dns_tls_failures_total{{failure="{failure}"}}')

    def kdig(self, *words):
        done = subprocess.run([str(word) for word in (
            'kdig', '@127.0.0.1', '-p', self.tls_port, f'+tls-ca={self.authority.folder}/ca.pem', f'+tls-hostname={NAME}', '+time=10', '+retry=0', *words)],
            capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr


def asked_on(stream, query):
    dns.query.send_tcp(stream, query)
    return dns.query.receive_tcp(stream, time.time() + WAIT_S)[0]


def query(name='www.c.example.', rdtype='A', padding=None):
    made = dns.message.make_query(name, rdtype)
    if padding is not None:
        made.use_edns(0, options=[dns.edns.GenericOption(PADDING, bytes(padding))])
    return made


# Cases

def check_clients(program, authority):
    with TlsServer(program, authority) as server:
        said = server.kdig('www.c.example', 'A')
        assert '192.0.2.3' in said and 'TLS1.3' in said, said
        assert '192.0.2.3' not in server.kdig('www.c.example', 'A', '+tls-hostname=other.example'), 'kdig looks at the certificate'
        with server.connect() as stream:
            assert stream.version() == 'TLSv1.3' and stream.selected_alpn_protocol() == 'dot'
            queries = [query() for _ in range(20)]
            for one in queries:
                dns.query.send_tcp(stream, one)
            got = [dns.query.receive_tcp(stream, time.time() + WAIT_S)[0] for _ in queries]
            assert [answer.id for answer in got] == [one.id for one in queries] and all(answer.answer for answer in got)
        with server.connect(authority.context(())) as stream: # RFC 7858 asks for no ALPN
            assert stream.selected_alpn_protocol() is None and asked_on(stream, query()).answer
        with server.connect() as stream: # the server says that nothing follows
            asked_on(stream, query())
            assert stream.unwrap() is not None
        assert server.metric('suanlu_dns_queries_total{transport="tls"}') >= 23
        assert server.metric('suanlu_dns_tls_connections_total{outcome="accepted"}') == 5
        assert server.metric('suanlu_dns_certificate_expires_seconds') > time.time() + 86400


def length_of_answer(stream, asked):
    dns.query.send_tcp(stream, asked)
    head = stream.recv(2)
    wanted, got = int.from_bytes(head, 'big'), b''
    while len(got) < wanted:
        got += stream.recv(wanted - len(got))
    return wanted


def check_padding(program, authority):
    with TlsServer(program, authority) as server, server.connect() as stream:
        assert length_of_answer(stream, query()) < 468
        for name in ('www.c.example.', 'n1.c.example.', 'nowhere.c.example.'):
            assert length_of_answer(stream, query(name, 'ANY', 40)) == 468
        assert not server.ask('www.c.example.', 'A', options=[dns.edns.GenericOption(PADDING, bytes(40))]).options, 'plain UDP is not padded'


def check_unbound(program, authority):
    if shutil.which('unbound', path='/usr/sbin:/usr/bin') is None:
        print('skip dot-unbound # unbound is not installed')
        return
    with TlsServer(program, authority) as server, tempfile.TemporaryDirectory(prefix='suanlu-unbound-') as folder:
        port = free_port()
        for section, upstream in (('stub', 'addr'), ('forward', 'addr')):
            (pathlib.Path(folder) / 'conf').write_text(
                f'server:\n  interface: 127.0.0.1@{port}\n  do-daemonize: no\n  username: ""\n  chroot: ""\n  directory: "{folder}"\n  pidfile: ""\n'
                f'  use-syslog: no\n  do-not-query-localhost: no\n  tls-cert-bundle: "{authority.folder}/ca.pem"\n'
                f'  module-config: "iterator"\nremote-control:\n  control-enable: no\n'
                f'{section}-zone:\n  name: c.example\n  {section}-{upstream}: 127.0.0.1@{server.tls_port}#{NAME}\n  {section}-tls-upstream: yes\n')
            before = server.metric('suanlu_dns_queries_total{transport="tls"}')
            child = subprocess.Popen([unconfined('unbound', folder), '-d', '-c', f'{folder}/conf'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                wait_for(f'unbound ({section})', lambda: answers(port), child)
                answer = dns.query.udp(dns.message.make_query('www.c.example.', 'A'), '127.0.0.1', port=port, timeout=WAIT_S)
                assert answer.answer, answer
                assert server.metric('suanlu_dns_queries_total{transport="tls"}') > before
            finally:
                child.terminate()
                child.wait(WAIT_S)


def refused(connect):
    """Whether the connection came to nothing."""
    try:
        connect()
        return False
    except (OSError, EOFError): # of TLS too
        return True


def check_refusals(program, authority):
    with TlsServer(program, authority) as server:
        def reason(failure, connect):
            before = server.failures(failure)
            connect()
            wait_for(f'a failure for {failure}', lambda: server.failures(failure) > before, server.process)
        assert refused(lambda: server.connect(authority.context(('h2', 'http/1.1'))))
        wait_for('a failure for ALPN', lambda: server.failures('protocol') == 1, server.process)
        old = authority.context()
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        reason('version', lambda: refused(lambda: server.connect(old)))
        reason('alert', lambda: refused(lambda: server.connect(ssl.create_default_context()))) # trusts others
        plain = lambda: socket.create_connection(('127.0.0.1', server.tls_port), timeout=WAIT_S)
        def plain_dns():
            with plain() as tcp:
                dns.query.send_tcp(tcp, query())
                assert refused(lambda: dns.query.receive_tcp(tcp, time.time() + WAIT_S)), 'no answer without TLS'
        reason('malformed', plain_dns)
        reason('gone', lambda: plain().close())
        assert server.ask('www.c.example.', 'A').answer and server.failures('slow') == 0

    with TlsServer(program, authority, handshakes=1, handshake='100ms') as server:
        with socket.create_connection(('127.0.0.1', server.tls_port), timeout=WAIT_S) as silent:
            assert silent.recv(1) == b'', 'who says nothing is cut'
        assert server.failures('slow') == 1
    with TlsServer(program, authority, handshakes=1) as server:
        with socket.create_connection(('127.0.0.1', server.tls_port), timeout=WAIT_S):
            wait_for('that one is taken', lambda: server.metric('suanlu_dns_tls_connections_total{outcome="accepted"}') == 1, server.process)
            assert refused(server.connect)
            assert server.failures('busy') == 1
        wait_for('that it is gone', lambda: server.failures('gone') == 1, server.process)
        with server.connect() as stream:
            assert asked_on(stream, query()).answer


def check_reload(program, authority):
    with TlsServer(program, authority) as server:
        with server.connect() as before:
            first = before.getpeercert(True)
            authority.issue()
            server.reload()
            with server.connect() as after:
                assert after.getpeercert(True) != first and asked_on(after, query()).answer
                second = after.getpeercert(True)
            assert asked_on(before, query()).answer, 'old connections go on'
        (authority.folder / 'dns.key').write_text('no key\n')
        server.reload()
        assert server.metric('suanlu_dns_certificates_refused_total') == 1
        assert 'dns.key' in server.log.read_text()
        with server.connect() as stream:
            assert stream.getpeercert(True) == second and asked_on(stream, query()).answer
        checked = subprocess.run([program, '--check', '-c', server.work / 'dns.yaml'], capture_output=True, text=True)
        assert checked.returncode == 2 and 'dns.key' in checked.stderr, checked
        authority.issue()
        server.reload()
        with server.connect() as stream:
            assert stream.getpeercert(True) != second


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
  tls-cert-bundle: "{ca}"
remote-control:
  control-enable: no
tls-auth:
  name: primary
  auth-domain-name: dns.c.example
zone:
  name: c.example
  zonefile: z
  request-xfr: AXFR 127.0.0.1@{port} NOKEY primary
  provide-xfr: 127.0.0.0/8 NOKEY
'''
BIND = '''options {{ directory "{work}"; listen-on port {own} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion no; pid-file none;
  session-keyfile none; allow-transfer {{ any; }}; dnssec-validation no; notify no; }};
controls {{ }};
tls primary {{ ca-file "{ca}"; remote-hostname "dns.c.example"; protocols {{ TLSv1.3; }}; }};
zone "c.example" {{ type secondary; primaries {{ 127.0.0.1 port {port} tls primary; }}; file "z"; }};
'''


def check_secondary(server, name, conf, words):
    with tempfile.TemporaryDirectory(prefix=f'suanlu-{name}-') as folder:
        own = free_port()
        (pathlib.Path(folder) / 'conf').write_text(conf.format(work=folder, own=own, port=server.tls_port, ca=server.authority.folder / 'ca.pem'))
        with open(f'{folder}/log', 'w+b') as log:
            child = subprocess.Popen([word.format(work=folder) for word in words(folder)], stdout=log, stderr=log)
            try:
                def holds():
                    if not answers(own):
                        return False
                    return bool(dns.query.udp(query('n299.c.example.', 'TXT'), '127.0.0.1', port=own, timeout=WAIT_S).answer)
                wait_for(f'{name} has the zone', holds, child)
            except AssertionError:
                log.seek(0)
                print('#', log.read().decode(errors='replace')[-2000:].replace('\n', '\n# '), flush=True)
                raise
            finally:
                child.terminate()
                child.wait(WAIT_S)


def check_transfers(program, authority):
    with TlsServer(program, authority, zone_more=', transfer: {allow: [{from: 127.0.0.0/8, tls: true}]}') as server:
        axfr = query('c.example.', 'AXFR')
        plain = dns.query.tcp(axfr, '127.0.0.1', port=server.port, timeout=WAIT_S)
        assert plain.rcode() == dns.rcode.REFUSED, 'not without TLS'
        with server.connect(authority.context(())) as stream:
            assert asked_on(stream, axfr).rcode() == dns.rcode.REFUSED, 'not without ALPN'
        assert server.metric('suanlu_dns_faults_total{fault="transfer"}') == 2
        said = server.kdig('+nocrypto', 'c.example', 'AXFR')
        assert said.count('IN\tTXT') == 300, said[-500:]
        with server.connect() as stream: # 300 x 220 octets: several messages, each padded
            dns.query.send_tcp(stream, query('c.example.', 'AXFR', 40))
            soas, lengths = 0, []
            while soas < 2:
                head = stream.recv(2)
                wire = b''
                while len(wire) < int.from_bytes(head, 'big'):
                    wire += stream.recv(int.from_bytes(head, 'big') - len(wire))
                lengths.append(len(wire))
                soas += sum(len(rrset) for rrset in dns.message.from_wire(wire, one_rr_per_rrset=True).answer if rrset.rdtype == 6)
            assert len(lengths) > 2 and all(length % 468 == 0 for length in lengths), lengths
        for name, conf, words in (('nsd', NSD, lambda folder: ['nsd', '-d', '-c', f'{folder}/conf']),
                                  ('bind', BIND, lambda folder: [str(unconfined('named', folder)), '-g', '-c', f'{folder}/conf'])):
            if shutil.which('named' if name == 'bind' else name, path='/usr/sbin:/usr/bin') is None:
                print(f'skip xot-{name} # it is not installed')
                continue
            before = server.metric('suanlu_dns_transfers_total{kind="axfr"}')
            check_secondary(server, name, conf, words)
            assert server.metric('suanlu_dns_transfers_total{kind="axfr"}') > before


CASES = {'dot-clients': check_clients, 'dot-padding': check_padding, 'dot-unbound': check_unbound, 'dot-refusals': check_refusals,
         'dot-reload': check_reload, 'xot': check_transfers}


def main():
    failed = 0
    for name, check in CASES.items():
        with tempfile.TemporaryDirectory(prefix='suanlu-tls-') as folder:
            failed += run_case(name, lambda check=check, folder=folder: check(sys.argv[1], Authority(folder)))
    return 1 if failed else 0


sys.exit(main())
