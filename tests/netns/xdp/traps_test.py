#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What went wrong on real links before, each as a check over the chain of chain_test.py: sizes that do not fit, paths that
shrink under a connection, jumbo frames, a first link that is wider than the second, veth without NAPI. Needs root."""
import os
import sys

from chain_test import ANY4, ANY6, ask, tell

SIDS = "fc00:0:a1:e1:f006:: fc00:0:a1:e1:f004::"

CLIENT = """
import socket, sys, time
DISCOVER, MTU = {6: (41, 23), 4: (0, 10)}, {6: (41, 24), 4: (0, 14)}
def udp(address, size):
    # Sends one datagram that may not be fragmented; prints what the kernel has learnt of the path.
    version = 6 if ':' in address else 4
    s = socket.socket(socket.AF_INET6 if version == 6 else socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2)
    s.setsockopt(*DISCOVER[version], 2); s.connect((address, 9001)); s.send(b'y' * size)
    try: got = len(s.recv(9000))
    except OSError as error: got = type(error).__name__
    return got, s.getsockopt(*MTU[version])
class Bulk:
    def open(self, address):
        self.s = socket.create_connection((address, 8080), timeout=10); self.sent = 0
        return self.send()
    def send(self):
        self.s.sendall(b'x' * 200000); self.sent += 200000
        return 'sent'
    def close(self):
        self.s.shutdown(socket.SHUT_WR)
        return int(self.s.recv(100).decode()) == self.sent
bulk = Bulk()
for line in sys.stdin:
    words = line.split()
    try:
        done = {'udp': lambda: udp(words[1], int(words[2])), 'open': lambda: bulk.open(words[1]), 'send': bulk.send,
                'close': bulk.close}[words[0]]()
    except OSError as error: done = repr(error)
    print(done, flush=True)
"""


def path(probe, mtu):
    probe.stdin.write(f"path 0 usid - {SIDS} {mtu} 0\n")
    return ask(probe, "apply")


def too_big(checks, probe, client):
    """A datagram that only fits without the outer header: the client's kernel learns the size from our answer."""
    for version, address, header in ((6, ANY6, 48), (4, ANY4, 28)):
        learnt = ask(client, f"udp {address} {1500 - header}")
        checks.that(f"IPv{version} too big is answered", learnt.endswith("1460)"), learnt)
        fits = ask(client, f"udp {address} {1460 - header}")
        checks.that(f"IPv{version} what fits arrives", fits == f"({1460 - header}, 1460)", fits)
    counters = ask(probe, "counters")
    checks.that("answers are counted", counters["too_big_answered"] == 2 and counters["too_big"] == 0,
                counters["too_big_answered"])


def shrink(checks, probe, client):
    """The path of a running connection gets smaller than the MSS that it has agreed on."""
    for address in (ANY6, ANY4):
        path(probe, 1500)
        opened = ask(client, f"open {address}")
        path(probe, 1380)
        sent, whole = ask(client, "send"), ask(client, "close")
        checks.that(f"a connection to {address} survives a smaller path", whole == "True", f"{opened} {sent} {whole}")
    counters = ask(probe, "counters")
    checks.that("because its sender was told", counters["too_big_answered"] >= 4, counters["too_big_answered"])


def jumbo(chain, checks, probe, client):
    """Links of 9000 at the ingress, which plain XDP refuses above 3506; behind them a link of 1500."""
    for node, device in (("c", "c-i"), ("i", "i-c"), ("i", "i-t"), ("t", "t-i")):
        chain.ip(node, "link", "set", device, "mtu", "9000")
    chain.ip("c", "-6", "route", "flush", "cache")
    path(probe, 1500)
    learnt = ask(client, f"udp {ANY6} 6000")
    checks.that("a wide first link does not hide a narrow one", learnt.endswith("1460)"), learnt)
    whole = [ask(client, word) for word in (f"open {ANY6}", "send", "close")]
    checks.that("TCP over both", whole[-1] == "True", " ".join(whole))
    mode = ask(probe, "engine")
    checks.that("still attached in the driver", mode == "xdp-native", mode)


def no_napi(chain, checks, client):
    """A veth whose peer has neither XDP nor GRO drops what XDP sends: why doctor asks for GRO."""
    sh = chain.inside("t", "ethtool", "-K", "t-i", "gro")
    os.system(" ".join(sh + ["off"]))
    checks.that("a peer without GRO drops what is sent to it", "1000" not in ask(client, f"udp {ANY6} 1000"), "no echo")
    os.system(" ".join(sh + ["on"]))
    seen = ask(client, f"udp {ANY6} 1000")
    checks.that("and takes it with GRO", seen.startswith("(1000"), seen)


def story(chain, checks, program):
    probe, line = chain.probe(program)
    checks.that("the engine starts", line.startswith("ready"), line)
    client = chain.start("c", sys.executable, "-c", CLIENT)
    too_big(checks, probe, client)
    shrink(checks, probe, client)
    jumbo(chain, checks, probe, client)
    no_napi(chain, checks, client)
    ask(probe, "withdraw")


if __name__ == "__main__":
    sys.exit(tell(__doc__, "st", story))
