# SPDX-License-Identifier: Apache-2.0
"""The two stream services: TCP frames with acks that prove order and completeness, UDP frames with acks."""
import asyncio
import hashlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..'))

import frames  # noqa: E402


def tcp_connection(site):
    """A client callback for asyncio.start_server."""
    name = frames.padded(site)

    async def serve(reader, writer):
        digest, count = hashlib.sha256(), 0
        try:
            while True:
                head = await reader.readexactly(frames.TCP_HEAD.size)
                length, sequence = frames.TCP_HEAD.unpack(head)
                if not 8 <= length <= frames.FRAME_LIMIT:
                    break
                body = await reader.readexactly(length - 8)
                digest.update(head)
                digest.update(body)
                count += len(head) + len(body)
                writer.write(frames.TCP_ACK.pack(sequence, count, digest.digest(), name))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
    return serve


class VideoService(asyncio.DatagramProtocol):
    """Answers every frame with its sequence number and the site's name."""

    def __init__(self, site):
        self.name = frames.padded(site)
        self.transport = None

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        if len(data) >= frames.UDP_HEAD.size:
            self.transport.sendto(frames.UDP_ACK.pack(frames.UDP_HEAD.unpack_from(data)[0], self.name), addr)
