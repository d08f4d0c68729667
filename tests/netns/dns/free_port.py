# SPDX-License-Identifier: Apache-2.0
"""Ports of 127.0.0.1 for the servers of a test."""
import random
import socket

# Below those that the kernel gives to clients: no connection of anybody else takes one between the look and the bind.
LOWEST, HIGHEST = 20000, 32000
_given = set()


def free_port():
    """A port that is free for UDP and TCP, another one at each call."""
    for _ in range(1000):
        port = random.randint(LOWEST, HIGHEST)
        if port in _given:
            continue
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
                udp.bind(('127.0.0.1', port))
                tcp.bind(('127.0.0.1', port))
        except OSError:
            continue
        _given.add(port)
        return port
    raise OSError('no free port')
