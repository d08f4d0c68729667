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


def table_routes(chain, word, table, via6="2001:db8:4::77", via4="10.0.4.77"):
    """The way to the server by a neighbour that nobody has asked for yet."""
    for family, address, via in (("-6", ANY6, via6), ("-4", ANY4, via4)):
        chain.ip("e", family, "route", word, address, "via", via, "dev", "e-s", "table", table)


def no_route(chain, egress):
    """Packets of both versions until the table has said no to some."""
    script = ("import select, socket, sys\n"
              "while not select.select([sys.stdin], [], [], 0.05)[0]:\n"
              "    for f, a in ((socket.AF_INET6, sys.argv[1]), (socket.AF_INET, sys.argv[2])):\n"
              "        socket.socket(f, socket.SOCK_DGRAM).sendto(b'x', (a, 9001))\n")
    sender = chain.start("c", sys.executable, "-c", script, ANY6, ANY4)
    before = ask(egress, "counters")["sid_no_route"]
    for _ in range(1000):
        count = ask(egress, "counters")["sid_no_route"] - before
        if count >= 4:
            break
    sender.stdin.close()
    sender.wait()
    return count


def by_table(chain, checks, ingress, egress, hook):
    """End.DT46 for both versions: the kernel has no route for that SID, and no VRF."""
    for word in ("DT6 f106", "DT4 f104", "DT46 f146"):
        action, function = word.split()
        egress.stdin.write(f"sid fc00:0:e1:{function}::/64 {action} 100\n")
    served = ask(egress, "serve")
    before = ask(egress, "counters")
    table_routes(chain, "add", "100")
    table_routes(chain, "add", "main")
    for last6, last4, named in (("f106", "f104", "End.DT6 and End.DT4"), ("f146", "f146", "End.DT46")):
        ingress.stdin.write(f"path 0 usid - fc00:0:a1:e1:{last6}:: fc00:0:a1:e1:{last4}:: 1500 0\n")
        ask(ingress, "apply")
        good = [chain.client(UDP_SIZES, address) for address in (ANY6, ANY4)]
        checks.that(f"{hook}, {named}: the table says where", good == [["11"], ["11"]], f"{served}, {good}")
    after = ask(egress, "counters")
    count, asked = (after[name] - before[name] for name in ("decapsulated", "sid_for_kernel"))
    checks.that(f"{hook}: the engine delivers, once the kernel has asked for the neighbour",
                count + asked >= 44 and count >= 22 and (hook == "tc" or asked >= 1), f"{count} packets, {asked} by the kernel")
    table_routes(chain, "del", "main")
    if hook == "xdp":
        client = chain.start("c", sys.executable, "-c", CLIENT)
        seen = [ask(client, f"{word} {address}") for address in (ANY6, ANY4) for word in ("tcp", "udp")]
        checks.that("TCP and UDP by the table, which the main one knows nothing of", seen == ["True"] * 4, " ".join(seen))
    table_routes(chain, "del", "100")
    for family in ("-6", "-4"):
        chain.ip("e", family, "route", "add", "unreachable", "default", "table", "100")
    count = no_route(chain, egress)
    checks.that(f"{hook}: what the table refuses is left to the kernel and counted", count >= 4, count)
    for family in ("-6", "-4"):
        chain.ip("e", family, "route", "flush", "table", "100")


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
    for address in ("2001:db8:4::77/64", "10.0.4.77/24"):
        chain.ip("s", "addr", "add", address, "dev", "s-e", *(["nodad"] if ":" in address else []))
    checks.that("without a route at the egress nothing arrives", chain.client(UDP_SIZES, ANY6) != ["11"], "no echo")
    for hook in ("xdp", "tc"):
        if hook == "tc":
            kernel_routes(chain, "add")  # for what the kernel has joined to be cut later (GRO)
        egress, line = chain.probe(program, hook=hook, node="e")
        served = serve(chain, egress)
        checks.that(f"the egress starts at {hook}", line.startswith("ready") and served == "served", f"{line}, {served}")
        carry(chain, checks, ingress, egress, hook)
        by_table(chain, checks, ingress, egress, hook)
        serve(chain, egress)
        refuse(chain, checks, egress)
        if hook == "tc":
            fall_back(chain, checks, ingress, egress)
        ask(egress, "quit")
    ask(ingress, "withdraw")


if __name__ == "__main__":
    sys.exit(tell(__doc__, "se", story))
