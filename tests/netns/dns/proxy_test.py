#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""suanlu-dns behind a front: PROXY headers by UDP and TCP, made here and by dnsdist, on loopback.

Who asks is seen by the cookies, which are the carried address's. Usage: proxy_test.py SUANLU_DNS"""
import ipaddress
import shutil
import socket
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
    print('skip dns-proxy # python3-dnspython is not installed')
    sys.exit(77)

from free_port import free_port
from server_lab import Server, answers, run_case, wait_for

ZONE = '@ SOA ns1 hostmaster 1 3600 600 86400 5\n@ NS ns1\nns1 A 127.0.0.1\nwww A 192.0.2.3\n'
MORE = 'proxy_from: [127.0.0.1/32]\ncookies: {secrets: "{work}/cookies", require: true}\n'
SIGNATURE = bytes.fromhex('0d0a0d0a000d0a515549540a')
LOCAL = SIGNATURE + b'\x20\0\0\0'
WAIT_S = 20


def header(source, is_stream=False):
    client, server = ipaddress.ip_address(source), ipaddress.ip_address('127.0.0.1' if '.' in source else '::1')
    behind = client.packed + server.packed + (4711).to_bytes(2, 'big') + (53).to_bytes(2, 'big')
    family = (0x10 if client.version == 4 else 0x20) + (1 if is_stream else 2)
    return SIGNATURE + bytes([0x21, family]) + len(behind).to_bytes(2, 'big') + behind


def query(cookie=bytes(8)):
    asked = dns.message.make_query('www.c.example.', 'A')
    asked.use_edns(0, options=[dns.edns.GenericOption(10, cookie)])
    return asked


def by_udp(port, before, asked):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(WAIT_S)
        udp.sendto(before + asked.to_wire(), ('127.0.0.1', port))
        return dns.message.from_wire(udp.recv(65535))


def is_up(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(0.2)
        udp.sendto(LOCAL + dns.message.make_query('c.example.', 'SOA').to_wire(), ('127.0.0.1', port))
        try:
            return bool(udp.recv(65535))
        except OSError:
            return False


def cookie_of(answer):
    return next(bytes(option.data) for option in answer.options if option.otype == 10)


def check_udp(server):
    for source, other in (('192.0.2.7', '192.0.2.8'), ('2001:db8::1', '2001:db8::2')):
        first = by_udp(server.port, header(source), query())
        assert first.rcode() == dns.rcode.BADCOOKIE, first
        asked = query(cookie_of(first))
        assert by_udp(server.port, header(source), asked).rcode() == dns.rcode.NOERROR, 'the cookie is the carried address\'s'
        assert by_udp(server.port, header(other), asked).rcode() == dns.rcode.BADCOOKIE, 'and of no other'
    # Without a header there is silence: the answer that comes is that to the query behind.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(WAIT_S)
        bare, headed = query(), query()
        udp.sendto(bare.to_wire(), ('127.0.0.1', server.port))
        udp.sendto(header('192.0.2.7') + headed.to_wire(), ('127.0.0.1', server.port))
        assert dns.message.from_wire(udp.recv(65535)).id == headed.id
    assert server.metric('suanlu_dns_faults_total{fault="proxy_header"}') >= 1


def check_tcp(server):
    def framed(asked):
        wire = asked.to_wire()
        return len(wire).to_bytes(2, 'big') + wire
    with socket.create_connection(('127.0.0.1', server.port), timeout=WAIT_S) as tcp:
        tcp.sendall(header('192.0.2.7', True) + framed(query()) + framed(query()))
        first, second = (dns.query.receive_tcp(tcp, time.time() + WAIT_S)[0] for _ in range(2))
    assert first.answer and second.answer
    assert by_udp(server.port, header('192.0.2.7'), query(cookie_of(first))).rcode() == dns.rcode.NOERROR
    with socket.create_connection(('127.0.0.1', server.port), timeout=WAIT_S) as tcp:
        tcp.sendall(framed(query()))
        try:
            assert tcp.recv(1) == b'', 'a front without a header is closed'
        except ConnectionResetError:
            pass  # closed with octets unread


def check_dnsdist(server):
    dnsdist, port = shutil.which('dnsdist', path='/usr/bin:/usr/sbin'), free_port()
    if dnsdist is None:
        print('skip dnsdist # dnsdist is not installed')
        return
    with tempfile.TemporaryDirectory(prefix='suanlu-dnsdist-') as work:
        with open(f'{work}/dnsdist.conf', 'w', encoding='utf-8') as config:
            config.write(f'setLocal("127.0.0.1:{port}")\nnewServer({{address="127.0.0.1:{server.port}", useProxyProtocol=true, '
                         'checkName="c.example.", checkType="SOA"}})\n'.replace('}}', '}'))
        child = subprocess.Popen([dnsdist, '--supervised', '--disable-syslog', '-C', f'{work}/dnsdist.conf'], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        try:
            wait_for('dnsdist answers', lambda: answers(port), child)
            for how in (dns.query.udp, dns.query.tcp):
                answer = how(dns.message.make_query('www.c.example.', 'A'), '127.0.0.1', port=port, timeout=WAIT_S)
                assert answer.answer, answer
        finally:
            child.terminate()
            child.wait(WAIT_S)


def main():
    failed = 0
    with Server(sys.argv[1], {'c.example': ZONE}, MORE, {'cookies': 'e5e973e5a6b2a43f48e7dc849e37bfcf\n'}, is_up) as server:
        for name, check in {'proxy-udp': check_udp, 'proxy-tcp': check_tcp, 'proxy-dnsdist': check_dnsdist}.items():
            failed += run_case(name, lambda check=check: check(server))
    return 1 if failed else 0


sys.exit(main())
