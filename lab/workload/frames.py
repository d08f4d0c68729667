# SPDX-License-Identifier: Apache-2.0
"""The frames of the two camera streams, shared by the services and the generators.

TCP frame:  length u32 | sequence u64 | payload        (length counts sequence and payload)
TCP ack:    sequence u64 | bytes so far u64 | SHA-256 of every byte so far, 32 bytes | site name, 16 bytes
UDP frame:  sequence u64 | payload
UDP ack:    sequence u64 | site name, 16 bytes
All integers are big-endian; names are padded with NUL.
"""
import struct

TCP_HEAD = struct.Struct('!IQ')
TCP_ACK = struct.Struct('!QQ32s16s')
UDP_HEAD = struct.Struct('!Q')
UDP_ACK = struct.Struct('!Q16s')
FRAME_LIMIT = 1 << 20


def padded(name):
    """A site name as it travels."""
    return name.encode()[:16].ljust(16, b'\0')


def plain(raw):
    """A site name as it reads."""
    return raw.rstrip(b'\0').decode(errors='replace')


def payload(sequence, size):
    """The bytes of one frame, different for every sequence number."""
    block = (sequence * 0x9E3779B97F4A7C15 & (1 << 64) - 1).to_bytes(8, 'big')
    return (block * (size // 8 + 1))[:size]
