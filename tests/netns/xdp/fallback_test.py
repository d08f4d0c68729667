#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the engine does where it cannot have native XDP: generic XDP on an interface whose driver has none, tc when the
verifier refuses the XDP programs, plain routing when it refuses all. Each says why, and packets arrive. Needs root."""
import os
import sys

from chain_test import ANY4, ANY6, TCP, UDP_SIZES, ask, sh, tell

ROUTES = (("i", "2001:db8:2::2", "10.0.2.2"), ("t", "2001:db8:3::2", "10.0.3.2"), ("e", "2001:db8:4::2", "10.0.4.2"))


def without_driver(chain):
    """The clients' interface becomes a bridge, for which there is generic XDP only."""
    for words in (("set", "i-c", "down"), ("set", "i-c", "name", "i-port"), ("add", "i-c", "type", "bridge"),
                  ("set", "i-port", "master", "i-c"), ("set", "i-port", "up"), ("set", "i-c", "up")):
        chain.ip("i", "link", *words)
    chain.ip("i", "addr", "flush", "dev", "i-port")
    chain.ip("i", "addr", "add", "2001:db8:1::2/64", "dev", "i-c", "nodad")
    chain.ip("i", "addr", "add", "10.0.1.2/24", "dev", "i-c")
    # Joined packets would be too big for every path.
    sh(*chain.inside("i", "ethtool", "-K", "i-port", "gro", "off"))


def arrives(chain, checks, name):
    total = [(chain.client(TCP, address) + ["0"])[0] for address in (ANY6, ANY4)]
    sizes = [chain.client(UDP_SIZES, address) for address in (ANY6, ANY4)]
    checks.that(f"{name}: packets arrive", total == ["300000"] * 2 and sizes == [["11"]] * 2, f"{total} {sizes}")


def refused(chain, program, types):
    os.environ.update(LD_PRELOAD=os.environ["REFUSE_BPF"], REFUSE=types)
    try:
        return chain.probe(program)
    finally:
        del os.environ["LD_PRELOAD"], os.environ["REFUSE"]


def story(chain, checks, program):
    probe, line = chain.probe(program)
    engine = ask(probe, "engine")
    checks.that("a driver without XDP: generic", line.startswith("ready") and engine == "xdp-generic", engine)
    checks.that("and it is said", any("xdp.generic" in said and "i-c" in said for said in chain.said), chain.said)
    arrives(chain, checks, "generic")
    before = ask(probe, "counters")["steered"]
    checks.that("by the engine", before > 50, before)
    ask(probe, "quit")

    probe, line = refused(chain, program, "xdp,tc")
    engine = ask(probe, "engine")
    checks.that("a successor whose programs are refused leaves those that run",
                line.startswith("ready adopted=1") and engine == "xdp-generic", f"{line}, {engine}")
    arrives(chain, checks, "the predecessor's program")
    after = ask(probe, "counters")["steered"]
    checks.that("which steers on", after > before, after)
    ask(probe, "withdraw")

    probe, line = refused(chain, program, "xdp")
    engine = ask(probe, "engine")
    checks.that("XDP programs refused: tc", line.startswith("ready") and engine == "tc", f"{line}, {engine}")
    checks.that("with the verifier's words",
                any("xdp.refused" in said and "invalid access to packet" in said for said in chain.said), chain.said)
    arrives(chain, checks, "tc")
    checks.that("by the engine", ask(probe, "counters")["steered"] > 0, "steered")
    ask(probe, "withdraw")

    for node, six, four in ROUTES:
        chain.ip(node, "-6", "route", "add", f"{ANY6}/128", "via", six)
        chain.ip(node, "-4", "route", "add", f"{ANY4}/32", "via", four)
    probe, line = refused(chain, program, "xdp,tc")
    engine = ask(probe, "engine")
    checks.that("all programs refused: the kernel", line.startswith("ready") and engine == "kernel", f"{line}, {engine}")
    checks.that("with the verifier's words and what it means",
                any("interface.bare" in said and "invalid access to packet" in said and "plain anycast" in said
                    for said in chain.said), chain.said)
    arrives(chain, checks, "plain anycast")
    counters = ask(probe, "counters")
    checks.that("nobody steers, and it is counted", counters["steered"] == 0 and counters["bare_interfaces"] == 2,
                counters["bare_interfaces"])
    ask(probe, "withdraw")


if __name__ == "__main__":
    sys.exit(tell(__doc__, "sf", story, without_driver))
