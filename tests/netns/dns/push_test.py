#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""DNS Push (RFC 8765) over DSO (RFC 8490) by TLS against the real program; the client's frames are dso_client.py's. On loopback.
The last cases are those of suanluctl dns subscribe.

Usage: push_test.py SUANLU_DNS SUANLUCTL ROOT"""
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
try:
    import dns.edns
    import dns.flags
    import dns.message
    import dns.query
    import dns.rcode
    import jsonschema
except ImportError as missing:
    print(f'skip dns-push # not installed: python3 {missing.name}')
    sys.exit(77)

from dso_client import (ANY, DSOTYPENI, FORMERR, KEEPALIVE, NOERROR, NOTAUTH, PADDING, PUSH, RECONFIRM, REFUSED, RETRY_DELAY, SERVFAIL, SUBSCRIBE,
                        UNSUBSCRIBE, DsoClient, question, tlv)
from free_port import free_port
from server_lab import Server, run_case, wait_for
from tls_authority import NAME, Authority

WAIT_S = 20
HEAD = '@ SOA ns1 hostmaster 7 3600 600 86400 5\n@ NS ns1\nns1 A 127.0.0.1\nsub NS ns.sub\nns.sub A 192.0.2.9\n'
MORE = 'tls: {{listen: ["127.0.0.1:{port}"], certificate: "{folder}/dns.pem", key: "{folder}/dns.key", idle: {idle}, handshake: 20s, push: {{{push}}}}}\n'
VIEW = '''zone: c.example.
generation: {generation}
made_unix_s: {made}
classes: [{{name: elsewhere}}, {{name: local, prefixes: ["127.0.1.0/24"]}}]
sites:
  - {{name: sz, id: 17, region: gba, addresses: ["198.51.100.17"], up: true, compute: {{score: {score}}}}}
  - {{name: hk, id: 18, region: gba, addresses: ["198.51.100.18"], up: true}}
services:
  - name: chat
    id: 1
    port: 8080
    instances: [{{site: sz}}, {{site: hk}}]
    answers:
      - {{class: elsewhere, mode: dns, basis: applied, ranks: [{{site: {elsewhere}, ppm: 1000000}}]}}
      - {{class: local, mode: dns, basis: applied, ranks: [{{site: {local}, ppm: 1000000}}]}}
'''


class PushServer(Server):
    def __init__(self, program, authority, zone='', push='', idle='20s', zone_more=''):
        self.authority, self.tls_port = authority, free_port()
        more = MORE.format(port=self.tls_port, folder=authority.folder, push=push, idle=idle)
        super().__init__(program, {'c.example': HEAD + zone}, more, zone_more=zone_more)

    def connect(self, source='127.0.0.1', protocols=('dot',), buffer=None):
        tcp = socket.socket()
        tcp.settimeout(WAIT_S)
        if buffer:
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        tcp.bind((source, 0))
        tcp.connect(('127.0.0.1', self.tls_port))
        return DsoClient(self.authority.context(protocols).wrap_socket(tcp, server_hostname=NAME))

    def write(self, lines):
        (self.work / 'c.example.zone').write_text(HEAD + lines)

    def change(self, lines):
        self.write(lines)
        self.reload()

    def outcome(self, name):
        return self.metric(f'suanlu_dns_dso_total{{outcome="{name}"}}')

    def wait_for_outcome(self, name, count=1):
        wait_for(f'{count} of {name}', lambda: self.outcome(name) >= count, self.process)


# Cases

def check_changes(program, authority):
    with PushServer(program, authority, 'www A 192.0.2.3\nwww A 192.0.2.4\n') as server, server.connect() as client:
        assert client.subscribe('WWW.c.example.', 'A') == NOERROR
        assert client.pushed() == [('+', 'WWW.c.example.', 'A', 3600, '192.0.2.3'), ('+', 'WWW.c.example.', 'A', 3600, '192.0.2.4')]
        assert client.subscribe('new.c.example.', 'ANY', ANY) == NOERROR, 'a name that is to come'
        server.change('www A 192.0.2.4\nwww A 192.0.2.5\nnew TXT "x"\nnew MX 10 www\nother A 192.0.2.7\n')
        assert client.pushed() == [('-', 'WWW.c.example.', 'A', None, '192.0.2.3'), ('+', 'WWW.c.example.', 'A', 3600, '192.0.2.5'),
                                   ('+', 'new.c.example.', 'MX', 3600, '10 www.c.example.'), ('+', 'new.c.example.', 'TXT', 3600, '"x"')]
        # Nothing of a reload without a change: the next PUSH is of the change after it.
        server.change('www A 192.0.2.4\nwww A 192.0.2.5\nnew TXT "x"\nnew MX 10 www\nother A 192.0.2.8\n')
        server.change('www 60 A 192.0.2.4\nwww 60 A 192.0.2.5\nnew TXT "x"\n')
        assert client.pushed() == [('--', 'new.c.example.', 'MX', None, ''), ('+', 'WWW.c.example.', 'A', 60, '192.0.2.4'),
                                   ('+', 'WWW.c.example.', 'A', 60, '192.0.2.5')]
        client.send(0, tlv(UNSUBSCRIBE, (1).to_bytes(2, 'big')))
        server.wait_for_outcome('unsubscribe')
        server.change('new TXT "y"\n')
        assert client.pushed() == [('-', 'new.c.example.', 'TXT', None, '"x"'), ('+', 'new.c.example.', 'TXT', 3600, '"y"')]
        assert server.metric('suanlu_dns_push_subscriptions') == 1 and server.metric('suanlu_dns_dso_sessions') == 1
        assert server.metric('suanlu_dns_push_messages_total') == 4
        client.stream.close()
        wait_for('the session has ended', lambda: server.metric('suanlu_dns_dso_sessions') == 0, server.process)
        assert server.metric('suanlu_dns_push_subscriptions') == 0


def check_session(program, authority):
    with PushServer(program, authority, 'www A 192.0.2.3\n', push='inactivity: 7s, keepalive: 20s') as server, server.connect(protocols=()) as client:
        client.send(5, tlv(SUBSCRIBE, question('www.c.example.', 'A')))
        answer = client.receive()
        assert (answer.id, answer.is_response, answer.rcode, answer.tlvs) == (5, True, NOERROR, []), 'RFC 8765 section 6.2.2'
        times = client.receive()
        assert times.id == 0 and times.value(KEEPALIVE) == (7000).to_bytes(4, 'big') + (20000).to_bytes(4, 'big')
        assert len(client.pushed()) == 1
        client.last_id = 5
        assert client.ask(tlv(KEEPALIVE, bytes(8))).value(KEEPALIVE) == times.value(KEEPALIVE)
        query = dns.message.make_query('www.c.example.', 'A')
        dns.query.send_tcp(client.stream, query)
        assert dns.message.from_wire(client.receive_octets()).answer, 'queries go on in a session'
        padded = client.ask(tlv(SUBSCRIBE, question('ns1.c.example.', 'A')) + tlv(0xF123, b'x') + tlv(PADDING, bytes(30)))
        assert padded.rcode == NOERROR and len(padded.octets) == 468 and padded.kinds() == [PADDING]
        assert len(client.receive_octets()) == 468, 'who pads is pushed to with padding'
        client.send(0, tlv(RECONFIRM, question('www.c.example.', 'A') + bytes([192, 0, 2, 3])))
        server.wait_for_outcome('reconfirm')
        assert client.ask(tlv(KEEPALIVE, bytes(8))).rcode == NOERROR


def check_classes(program, authority):
    def write(**what):
        view.write_text(VIEW.format(**what))
    view = authority.folder / 'view.yaml'
    write(generation=1, made=1795000000, score=8, elsewhere='sz', local='hk')
    name = '_compute.chat.svc.c.example.'
    with PushServer(program, authority, push='name: dns.c.example, port: 8853', zone_more=f', view: "{view}"') as server:
        srv = server.ask('_dns-push-tls._tcp.c.example.', 'SRV').answer[0].to_text()
        assert srv == '_dns-push-tls._tcp.c.example. 300 IN SRV 0 0 8853 dns.c.example.', srv
        with server.connect() as elsewhere, server.connect('127.0.1.7') as local:
            for client, site in ((elsewhere, 'sz'), (local, 'hk')):
                assert client.subscribe(name, 'SVCB') == NOERROR
                lines = client.pushed()
                assert len(lines) == 1 and f' {site}.gba.site.c.example. ' in lines[0][4], lines
                assert client.subscribe('_index.gba.site.c.example.', 'TYPE65280') == NOERROR and len(client.pushed()) == 2
            write(generation=2, made=1795000001, score=8, elsewhere='hk', local='hk')
            server.reload()
            lines = elsewhere.pushed()
            assert [line[0] for line in lines] == ['-', '+'] and ' hk.' in lines[1][4], lines
            write(generation=3, made=1795000002, score=3, elsewhere='hk', local='hk')
            server.reload()
            for client in (elsewhere, local): # and the class that was not touched has heard nothing before this
                lines = client.pushed()
                assert [line[:3:2] for line in lines] == [('-', 'TYPE65280'), ('+', 'TYPE65280')], lines


def check_refusals(program, authority):
    with PushServer(program, authority, 'www A 192.0.2.3\n', push='per_connection: 2, subscriptions: 3') as server:
        with server.connect() as client:
            assert client.subscribe('www.elsewhere.example.', 'A') == NOTAUTH
            assert client.subscribe('x.sub.c.example.', 'A') == NOTAUTH, 'delegated'
            assert client.subscribe('www.c.example.', 'A', 3) == NOTAUTH, 'CHAOS'
            assert client.subscribe('www.c.example.', 'AXFR') == FORMERR
            assert client.ask(tlv(0xF123)).rcode == DSOTYPENI
            assert client.ask(b'').rcode == FORMERR and client.ask(tlv(SUBSCRIBE, b'\3ww')).rcode == FORMERR
            client.send(77, tlv(KEEPALIVE, bytes(8)), counts=(1, 0, 0, 0))
            assert client.receive().rcode == FORMERR
            assert client.subscribe('a.c.example.', 'A') == NOERROR and client.subscribe('b.c.example.', 'A') == NOERROR
            answer = client.ask(tlv(SUBSCRIBE, question('d.c.example.', 'A')))
            assert answer.rcode == SERVFAIL and answer.value(RETRY_DELAY) == (5000).to_bytes(4, 'big')
            with server.connect() as other:
                assert other.subscribe('a.c.example.', 'A') == NOERROR and other.subscribe('b.c.example.', 'A') == SERVFAIL, 'three in all'
        assert server.outcome('full') == 2 and server.outcome('not_ours') == 3 and server.outcome('unknown_type') == 1
        with DsoClient(socket.create_connection(('127.0.0.1', server.port), timeout=WAIT_S)) as plain:
            assert plain.subscribe('www.c.example.', 'A') == REFUSED, 'TLS it takes (RFC 8765 section 5)'
            assert plain.ask(tlv(KEEPALIVE, bytes(8))).rcode == NOERROR
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.settimeout(WAIT_S)
            udp.sendto(b'\0\1\x30\0' + bytes(8) + tlv(KEEPALIVE, bytes(8)), ('127.0.0.1', server.port))
            assert udp.recv(512)[3] & 15 == dns.rcode.NOTIMP


def check_fatal(program, authority):
    with PushServer(program, authority, 'www A 192.0.2.3\n') as server:
        www = tlv(SUBSCRIBE, question('www.c.example.', 'A'))
        for outcome, message_id, tlvs, flags in (
                ('id_in_use', 1, tlv(KEEPALIVE, bytes(8)), 0x3000), ('duplicate', 2, www, 0x3000), ('misplaced', 9, b'', 0xB000),
                ('misplaced', 0, tlv(PUSH), 0x3000), ('misplaced', 2, tlv(RETRY_DELAY, bytes(4)), 0x3000), ('misplaced', 2, tlv(UNSUBSCRIBE, b'\0\1'), 0x3000),
                ('one_way_fault', 0, tlv(0xF123), 0x3000), ('one_way_fault', 0, b'\0', 0x3000)):
            with server.connect() as client:
                assert client.subscribe('www.c.example.', 'A') == NOERROR
                before = server.outcome(outcome)
                client.send(message_id, tlvs, flags)
                assert client.is_closed()
                assert server.outcome(outcome) == before + 1, outcome
        with server.connect() as client:
            client.send(0, tlv(UNSUBSCRIBE, b'\0\1'))
            assert client.is_closed() and server.outcome('early') == 1
        with server.connect() as client:
            assert client.subscribe('www.c.example.', 'A') == NOERROR
            query = dns.message.make_query('www.c.example.', 'A')
            query.use_edns(0, options=[dns.edns.GenericOption(11, b'')])
            dns.query.send_tcp(client.stream, query)
            assert client.is_closed() and server.outcome('edns_keepalive') == 1
        wait_for('no session is left', lambda: server.metric('suanlu_dns_dso_sessions') == 0, server.process)
        assert server.metric('suanlu_dns_push_subscriptions') == 0


def check_times(program, authority):
    """Five seconds are the least that RFC 8490 section 6.4.1 gives a client."""
    with PushServer(program, authority, 'www A 192.0.2.3\n', push='inactivity: 100ms', idle='1s') as server:
        with server.connect() as idle, server.connect() as subscriber:
            assert idle.ask(tlv(KEEPALIVE, bytes(8))).rcode == NOERROR
            assert subscriber.subscribe('www.c.example.', 'A') == NOERROR
            assert idle.is_closed() and server.outcome('inactive') == 1
            assert len(subscriber.pushed()) == 1
            server.change('www A 192.0.2.4\n')
            assert len(subscriber.pushed()) == 2, 'a subscription is activity, whatever idle says of queries'


def check_slow_reader(program, authority):
    """Replies and pushes for a client that reads nothing: more than all buffers hold."""
    sets = 48
    zone = ''.join(f'n{i} TXT "{k}{"x" * 240}"\n' for i in range(sets) for k in range(200))
    with PushServer(program, authority, zone, idle='1s') as server:
        with server.connect(buffer=4096) as slow, server.connect() as quick:
            for i in range(sets):
                slow.send(i + 1, tlv(SUBSCRIBE, question(f'n{i}.c.example.', 'TXT')))
            assert quick.subscribe('n0.c.example.', 'TXT') == NOERROR
            lines = []
            while len(lines) < 200:
                lines += quick.pushed()
            server.wait_for_outcome('slow_reader')
            assert slow.is_closed()
            assert quick.ask(tlv(KEEPALIVE, bytes(8))).rcode == NOERROR


def check_shutdown(program, authority):
    with PushServer(program, authority, 'www A 192.0.2.3\n') as server, server.connect() as client:
        assert client.subscribe('www.c.example.', 'A') == NOERROR and client.pushed()
        server.process.terminate()
        message = client.receive()
        assert message.id == 0 and not message.is_response and message.rcode == NOERROR and message.kinds() == [RETRY_DELAY]
        assert 1000 <= int.from_bytes(message.value(RETRY_DELAY), 'big') <= 3000
        assert server.process.poll() is None, 'it waits for the client'
        client.stream.close()
        assert server.process.wait(WAIT_S) == 0


class Subscriber:
    """suanluctl dns subscribe; ends by itself when a test waits for too long."""

    def __init__(self, server, *words, ca='ca.pem', name=NAME, where=None):
        where = where or ['--server', f'127.0.0.1:{server.tls_port}', '--tls-name', name]
        self.command = ['timeout', '-k', '1', str(2 * WAIT_S), sys.argv[2], 'dns', 'subscribe', *words, *where,
                        '--ca', str(server.authority.folder / ca)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=WAIT_S)

    def lines(self, count):
        return [self.process.stdout.readline().rstrip('\n') for _ in range(count)]

    def end(self):
        """(exit code, what else was printed, complaints)"""
        out, complaints = self.process.communicate(timeout=2 * WAIT_S)
        return self.process.returncode, out, complaints

    def run(self):
        with self:
            return self.end()


def check_subscribe(program, authority):
    with PushServer(program, authority, 'www A 192.0.2.3\n') as server:
        with Subscriber(server, 'www.c.example/A', '--count', '3') as ctl:
            assert ctl.lines(1) == ['+ www.c.example. 3600 IN A 192.0.2.3']
            server.change('www A 192.0.2.4\n')
            assert ctl.lines(2) == ['- www.c.example. IN A 192.0.2.3', '+ www.c.example. 3600 IN A 192.0.2.4']
            server.change('')
            assert ctl.lines(1) == ['- www.c.example. IN A']
            assert ctl.end() == (0, '', ''), 'three messages'
        wait_for('the session has ended', lambda: server.metric('suanlu_dns_dso_sessions') == 0, server.process)
        Authority(server.work)
        for words, code, why in ((('www.elsewhere.example',), 1, 'NOTAUTH'), (('www.c.example/TYPE252',), 1, 'FORMERR'), (('www.c.example/NONSENSE',), 2, 'no type')):
            ended = Subscriber(server, *words).run()
            assert ended[0] == code and why in ended[2], ended
        for how in ({'name': 'other.c.example'}, {'ca': server.work / 'ca.pem'}):
            ended = Subscriber(server, 'www.c.example', **how).run()
            assert ended[0] == 1 and 'certificate verify failed' in ended[2], ended
        server.tls_port = free_port()
        ended = Subscriber(server, 'www.c.example').run()
        assert ended[0] == 3 and 'cannot reach' in ended[2], ended


def check_subscribe_discovery(program, authority):
    """Without --server: the zone says who tells its changes; this server is also the resolver."""
    with PushServer(program, authority, 'www A 192.0.2.3\n') as server:
        place = f'_dns-push-tls._tcp SRV 0 0 {server.tls_port} dns\n'
        resolver = ['--resolver', f'127.0.0.1:{server.port}']
        subscribe = lambda *words, where=resolver: Subscriber(server, *words, '--count', '1', where=where).run()
        rest = 'www A 192.0.2.3\ndns A 127.0.0.1\n'
        server.change(rest + place)
        assert subscribe('www.c.example/A') == (0, '+ www.c.example. 3600 IN A 192.0.2.3\n', '')
        ended = Subscriber(server, 'www.c.example/A', where=[*resolver, '--tls-name', 'other.c.example']).run()
        assert ended[0] == 1 and 'certificate verify failed' in ended[2], ended
        closed = ''.join(f'_dns-push-tls._tcp SRV 9 0 {9000 + i} nobody\n' for i in range(45)) # by TCP, and one after the other
        server.change(rest + place.replace(' 0 0 ', ' 8 0 ') + f'_dns-push-tls._tcp SRV 7 0 {free_port()} dns\n' + closed)
        assert server.ask('_dns-push-tls._tcp.c.example.', 'SRV', use_edns=0, payload=1232).flags & dns.flags.TC
        assert subscribe('www.c.example/A')[:2] == (0, '+ www.c.example. 3600 IN A 192.0.2.3\n')
        server.change('www A 192.0.2.3\n' + place)
        for name, where, code, why in (('www.c.example', resolver, 1, 'dns.c.example., the server of DNS Push for c.example., has no address'),
                                       ('www.elsewhere.example', resolver, 3, 'no answer for www.elsewhere.example. SOA from the resolver 127.0.0.1:'),
                                       ('www.c.example', ['--resolver', f'127.0.0.1:{free_port()}'], 3, 'Connection refused'),
                                       ('www.c.example', ['--resolver', 'localhost'], 2, 'ADDRESS or ADDRESS:PORT is wanted'),
                                       ('www.c.example', [*resolver, '--server', '127.0.0.1'], 2, '--server')):
            ended = subscribe(name, where=where)
            assert ended[0] == code and why in ended[2], ended
        server.change('www A 192.0.2.3\n')
        ended = subscribe('www.c.example')
        assert ended[0] == 1 and 'the zone c.example. names no server of DNS Push: _dns-push-tls._tcp.c.example. has no SRV' in ended[2], ended


def check_subscribe_view(program, authority):
    def serve(**what):
        view.write_text(VIEW.format(made=1795000000 + what['generation'], score=8, local='hk', **what))
    schemas = pathlib.Path(sys.argv[3], 'docs/reference')
    of_line = json.loads((schemas / 'dns-subscribe.schema.json').read_text())
    of_record = json.loads((schemas / 'dns-decode.schema.json').read_text())
    view = authority.folder / 'view.yaml'
    serve(generation=1, elsewhere='sz')
    with PushServer(program, authority, zone_more=f', view: "{view}"') as server:
        name = '_compute.chat.svc.c.example'
        with Subscriber(server, name, '-o', 'json', '--count', '2') as ctl, Subscriber(server, name) as table:
            seen = [json.loads(line) for line in ctl.lines(1)]
            assert table.lines(1)[0].startswith(f'+ {name}. 5 IN SVCB 1 sz.gba.site.c.example. ')
            assert table.lines(1)[0].split() == ['KEY', 'FIELD', 'VALUE']
            serve(generation=2, elsewhere='hk')
            server.reload()
            code, out, complaints = ctl.end()
            assert (code, complaints) == (0, '')
            seen += [json.loads(line) for line in out.splitlines()]
            assert [(line['change'], line['record']['target']) for line in seen] == [
                ('add', 'sz.gba.site.c.example.'), ('remove', 'sz.gba.site.c.example.'), ('add', 'hk.gba.site.c.example.')], seen
            for line in seen:
                jsonschema.validate(line, of_line)
                jsonschema.validate({'records': [line['record']]}, of_record)


def check_subscribe_again(program, authority):
    """The server goes, and another one comes: of two names, what has changed meanwhile."""
    zone = 'www A 192.0.2.3\nother A 192.0.2.8\n'
    with PushServer(program, authority, zone) as server, Subscriber(server, 'www.c.example/A', 'other.c.example/ANY') as ctl:
        assert sorted(ctl.lines(2)) == ['+ other.c.example. 3600 IN A 192.0.2.8', '+ www.c.example. 3600 IN A 192.0.2.3']
        server.process.terminate()
        assert server.process.wait(WAIT_S) == 0
        server.write('www A 192.0.2.4\nother A 192.0.2.8\n')
        with open(server.log, 'ab') as log:
            server.process = subprocess.Popen([program, '-c', server.work / 'dns.yaml'], stderr=log)
        assert ctl.lines(2) == ['+ www.c.example. 3600 IN A 192.0.2.4', '- www.c.example. IN A 192.0.2.3']
        ctl.process.send_signal(signal.SIGINT)
        code, out, complaints = ctl.end()
        assert (code, out) == (0, '') and 'RETRY DELAY; trying again in ' in complaints and 'subscribed again' in complaints, complaints


CASES = {'push-changes': check_changes, 'push-session': check_session, 'push-classes': check_classes, 'push-refusals': check_refusals,
         'push-fatal': check_fatal, 'push-times': check_times, 'push-slow-reader': check_slow_reader, 'push-shutdown': check_shutdown,
         'push-subscribe': check_subscribe, 'push-subscribe-discovery': check_subscribe_discovery,
         'push-subscribe-view': check_subscribe_view, 'push-subscribe-again': check_subscribe_again}


def main():
    failed = 0
    for name, check in CASES.items():
        with tempfile.TemporaryDirectory(prefix='suanlu-push-') as folder:
            failed += run_case(name, lambda check=check, folder=folder: check(sys.argv[1], Authority(folder)))
    return 1 if failed else 0


sys.exit(main())
