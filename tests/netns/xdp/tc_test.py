#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same core at the clsact hook: real traffic with segmentation offload, sizes that do not fit, and the way
back to XDP. Needs root."""
import sys

from chain_test import ANY4, ANY6, UDP_SIZES, ask, sh, tell
from modes_test import CLIENT as TRAFFIC
from traps_test import CLIENT as SIZES

SIDS = "fc00:0:a1:e1:f006:: fc00:0:a1:e1:f004::"
# UDP over IPv6 behind VLAN tags: argv = interface, MAC of the router, destination, VLAN ids.
TAGGED = """
import socket, struct, sys
device, mac, to, *tags = sys.argv[1:]
mac, to = bytes.fromhex(mac.replace(":", "")), socket.inet_pton(socket.AF_INET6, to)
me = socket.inet_pton(socket.AF_INET6, "2001:db8:1::1")
udp = struct.pack("!HHHH", 40000, 9001, 12, 0) + b"tags"
words = struct.unpack("!%dH" % ((len(me + to + udp) + 8) // 2), me + to + struct.pack("!II", len(udp), 17) + udp)
total = sum(words)
total = (total & 0xffff) + (total >> 16)
check = 0xffff & ~((total & 0xffff) + (total >> 16))
packet = struct.pack("!IHBB", 6 << 28, len(udp), 17, 64) + me + to + udp[:6] + struct.pack("!H", check) + udp[8:]
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind((device, 0))
wire.send(mac + bytes(6) + b"".join(struct.pack("!HH", 0x8100, int(tag)) for tag in tags) + b"\\x86\\xdd" + packet)
print("sent")
"""


def carry(chain, checks, probe):
    """Bulk TCP comes in segments of 64 kB to this hook; every one must leave in packets that fit."""
    sh(*chain.inside("c", "ethtool", "-K", "c-i", "tx", "on", "tso", "on", "gso", "on"))
    client = chain.start("c", sys.executable, "-c", TRAFFIC)
    for mode, sids in (("usid", "-"), ("encaps", "fc00:0:a1::"), ("encaps-red", "fc00:0:a1::,fc00:0:a1::")):
        last = SIDS if mode == "usid" else "fc00:0:e1:f006:: fc00:0:e1:f004::"
        probe.stdin.write(f"path 0 {mode} {sids} {last} 1500 0\n")
        applied = ask(probe, "apply")
        seen = [ask(client, f"{word} {address}") for address in (ANY6, ANY4) for word in ("tcp", "udp")]
        checks.that(f"tc, {mode}", applied == "applied" and seen == ["True"] * 4, f"TCP and UDP {' '.join(seen)}")
    counters = ask(probe, "counters")
    checks.that("nothing is lost on the way in",
                counters["no_path"] + counters["too_big"] + counters["no_headroom"] == 0, counters["steered"])


def too_big(chain, checks, probe):
    # With sums left to the interface the kernel would finish those of the quoted packet, which breaks the answer's.
    sh(*chain.inside("c", "ethtool", "-K", "c-i", "tx", "off"))
    client = chain.start("c", sys.executable, "-c", SIZES)
    probe.stdin.write(f"path 0 usid - {SIDS} 1500 0\n")
    ask(probe, "apply")
    checks.that("payload 0..1400", chain.client(UDP_SIZES, ANY6) == ["11"], "11 sizes echoed")
    for version, address, header in ((6, ANY6, 48), (4, ANY4, 28)):
        learnt = ask(client, f"udp {address} {1500 - header}")
        checks.that(f"IPv{version} too big is answered", learnt.endswith("1460)"), learnt)


def tags(chain, checks, probe):
    """The kernel has taken the outer tag off; the border holds all the same."""
    def counted(reason, to, *vlans):
        before = ask(probe, "counters")[reason]
        assert chain.client(TAGGED, "c-i", chain.mac("i", "i-c"), to, *vlans) == ["sent"]
        return ask(probe, "counters")[reason] - before  # the send ends when the router's hook has run: veth, no NAPI
    for vlans in (("0",), ("5",), ("0", "5"), ("5", "6")):
        seen = counted("border_sid", "fc00:0:e1:f006::1", *vlans)
        checks.that(f"a SID behind VLAN {' '.join(vlans)} is dropped", seen == 1, seen)
    seen = counted("steered", ANY6, "0")
    checks.that("a priority tag changes nothing", seen >= 1, seen)  # and the error about the answer
    seen = counted("steered", ANY6, "5")
    checks.that("another tag is left to the kernel", seen == 0, seen)


def core_tags(chain, checks, probe):
    """A tagged packet for a SID is the kernel's, as at XDP. That the engine has looked is seen by its refusal of a source
    from outside the domain."""
    probe.stdin.write(f"sid fc00:0:e1:f006::/64 DX6 i-c {chain.mac('i', 'i-c')} {chain.mac('c', 'c-i')} 1500\n")
    served = ask(probe, "serve")
    for vlan, wanted in (("0", 1), ("5", 0)):
        before = ask(probe, "counters")["sid_source"]
        sent = chain.start("t", sys.executable, "-c", TAGGED, "t-i", chain.mac("i", "i-t"), "fc00:0:e1:f006::", vlan)
        sent.wait()
        seen = ask(probe, "counters")["sid_source"] - before
        checks.that(f"VLAN {vlan} from the core: {wanted} looked at", served == "served" and seen == wanted, seen)
    ask(probe, "serve")


def filters(chain, device):
    return sh(*chain.inside("i", "tc", "filter", "show", "dev", device, "ingress")).count("handle 0x1 suanlu_")


def story(chain, checks, program):
    probe, line = chain.probe(program, hook="tc")
    checks.that("the engine starts at tc", line.startswith("ready") and ask(probe, "engine") == "tc", line)
    carry(chain, checks, probe)
    too_big(chain, checks, probe)
    tags(chain, checks, probe)
    core_tags(chain, checks, probe)
    seen = (filters(chain, "i-c"), filters(chain, "i-t"))
    checks.that("one filter on each interface", seen == (1, 1), seen)
    ask(probe, "quit")
    probe, line = chain.probe(program)
    checks.that("XDP takes the maps over", line.startswith("ready adopted=1") and ask(probe, "engine") == "xdp-native",
                line)
    checks.that("and the filters go", (filters(chain, "i-c"), filters(chain, "i-t")) == (0, 0), "0 and 0")
    checks.that("packets flow", chain.client(UDP_SIZES, ANY6) == ["11"], "11 sizes echoed")
    ask(probe, "withdraw")
    probe, line = chain.probe(program, hook="tc")
    checks.that("withdrawal removes the filters too",
                ask(probe, "withdraw") == "withdrawn" and filters(chain, "i-c") == 0, "0")


if __name__ == "__main__":
    sys.exit(tell(__doc__, "sc", story))
