# SPDX-License-Identifier: Apache-2.0
"""The client's side of DNS Stateful Operations (RFC 8490) and DNS Push (RFC 8765) for tests, from the RFCs by octets: dnspython knows
neither. One stream, TLS or not."""
import struct

import dns.name
import dns.rdata
import dns.rdatatype

OPCODE = 6
KEEPALIVE, RETRY_DELAY, PADDING, SUBSCRIBE, PUSH, UNSUBSCRIBE, RECONFIRM = 1, 2, 3, 0x40, 0x41, 0x42, 0x43
NOERROR, FORMERR, SERVFAIL, REFUSED, NOTAUTH, DSOTYPENI = 0, 1, 2, 5, 9, 11
REMOVED, ALL_REMOVED = 0xFFFFFFFF, 0xFFFFFFFE
IN, ANY = 1, 255


def tlv(kind, value=b''):
    return struct.pack('!HH', kind, len(value)) + value


def question(name, rdtype, rdclass=IN):
    return dns.name.from_text(name).to_wire() + struct.pack('!HH', dns.rdatatype.from_text(rdtype), rdclass)


class Message:
    def __init__(self, octets):
        self.octets = octets
        self.id, flags, *counts = struct.unpack('!6H', octets[:12])
        self.is_response, self.opcode, self.rcode = bool(flags & 0x8000), flags >> 11 & 15, flags & 15
        assert self.opcode == OPCODE and counts == [0, 0, 0, 0] and flags & 0x07F0 == 0, octets[:12].hex()
        self.tlvs, at = [], 12
        while at < len(octets):
            kind, length = struct.unpack('!HH', octets[at:at + 4])
            assert at + 4 + length <= len(octets), octets.hex()
            self.tlvs.append((kind, at + 4, at + 4 + length))
            at += 4 + length

    def kinds(self):
        return [kind for kind, _, _ in self.tlvs]

    def value(self, kind):
        return next(self.octets[begin:end] for found, begin, end in self.tlvs if found == kind)

    def changes(self):
        """Lines of a PUSH: (sign, name, type, ttl, rdata as text)."""
        kind, at, end = self.tlvs[0]
        assert kind == PUSH and self.id == 0 and not self.is_response and len(self.octets) <= 16382
        out = []
        while at < end:
            name, used = dns.name.from_wire(self.octets, at)
            at += used
            rdtype, rdclass, ttl, length = struct.unpack('!HHIH', self.octets[at:at + 10])
            at += 10
            sign = {REMOVED: '-', ALL_REMOVED: '--'}.get(ttl, '+')
            text = dns.rdata.from_wire(rdclass, rdtype, self.octets, at, length).to_text() if length else ''
            out.append((sign, name.to_text(), dns.rdatatype.to_text(rdtype), ttl if sign == '+' else None, text))
            at += length
        assert at == end
        return out


class DsoClient:
    """`stream`: a connected socket with a time-out of its own."""

    def __init__(self, stream):
        self.stream, self.last_id = stream, 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()

    def send(self, message_id, tlvs, flags=OPCODE << 11, counts=(0, 0, 0, 0)):
        octets = struct.pack('!6H', message_id, flags, *counts) + tlvs
        self.stream.sendall(struct.pack('!H', len(octets)) + octets)

    def __exactly(self, count):
        got = b''
        while len(got) < count:
            more = self.stream.recv(count - len(got))
            if not more:
                raise EOFError('the server closed')
            got += more
        return got

    def receive_octets(self):
        return self.__exactly(struct.unpack('!H', self.__exactly(2))[0])

    def receive(self):
        return Message(self.receive_octets())

    def ask(self, tlvs):
        """The answer to a request; what the server says of itself meanwhile is passed over."""
        self.last_id += 1
        self.send(self.last_id, tlvs)
        while True:
            message = self.receive()
            if message.is_response:
                assert message.id == self.last_id, (message.id, self.last_id)
                return message

    def subscribe(self, name, rdtype, rdclass=IN, more=b''):
        """The RCODE."""
        return self.ask(tlv(SUBSCRIBE, question(name, rdtype, rdclass)) + more).rcode

    def pushed(self):
        """Lines of the next PUSH."""
        while True:
            message = self.receive()
            if message.kinds()[0] == PUSH:
                return message.changes()

    def is_closed(self):
        """Waits for the end, whatever comes before."""
        try:
            while True:
                self.receive_octets()
        except (EOFError, ConnectionError):
            return True
