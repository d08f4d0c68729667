# SPDX-License-Identifier: Apache-2.0
"""Talks to an FRR daemon of a node over its vty socket, from outside the node and without starting vtysh.

A command is text ended by NUL; a reply is text ended by three NULs and one return code.
"""
import json
import socket

OK = 0


class Vty:
    """One vty connection. `pid` is process 1 of the node, seen from this machine."""

    def __init__(self, pid, daemon, timeout_s=5):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(timeout_s)
        self.sock.connect(f'/proc/{pid}/root/run/frr/{daemon}.vty')
        self.command('enable')

    def command(self, text):
        """Runs one command; returns (return code, reply). Raises OSError when the daemon goes away."""
        self.sock.sendall(text.encode() + b'\0')
        reply = b''
        while not (len(reply) >= 4 and reply[-4:-1] == b'\0\0\0'):
            part = self.sock.recv(1 << 16)
            if not part:
                raise OSError('the FRR daemon closed its vty socket')
            reply += part
        return reply[-1], reply[:-4].decode(errors='replace')

    def json(self, text):
        """Runs a show command that answers in JSON."""
        code, reply = self.command(text)
        if code != OK:
            raise OSError(f'"{text}" is refused: {reply.strip()}')
        return json.loads(reply)

    def configure(self, lines):
        """Runs configuration commands; raises OSError at the first that is refused."""
        for line in ['configure terminal', *lines, 'end']:
            code, reply = self.command(line)
            if code != OK:
                raise OSError(f'"{line}" is refused: {reply.strip()}')

    def close(self):
        """Closes the connection."""
        self.sock.close()
