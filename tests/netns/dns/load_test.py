#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Queries by UDP and TCP without a pause while the zones are read again and again, by UDP while one process replaces another: each gets its
answer, and by TCP the zone's serial never goes back.

Loopback only. Usage: load_test.py SUANLU_DNS"""
import socket
import subprocess
import sys
import threading

try:
    import dns.message
    import dns.query
except ImportError:
    print('skip dns-load # python3-dnspython is not installed')
    sys.exit(77)

from server_lab import Server, run_case, wait_for

ZONE = '$ORIGIN c.example.\n$TTL 60\n@ SOA ns admin {serial} 3600 600 86400 5\n@ NS ns\nns A 192.0.2.1\nwww A 192.0.2.80\n'
RELOADS = 12
REPLACEMENTS = 6
OUTSTANDING = 16
PATIENCE_S = 20


class Client(threading.Thread):
    """Asks for the SOA until it is told to stop; `failure` says what went wrong."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.stopping, self.failure, self.serial = port, threading.Event(), None, 0

    def run(self):
        try:
            self.ask()
        except (OSError, EOFError, AssertionError, dns.exception.DNSException) as error:
            self.failure = repr(error)

    def hear(self, answer):
        serial = answer.answer[0][0].serial
        self.serial = max(self.serial, serial)
        return serial


class UdpClient(Client):
    def ask(self):
        query = bytearray(dns.message.make_query('c.example.', 'SOA').to_wire())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.connect(('127.0.0.1', self.port))
            udp.settimeout(PATIENCE_S)
            asked = 0
            while not self.stopping.is_set():
                waiting = set()
                for _ in range(OUTSTANDING):
                    asked = (asked + 1) % 65536
                    query[:2] = asked.to_bytes(2, 'big')
                    udp.send(query)
                    waiting.add(asked)
                while waiting:  # a lost one ends in a timeout
                    answer = dns.message.from_wire(udp.recv(4096))
                    waiting.remove(answer.id)
                    self.hear(answer)


class FreshUdpClient(Client):
    """From another port each time, so that all sockets of the address are met."""

    def ask(self):
        query = dns.message.make_query('c.example.', 'SOA')
        while not self.stopping.is_set():
            self.hear(dns.query.udp(query, '127.0.0.1', port=self.port, timeout=PATIENCE_S))


class TcpClient(Client):
    def ask(self):
        before = 0
        with socket.create_connection(('127.0.0.1', self.port), timeout=PATIENCE_S) as tcp:
            while not self.stopping.is_set():
                dns.query.send_tcp(tcp, dns.message.make_query('c.example.', 'SOA').to_wire())
                serial = self.hear(dns.query.receive_tcp(tcp)[0])
                assert serial >= before, f'serial {serial} after {before}'
                before = serial


def check_reload(program):
    with Server(program, {'c.example': ZONE.format(serial=1)}) as server:
        clients = [UdpClient(server.port), TcpClient(server.port)]
        for client in clients:
            client.start()
        for serial in range(2, RELOADS + 2):
            (server.work / 'c.example.zone').write_text(ZONE.format(serial=serial))
            server.reload()
        wait_for('the last serial', lambda: all(client.failure or client.serial == RELOADS + 1 for client in clients), server.process)
        for client in clients:
            client.stopping.set()
        for client in clients:
            client.join(2 * PATIENCE_S)
            assert client.failure is None and not client.is_alive(), f'{type(client).__name__}: {client.failure}'


def check_replace(program):
    """One process takes over from another, again and again; what a client asks by UDP meanwhile is answered by one of them."""
    with Server(program, {'c.example': ZONE.format(serial=1)}) as server:
        clients = [UdpClient(server.port), FreshUdpClient(server.port)]
        for client in clients:
            client.start()
        for serial in range(2, REPLACEMENTS + 2):
            (server.work / 'c.example.zone').write_text(ZONE.format(serial=serial))
            before = server.process
            with open(server.log, 'ab') as log:
                server.process = subprocess.Popen([program, '-c', server.work / 'dns.yaml', '--replace', str(before.pid)], stderr=log)
            assert before.wait(PATIENCE_S) == 0, 'the one before ends'
        wait_for('the last serial', lambda: all(client.failure or client.serial == REPLACEMENTS + 1 for client in clients), server.process)
        for client in clients:
            client.stopping.set()
        for client in clients:
            client.join(2 * PATIENCE_S)
            assert client.failure is None and not client.is_alive(), f'{type(client).__name__}: {client.failure}'
        again = subprocess.run([program, '-c', server.work / 'dns.yaml'], capture_output=True, text=True, timeout=PATIENCE_S)
        assert again.returncode == 1 and 'in use' in again.stderr, 'a second start by mistake is refused'


sys.exit(1 if run_case('reload-under-load', lambda: check_reload(sys.argv[1])) + run_case('replace-under-load', lambda: check_replace(sys.argv[1])) else 0)
