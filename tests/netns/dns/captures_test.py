#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Captured DNS messages, well-formed and not, sent to suanlu-dns on loopback: each gets the RCODE that its class has, or silence.

The captures are outside of the repository: $SUANLU_DATA/captures/dns, or ../shared/data beside it. Usage: captures_test.py SUANLU_DNS ROOT"""
import os
import pathlib
import socket
import sys

sys.dont_write_bytecode = True


def skip(why):
    print(f'skip dns-captures # {why}')
    sys.exit(77)


try:
    import dns.exception
    import dns.message
    import dns.opcode
    import dns.rcode
    from scapy.layers.inet import TCP, UDP
    from scapy.utils import rdpcap
except ImportError as missing:
    skip(f'{missing.name} is not installed')

from server_lab import Server, run_case

ZONE = '@ SOA ns1 hostmaster 1 3600 600 86400 5\n@ NS ns1\nns1 A 127.0.0.1\n'
SILENCE = 'silence'
WAIT_S = 20


def folder_of(root):
    configured = os.environ.get('SUANLU_DATA')
    data = pathlib.Path(configured) if configured else pathlib.Path(root).parent / 'shared' / 'data'
    return data / 'captures' / 'dns'


def messages_of(path):
    """DNS messages of UDP datagrams, and of TCP segments that hold a whole one."""
    for packet in rdpcap(str(path)):
        if UDP in packet:
            yield bytes(packet[UDP].payload)
        elif TCP in packet:
            payload = bytes(packet[TCP].payload)
            if len(payload) > 2 and int.from_bytes(payload[:2], 'big') == len(payload) - 2:
                yield payload[2:]


def expected(message):
    """What may be said to it, from the octets that the RFCs name and dnspython's reading of the rest."""
    if len(message) < 12 or message[2] & 0x80:
        return {SILENCE}
    if message[2] & 0x78:
        return {'NOTIMP'}
    if [int.from_bytes(message[at:at + 2], 'big') for at in (4, 6, 8)] != [1, 0, 0]:
        return {'FORMERR'}  # RFC 9619: one question; and nothing answered or authoritative in it
    try:
        return {'BADVERS' if dns.message.from_wire(message).edns > 0 else 'REFUSED'}
    except dns.message.UnknownTSIGKey:
        return {'REFUSED', 'NOTAUTH'}  # signed by a key that nobody has here: NOTAUTH (RFC 8945 section 5.2.1) where TSIG is read
    except dns.exception.DNSException:
        return {'FORMERR'}


def heard(udp, message, port):
    """RCODE of the answer. A probe behind the message is answered behind it, so that silence needs no waiting."""
    probe_id = int.from_bytes(message[:2], 'big') ^ 0x5555
    probe = dns.message.make_query('c.example.', 'SOA', id=probe_id).to_wire()
    for wire in (message, probe):
        udp.sendto(wire, ('127.0.0.1', port))
    first = udp.recv(65535)
    if int.from_bytes(first[:2], 'big') == probe_id:
        return SILENCE
    assert int.from_bytes(udp.recv(65535)[:2], 'big') == probe_id
    if first[2] & 0x78:
        return dns.rcode.to_text(first[3] & 0xf)  # dnspython reads no opcode that it does not know
    try:
        return dns.rcode.to_text(dns.message.from_wire(first).rcode())
    except dns.message.UnknownTSIGKey:
        return dns.rcode.to_text(first[3] & 0xf)  # BADKEY is told under the key's name


def replay(server, path):
    seen = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(WAIT_S)
        for message in messages_of(path):
            # As it came; and a response with its QR bit cleared, which brings compression and records where none belong.
            for sent in [message] + ([message[:2] + bytes([message[2] & 0x7f]) + message[3:]] if len(message) > 2 and message[2] & 0x80 else []):
                got = heard(udp, sent, server.port)
                assert got in expected(sent), f'{path.name} id {sent[:2].hex()}: {got}, not {expected(sent)}'
                seen[got] = seen.get(got, 0) + 1
    print(f'# {path.name}: {seen}')


def main():
    folder = folder_of(sys.argv[2])
    captures = sorted(folder.glob('*.pcap'))
    if not captures:
        skip(f'no captures at {folder} (set SUANLU_DATA)')
    with Server(sys.argv[1], {'c.example': ZONE}) as server:
        return 1 if sum(run_case(f'capture-{path.stem}', lambda path=path: replay(server, path)) for path in captures) else 0


sys.exit(main())
