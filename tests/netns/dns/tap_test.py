#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""dnstap of suanlu-dns as readers of others see it: fstrm_capture takes the frames, dnstap-read of BIND and dnstap-ldns print them. Without a
reader, or with one that stops, every query is answered, and every frame is accounted for.

Loopback only. Usage: tap_test.py SUANLU_DNS"""
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

try:
    import dns.message
    import dns.query
except ImportError:
    print('skip dns-tap # python3-dnspython is not installed')
    sys.exit(77)

from server_lab import Server, run_case, wait_for

ZONES = {'c.example': '$ORIGIN c.example.\n$TTL 60\n@ SOA ns admin 1 3600 600 86400 5\n@ NS ns\nns A 192.0.2.1\nwww A 192.0.2.80\n'}
CONTENT = b'protobuf:dnstap.Dnstap'
OUTCOMES = ('written', 'queue_full', 'unsent')


def frames(server, outcome):
    return server.metric(f'suanlu_dns_tap_frames_total{{outcome="{outcome}"}}')


def settle(server, wanted):
    """Every frame that there was has come to an end."""
    wait_for('an end of every frame', lambda: sum(frames(server, each) for each in OUTCOMES) == wanted, server.process)


def queries(server):
    """Messages taken in so far, those by which the lab saw that the server is up among them."""
    return server.metric('suanlu_dns_queries_total{transport="udp"}') + server.metric('suanlu_dns_queries_total{transport="tcp"}')


def printed(path):
    """(kind, transport, question) of each frame, by dnstap-read: date, time, kind, ends, transport, size, question."""
    lines = subprocess.run(['dnstap-read', path], capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    return [(words[2], words[6], words[8]) for words in (line.split() for line in lines)]


class Capture:
    def __init__(self, work):
        self.socket, self.file = work / 'reader.sock', work / 'reader.tap'
        self.process = subprocess.Popen(['fstrm_capture', '-t', CONTENT.decode(), '-u', self.socket, '-w', self.file],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)


def check_reader(program):
    with tempfile.TemporaryDirectory(prefix='suanlu-tap-') as name:
        capture = Capture(pathlib.Path(name))
        try:
            with Server(program, ZONES, f'nsid: here\ndnstap: {{socket: {capture.socket}}}\n') as server:
                wait_for('the reader', lambda: 'dns.tap-connected' in server.log.read_text(), server.process)
                for _ in range(50):
                    server.ask('www.c.example.', 'A')
                for _ in range(5):
                    server.ask('no.c.example.', 'AAAA', how=dns.query.tcp)
                count = queries(server)
                settle(server, 2 * count)
                assert frames(server, 'written') >= 110, 'what came after the reader was there is written'
        finally:
            capture.end()
        seen = printed(capture.file)
        for kind in ('AQ', 'AR'):
            assert seen.count((kind, 'UDP', 'www.c.example/IN/A')) == 50, seen
            assert seen.count((kind, 'TCP', 'no.c.example/IN/AAAA')) == 5, seen
        text = subprocess.run(['dnstap-read', '-y', capture.file], capture_output=True, text=True, check=True, timeout=60).stdout
        assert 'identity: "here"' in text or 'identity: here' in text, text[:400]
        quiet = subprocess.run(['dnstap-ldns', '-r', capture.file, '-q'], capture_output=True, text=True, check=True, timeout=60).stdout
        assert quiet.count('AUTH_RESPONSE' if 'AUTH_RESPONSE' in quiet else ' AR ') >= 55, quiet[:400]


def check_file(program):
    with tempfile.TemporaryDirectory(prefix='suanlu-tap-') as name:
        path = pathlib.Path(name) / 'queries.tap'
        with Server(program, ZONES, f'dnstap: {{file: {path}, answers: false}}\n') as server:
            for _ in range(20):
                server.ask('www.c.example.', 'A')
            server.process.terminate()
            assert server.process.wait(20) == 0
        seen = printed(path)
        assert seen.count(('AQ', 'UDP', 'www.c.example/IN/A')) == 20 and not [kind for kind, *_ in seen if kind != 'AQ'], seen


def check_no_reader(program):
    with Server(program, ZONES, 'dnstap: {socket: "{work}/nobody.sock"}\n') as server:
        for _ in range(20):
            assert len(server.ask('www.c.example.', 'A').answer) == 1
        settle(server, 2 * queries(server))
        assert frames(server, 'unsent') == 2 * queries(server)


def handshake(listener):
    """The reader's side of Frame Streams: READY is answered by ACCEPT; START is left unread, as is all that follows."""
    client, _ = listener.accept()
    client.recv(4096)
    field = (1).to_bytes(4, 'big') + len(CONTENT).to_bytes(4, 'big') + CONTENT
    control = (1).to_bytes(4, 'big') + field
    client.sendall((0).to_bytes(4, 'big') + len(control).to_bytes(4, 'big') + control)
    return client


def check_stalled_reader(program):
    """Nobody waits for a reader that takes nothing."""
    with tempfile.TemporaryDirectory(prefix='suanlu-tap-') as name, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(f'{name}/slow.sock')
        listener.listen(1)
        with Server(program, ZONES, f'dnstap: {{socket: {name}/slow.sock, queue: 64}}\n') as server:
            listener.settimeout(20)
            with handshake(listener):
                lost = lambda: frames(server, 'queue_full') + frames(server, 'unsent')
                for _ in range(200):
                    for _ in range(100):
                        assert len(server.ask('www.c.example.', 'A').answer) == 1
                    if lost() > 0:
                        break
                assert lost() > 0, 'the reader took nothing'
                settle(server, 2 * queries(server))
            server.process.terminate()
            assert server.process.wait(20) == 0, 'nor at the end'


def main():
    program = sys.argv[1]
    missing = [tool for tool in ('fstrm_capture', 'dnstap-read', 'dnstap-ldns') if shutil.which(tool) is None]
    if missing:
        print(f'skip dns-tap # {", ".join(missing)} not installed')
        return 77
    return 1 if sum([run_case('reader', lambda: check_reader(program)), run_case('file', lambda: check_file(program)),
                     run_case('no-reader', lambda: check_no_reader(program)),
                     run_case('stalled-reader', lambda: check_stalled_reader(program))]) else 0


sys.exit(main())
