#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our own ingress and our own egress: real TCP and UDP of both families through every mode of a path, with the outer
header taken off by the engine at XDP and at tc. At XDP the kernel's routes for the service SIDs are away, so that
nobody else can; then they are the fallback. Needs root."""
import sys

from chain_test import ANY4, ANY6, UDP_SIZES, ask, tell
from modes_test import CLIENT

SIDS = (("f006", "DX6", ANY6), ("f004", "DX4", ANY4))
PATHS = (("usid", "-", "fc00:0:a1:e1:f006::", "fc00:0:a1:e1:f004::"),
         ("encaps", "fc00:0:a1::", "fc00:0:e1:f006::", "fc00:0:e1:f004::"),
         ("encaps-red", "fc00:0:a1::,fc00:0:a1::", "fc00:0:e1:f006::", "fc00:0:e1:f004::"))


def kernel_routes(chain, word):
    for function, action, hop in (("f006", "End.DX6", ("nh6", "2001:db8:4::2")), ("f004", "End.DX4", ("nh4", "10.0.4.2"))):
        chain.ip("e", "-6", "route", word, f"fc00:0:e1:{function}::/64", "encap", "seg6local", "action", action, *hop, "dev",
                 "e-s")


def serve(chain, egress, interface="e-s", mtu=1500):
    for function, action, _ in SIDS:
        egress.stdin.write(f"sid fc00:0:e1:{function}::/64 {action} {interface} {chain.mac('e', 'e-s')} "
                           f"{chain.mac('s', 's-e')} {mtu}\n")
    return ask(egress, "serve")


def carry(chain, checks, ingress, egress, hook):
    client = chain.start("c", sys.executable, "-c", CLIENT)
    for mode, sids, last6, last4 in PATHS:
        ingress.stdin.write(f"path 0 {mode} {sids} {last6} {last4} 1500 0\n")
        applied, before = ask(ingress, "apply"), ask(egress, "counters")["decapsulated"]
        seen = [ask(client, f"{word} {address}") for address in (ANY6, ANY4) for word in ("tcp", "udp")]
        count = ask(egress, "counters")["decapsulated"] - before
        checks.that(f"{hook}, {mode}: the engine delivers",
                    applied == "applied" and seen == ["True"] * 4 and count >= (20 if hook == "xdp" else 4), f"{' '.join(seen)}, {count} packets")


def refuse(chain, checks, egress):
    """What a stranger inside the domain's links may send: from outside the block, and for nothing."""
    before = ask(egress, "counters")
    script = ("import socket, sys; s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 41); "
              "s.sendto(b'\\x60' + bytes(39), ('fc00:0:e1:f006::', 0))")
    chain.ip("t", "-6", "route", "replace", "fc00:0:e1::/48", "via", "2001:db8:3::2")
    done = chain.start("t", sys.executable, "-c", script)
    done.wait()
    after = ask(egress, "counters")
    checks.that("a source outside the domain is dropped", after["sid_source"] > before["sid_source"], after["sid_source"])


def fall_back(chain, checks, ingress, egress):
    mode, sids, last6, last4 = PATHS[0]
    ingress.stdin.write(f"path 0 {mode} {sids} {last6} {last4} 1500 0\n")
    ask(ingress, "apply")
    serve(chain, egress, "nowhere")
    before = ask(egress, "counters")
    good = [chain.client(UDP_SIZES, address) == ["11"] for address in (ANY6, ANY4)]
    after = ask(egress, "counters")
    checks.that("without a next hop the kernel's route serves",
                good == [True, True] and after["sid_unresolved"] >= before["sid_unresolved"] + 22,
                f"{good}, {after['sid_unresolved']} packets")
    serve(chain, egress, mtu=1000)
    good = [chain.client(UDP_SIZES, address) == ["11"] for address in (ANY6, ANY4)]
    after = ask(egress, "counters")
    checks.that("and for packets larger than the link", good == [True, True] and after["sid_too_big"] >= 2,
                after["sid_too_big"])
    ask(egress, "serve")
    before = ask(egress, "counters")["decapsulated"]
    good = [chain.client(UDP_SIZES, address) == ["11"] for address in (ANY6, ANY4)]
    checks.that("without SIDs all of it is the kernel's",
                good == [True, True] and ask(egress, "counters")["decapsulated"] == before, before)


def story(chain, checks, program):
    ingress, line = chain.probe(program)
    checks.that("the ingress starts", line.startswith("ready"), line)
    kernel_routes(chain, "del")
    checks.that("without a route at the egress nothing arrives", chain.client(UDP_SIZES, ANY6) != ["11"], "no echo")
    for hook in ("xdp", "tc"):
        if hook == "tc":
            kernel_routes(chain, "add")  # for what the kernel has joined to be cut later (GRO)
        egress, line = chain.probe(program, hook=hook, node="e")
        served = serve(chain, egress)
        checks.that(f"the egress starts at {hook}", line.startswith("ready") and served == "served", f"{line}, {served}")
        carry(chain, checks, ingress, egress, hook)
        refuse(chain, checks, egress)
        if hook == "tc":
            fall_back(chain, checks, ingress, egress)
        ask(egress, "quit")
    ask(ingress, "withdraw")


if __name__ == "__main__":
    sys.exit(tell(__doc__, "se", story))
