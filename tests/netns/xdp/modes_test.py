#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every mode and length of a path with real TCP and UDP over the chain of chain_test.py, several paths of one site, and
the death of one of them. The kernel of the transit node executes every segment. Needs root."""
import ipaddress
import sys

from chain_test import ANY4, ANY6, ask, tell

CLIENT = """
import socket, sys
def tcp(address):
    s = socket.create_connection((address, 8080), timeout=10)
    s.sendall(b'x' * 100000); s.shutdown(socket.SHUT_WR)
    return int(s.recv(100).decode()) == 100000
def udp(address):
    s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(5)
    s.connect((address, 9001)); s.send(b'y' * 1200)
    return len(s.recv(2000)) == 1200
for line in sys.stdin:
    word, address = line.split()
    try: done = {'tcp': tcp, 'udp': udp}[word](address)
    except OSError as error: done = error
    print(done, flush=True)
"""


def container(block, ids):
    """A NEXT-C-SID container: the block's leading bits, then 16-bit ids."""
    bits, at = int(ipaddress.IPv6Address(block.split("/")[0])), 128 - int(block.split("/")[1])
    for each in ids:
        at -= 16
        bits |= each << at
    return str(ipaddress.IPv6Address(bits))


def lists():
    """(name, mode, SIDs before the last, last for IPv6, last for IPv4): the transit node is passed again and again."""
    for count in range(1, 9):
        nodes = [0xA1] * (count - 1) + [0xE1]
        for name, block, ids in (("usid F3216", "fc00::/32", 6), ("usid F4816", "fc00:0:7::/48", 5)):
            first = 0 if count + 1 <= ids else min(ids, count - 1)
            before = [container(block, nodes[:first])] if first else []
            last = [container(block, nodes[first:] + [function]) for function in (0xF006, 0xF004)]
            yield f"{name}, {count} nodes", "encaps-red" if before else "usid", before, *last
        sids = [f"fc00:0:a1::{number:x}" for number in range(1, count)]
        for mode in ("encaps", "encaps-red"):
            yield f"{mode}, {count} segments", mode, sids, "fc00:0:e1:f006::", "fc00:0:e1:f004::"


def add_sids(chain):
    """What the lists need beyond the SIDs of chain_test.py: plain End SIDs, and those of the longer block."""
    end = ["encap", "seg6local", "action", "End"]
    for number in range(1, 9):
        chain.ip("t", "-6", "route", "add", f"fc00:0:a1::{number:x}/128", *end, "dev", "t-i")
    chain.ip("t", "-6", "route", "add", "fc00:0:7:a1::/64", *end, "flavors", "next-csid", "lblen", "48", "nflen", "16",
             "dev", "t-i")
    chain.ip("t", "-6", "route", "add", "fc00:0:7:e1::/64", "via", "2001:db8:3::2")
    for function, action in (("f006", ("End.DX6", "nh6", "2001:db8:4::2")), ("f004", ("End.DX4", "nh4", "10.0.4.2"))):
        chain.ip("e", "-6", "route", "add", f"fc00:0:7:e1:{function}::/80", "encap", "seg6local", "action", *action, "dev",
                 "e-s")


def carry(chain, checks, probe):
    """Bulk TCP (the MSS clamp follows the header's length) and a datagram of each family through every list."""
    client = chain.start("c", sys.executable, "-c", CLIENT)
    for name, mode, sids, last6, last4 in lists():
        probe.stdin.write(f"path 0 {mode} {','.join(sids) or '-'} {last6} {last4} 1500 0\n")
        applied = ask(probe, "apply")
        seen = [ask(client, f"{word} {address}") for address in (ANY6, ANY4) for word in ("tcp", "udp")]
        checks.that(name, applied == "applied" and seen == ["True"] * 4, f"{applied}, TCP and UDP {' '.join(seen)}")
    return client


def share(chain, checks, probe, client):
    """Two weighted paths, told apart at the transit node by the SID they visit."""
    for rank, sid in ((0, "fc00:0:a1::1"), (1, "fc00:0:a1::2")):
        probe.stdin.write(f"path {rank} encaps {sid} fc00:0:e1:f006:: fc00:0:e1:f004:: 1500 1\n")
    ask(probe, "apply")

    def passed(number):
        text = chain.ip("t", "-s", "-6", "route", "show", f"fc00:0:a1::{number}")
        words = text.split()
        return int(words[words.index("packets") + 1]) if "packets" in words else 0

    for number in (1, 2):
        chain.ip("t", "-6", "route", "replace", f"fc00:0:a1::{number}/128", "encap", "seg6local", "action", "End", "count",
                 "dev", "t-i")
    seen = [ask(client, f"udp {ANY6}") for _ in range(40)]
    both = (passed(1), passed(2))
    checks.that("two paths share the flows", set(seen) == {"True"} and min(both) >= 5, f"{both} packets")
    ask(probe, "use 1")
    seen = [ask(client, f"udp {ANY6}") for _ in range(20)]
    after = (passed(1), passed(2))
    checks.that("the death of a path moves its flows to the other",
                set(seen) == {"True"} and after == (both[0], both[1] + 20), f"{after} packets")


def story(chain, checks, program):
    probe, line = chain.probe(program)
    checks.that("the engine starts", line.startswith("ready"), line)
    client = carry(chain, checks, probe)
    share(chain, checks, probe, client)
    counters = ask(probe, "counters")
    checks.that("nothing is lost on the way in",
                counters["no_path"] + counters["too_big"] + counters["no_headroom"] == 0, counters["steered"])
    ask(probe, "withdraw")


if __name__ == "__main__":
    sys.exit(tell(__doc__, "sm", story, add_sids))
