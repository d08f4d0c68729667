#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What clients ask of suanlu-dns beside names, by clients that nobody here wrote: dig, kdig and dnspython on loopback.

Usage: query_side_test.py SUANLU_DNS"""
import shutil
import socket
import subprocess
import sys

sys.dont_write_bytecode = True
try:
    import dns.edns
    import dns.flags
    import dns.message
    import dns.query
    import dns.rcode
except ImportError:
    print('skip dns-query-side # python3-dnspython is not installed')
    sys.exit(77)

from server_lab import Server, run_case, wait_for

ZONE = '''$ORIGIN c.example.
$TTL 300
@    SOA ns1 hostmaster 1 3600 600 86400 5
@    NS  ns1
ns1  A   127.0.0.1
www  A   192.0.2.3
www  TXT "one" "two"
'''
FIRST_SECRET, SECOND_SECRET = 'e5e973e5a6b2a43f48e7dc849e37bfcf', '445536bcd2513298075a5d379663c962'
COOKIE = 10
ETH_P_IP, DONT_FRAGMENT = 0x0800, 0x4000


def output_of(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def dig(server, *words):
    return output_of('dig', '@127.0.0.1', '-p', server.port, '+tries=1', '+time=5', *words)


def cookie_of(answer):
    return next(bytes(option.data) for option in answer.options if option.otype == COOKIE)


def with_cookie(server, cookie):
    return server.ask('www.c.example.', 'A', options=[dns.edns.GenericOption(COOKIE, cookie)])


def check_cookies(program):
    more = 'cookies: {secrets: "{work}/cookies", require: true}\n'
    with Server(program, {'c.example': ZONE}, more, {'cookies': FIRST_SECRET + '\n'}) as server:
        if shutil.which('dig'):
            # dig asks again with the cookie that BADCOOKIE brought, and says whether its own came back.
            said = dig(server, '+cookie', '+badcookie', 'www.c.example', 'A')
            assert '(good)' in said and 'status: NOERROR' in said and '192.0.2.3' in said, said
            assert 'BADCOOKIE' in dig(server, '+cookie', '+nobadcookie', 'www.c.example', 'A')
        else:
            print('skip dig-cookies # bind9-dnsutils is not installed')
        said = output_of('kdig', '@127.0.0.1', '-p', server.port, '+cookie', '+badcookie', 'www.c.example', 'A')
        assert 'NOERROR' in said and '192.0.2.3' in said, said
        first = with_cookie(server, bytes(range(8)))
        assert first.rcode() == dns.rcode.BADCOOKIE and not first.answer, first
        cookie = cookie_of(first)
        assert cookie[:8] == bytes(range(8)) and len(cookie) == 24, cookie
        assert with_cookie(server, cookie).rcode() == dns.rcode.NOERROR

        # Rollover: the old secret is still accepted, the new one makes cookies; then it is gone.
        (server.work / 'cookies').write_text(f'{SECOND_SECRET}\n{FIRST_SECRET}\n')
        server.reload()
        rolled = with_cookie(server, cookie)
        assert rolled.rcode() == dns.rcode.NOERROR and cookie_of(rolled) != cookie, rolled
        (server.work / 'cookies').write_text(f'{SECOND_SECRET}\n')
        server.reload()
        assert with_cookie(server, cookie).rcode() == dns.rcode.BADCOOKIE
        assert with_cookie(server, cookie_of(rolled)).rcode() == dns.rcode.NOERROR
        (server.work / 'cookies').write_text('short\n')
        server.reload()
        assert 'cookies:1: ' in server.log.read_text(), server.log.read_text()
        assert with_cookie(server, cookie_of(rolled)).rcode() == dns.rcode.NOERROR, 'the old secrets stay in force'
        assert server.metric('suanlu_dns_cookies_total{outcome="valid"}') >= 3
        assert server.metric('suanlu_dns_faults_total{fault="no_valid_cookie"}') >= 2


def check_rate_limit(program):
    more = 'rate_limit: {per_second: 1, burst_seconds: 1, slip: 1}\ncookies: {secrets: "{work}/cookies"}\n'
    with Server(program, {'c.example': ZONE}, more, {'cookies': FIRST_SECRET + '\n'}) as server:
        # A client that is not let through asks by TCP, and gets its answer there.
        asked = lambda: server.ask('www.c.example.', 'A', how=dns.query.udp_with_fallback)
        wait_for('an answer by TCP', lambda: asked()[1], server.process)
        assert asked()[0].answer, 'by whichever transport'
        cookie = cookie_of(with_cookie(server, bytes(8)))
        for _ in range(20):
            assert with_cookie(server, cookie).answer, 'a valid cookie is no forged source'
        assert server.metric('suanlu_dns_rate_limited_total{action="slipped"}') >= 1
        assert server.metric('suanlu_dns_rate_limited_total{action="exempt"}') >= 20


def check_identity(program):
    with Server(program, {'c.example': ZONE}, 'nsid: here\nchaos: {id: ns1.lab, version: "1.2"}\n') as server:
        said = output_of('kdig', '@127.0.0.1', '-p', server.port, '+nsid', 'www.c.example', 'A')
        assert '"here"' in said, said
        for name, value in {'id.server': 'ns1.lab', 'hostname.bind': 'ns1.lab', 'version.bind': '1.2', 'version.server': '1.2'}.items():
            assert f'"{value}"' in output_of('kdig', '@127.0.0.1', '-p', server.port, '+short', 'CH', 'TXT', name), name
        said = output_of('kdig', '@127.0.0.1', '-p', server.port, '+edns', 'elsewhere.example', 'A')
        assert 'REFUSED' in said and 'Not Authoritative' in said, said
        any_set = server.ask('www.c.example.', 'ANY').answer
        assert len(any_set) == 1, any_set
        padded = server.ask('www.c.example.', 'A', options=[dns.edns.GenericOption(12, bytes(40))])
        assert not padded.options, 'no padding without TLS'
        assert server.ask('id.server.', 'TXT', rdclass='CH').rcode() == dns.rcode.NOERROR
        assert server.ask('authors.bind.', 'TXT', rdclass='CH').rcode() == dns.rcode.REFUSED


def check_order(program):
    """A large transfer and a query behind it: the query's answer does not wait for the transfer's end."""
    zone = ZONE + ''.join(f'n{number} TXT "{"x" * 200}"\n' for number in range(20_000))
    with Server(program, {'c.example': zone}, zone_more=', transfer: {allow: [{from: 127.0.0.0/8}]}') as server:
        asked = [dns.message.make_query('c.example.', 'AXFR'), dns.message.make_query('www.c.example.', 'A')]
        with socket.create_connection(('127.0.0.1', server.port), timeout=20) as stream, stream.makefile('rb') as file:
            stream.sendall(b''.join(len(wire).to_bytes(2, 'big') + wire for wire in (query.to_wire() for query in asked)))
            stream.shutdown(socket.SHUT_WR)
            order = []
            while length := file.read(2):
                order.append(int.from_bytes(file.read(int.from_bytes(length, 'big'))[:2], 'big'))
    at = order.index(asked[1].id)
    assert len(order) > 50 and at < 5, f'the answer is message {at + 1} of {len(order)}'
    assert set(order) == {query.id for query in asked}


def check_parent_and_child(program):
    parent = '@ SOA ns1 hostmaster 1 3600 600 86400 5\n@ NS ns1\nns1 A 127.0.0.1\nc NS ns1.c\nns1.c A 127.0.0.1\n' \
             f'c DS 1 13 2 {"ab" * 32}\n'
    with Server(program, {'example': parent, 'c.example': ZONE}) as server:
        ds = server.ask('c.example.', 'DS')
        assert ds.answer and ds.flags & dns.flags.AA, ds
        assert server.ask('c.example.', 'MX').authority[0].name.to_text() == 'c.example.'
        assert server.ask('www.c.example.', 'A').answer
        assert server.ask('www.example.', 'A').rcode() == dns.rcode.NXDOMAIN
        assert server.ask('www.c.example.', 'DS').authority[0].name.to_text() == 'c.example.'


def check_no_fragments(program):
    """What leaves says that no router may cut it into fragments (RFC 9715 section 3.1). Loopback shows each packet as it leaves."""
    with Server(program, {'c.example': ZONE}) as server, socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP)) as wire:
        wire.settimeout(20)
        wire.bind(('lo', ETH_P_IP))
        assert server.ask('www.c.example.', 'A').answer
        while True:
            packet = wire.recv(2048)
            ports = packet[4 * (packet[0] & 15):]
            if packet[9] == socket.IPPROTO_UDP and int.from_bytes(ports[:2], 'big') == server.port:
                break
        assert int.from_bytes(packet[6:8], 'big') == DONT_FRAGMENT, packet.hex()


CASES = {'no-fragments': check_no_fragments, 'out-of-order': check_order, 'cookies': check_cookies, 'rate-limit': check_rate_limit, 'identity': check_identity,
         'parent-and-child': check_parent_and_child}


def main():
    return 1 if sum(run_case(name, lambda check=check: check(sys.argv[1])) for name, check in CASES.items()) else 0


sys.exit(main())
