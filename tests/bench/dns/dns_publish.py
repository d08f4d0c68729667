# SPDX-License-Identifier: Apache-2.0
"""Rows publish-p99 and publish-p99-signed of tests/bench/run dns: milliseconds from a changed view to the first answer by UDP that
says it, of 1 000 services for 64 classes. The server serves a first view already; its making is no sample. The time begins when the
controller, played by dns-view-source, has the view and may tell it
(after its own pause of up to a second between two changes) and ends when a prober gets the answer; so gRPC, what is computed, signed and
built anew, the swap and the network are in it, and up to a millisecond between two questions of the prober. Each view moves MOVED services,
all classes of each."""
import statistics
import subprocess
import sys

from dns.dns_bench_lab import ADDRESS, CLIENT, CLIENT_CORE, PORT, pinned
from dns.dns_feed import CLASSES, SERVICES, ZONE, Children, configure, fresh, question

MOVED = 10
SAMPLES = 110
PERIOD_MS = 200
MOST_MS, MOST_SIGNED_MS = 50, 200
PROBER_PRIORITY = 60  # the view source has none: it must not wait for the prober, which sleeps between its questions
KEY = 'Private-key-format: v1.2\nAlgorithm: 15 (ED25519)\nPrivateKey: ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjI=\n'

# Lines "moved GENERATION NANOSECONDS FIRST LAST" come in; milliseconds go out. Which answer the last service has then follows from the
# generation, as dns-view-source makes it; one that is the same as before is no sample, and views from before it looks are none.
PROBER = """
import socket, sys, time
address, port, samples, end, head = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], bytes.fromhex(sys.argv[5])
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.connect((address, port))
udp.settimeout(0.1)
def ask(name):
    udp.send(head + bytes([len(name)]) + name + bytes.fromhex(end))
    try:
        return udp.recv(4096)
    except TimeoutError:
        return b'' # lost: the time goes on
def says(name, wanted):
    reply = ask(name)
    return name in reply and bytes([192, 0, 2, wanted]) in reply # a late one may be of another question
while len(reply := ask(b'n0')) < 12 or reply[3] & 15: # SERVFAIL until the first view is signed and built whole
    time.sleep(0.01)
taken, start = 0, time.monotonic_ns()
while taken < samples:
    word, generation, began, _, last = sys.stdin.readline().split()
    name, wanted = b'n' + last.encode(), (int(last) + 19 + int(generation)) % 8 + 1 # 10.77.0.2 is of class 19
    if int(began) < start or int(generation) % 8 == 0:
        continue
    while not says(name, wanted):
        time.sleep(0.0005)
    print((time.monotonic_ns() - int(began)) / 1e6, flush=True)
    taken += 1
"""


def latencies(lab, build, folder, is_signed, moved=MOVED):
    """Milliseconds, one for each view."""
    config = configure(folder, f'{ADDRESS}:{PORT}')
    if is_signed:
        (folder / 'zone.private').write_text(KEY)
        config.write_text(config.read_text().replace('follow: true', f'follow: true, key: {folder}/zone.private'))
    whole = question('n.svc')
    with Children() as children:
        source = children.start(['taskset', '-c', CLIENT_CORE, build / 'tests/bench/dns/dns-view-source', f'unix:{folder}/feed.sock', SERVICES,
                                 CLASSES, moved, PERIOD_MS], stdout=subprocess.PIPE, text=True)
        assert source.stdout.readline() == 'listening\n'
        server = lab.start('suanlu-dns-publish', [build / 'dns/app/suanlu-dns', '-c', config])
        try:
            words = [sys.executable, '-c', PROBER, ADDRESS, PORT, SAMPLES, whole[14:].hex(), whole[:12].hex()]
            done = subprocess.run(pinned(CLIENT, CLIENT_CORE, words, PROBER_PRIORITY), stdin=source.stdout, capture_output=True, text=True,
                                  check=True, timeout=SAMPLES * PERIOD_MS / 1e3 * 4)
            return [float(line) for line in done.stdout.split()]
        finally:
            lab.stop(server)


def p99(values):
    return statistics.quantiles(values, n=100, method='inclusive')[98]


def cases(lab, build, case):
    """Both rows; `case` makes one."""
    plain = latencies(lab, build, fresh(lab.folder, 'publish'), False)
    signed = latencies(lab, build, fresh(lab.folder, 'publish-signed'), True)
    return [case('publish-p99', p99(plain), MOST_MS, 'most', 'ms'), case('publish-p99-signed', p99(signed), MOST_SIGNED_MS, 'most', 'ms')]
