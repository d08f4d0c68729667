#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""suanlu-fwd over af_xdp on both ports, on the chain of the XDP tests: the engine gets what it has to do with, and nothing
else leaves the kernel. What it leaves goes back to the kernel by a tap; it is killed and started again below a stream."""
import os
import shutil
import signal
import sys
import time

from dpdk_chain_test import ask, kill, prefix_of, start_fwd, start_probe, telemetry
from chain_test import ANY4, ANY6, STREAM, TCP, UDP_SIZES, sh, tell, wait_for_more

PATIENCE = 20  # seconds
FWD = """
tables: {tables}
eal: [-l, "{core}", --no-huge, -m, "128", --no-pci, --file-prefix, "{prefix}", --log-level, "3",
      --vdev, "net_af_xdp0,iface=i-c,force_copy=1", --vdev, "net_af_xdp1,iface=i-t,force_copy=1",
      --vdev, "net_tap0,iface=x-c", --vdev, "net_tap1,iface=x-t"]
idle_sleep: 50us
ports:
- {{device: net_af_xdp0, interface: i-c, role: external, exception: net_tap0}}
- {{device: net_af_xdp1, interface: i-t, role: core, exception: net_tap1}}
"""
TO_A_SID = """
import socket, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.bind(('fc00:0:a1::9', 0)); s.sendto(b'', (sys.argv[1], 9))
"""
REFUSED = """
import socket, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.setsockopt(socket.IPPROTO_IPV6, 25, 1)  # IPV6_RECVERR
s.settimeout(10); s.connect((sys.argv[1], 9)); s.send(b'')
try: s.recv(10)
except OSError as error: print(type(error).__name__, error.errno)
"""


# Three fragments each; the first ones may be lost to the path's MTU. Half of each datagram comes back.
FRAGMENTS = """
import socket, sys
s = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2)
s.connect((sys.argv[1], 9001)); got = 0
for _ in range(20):
    try: s.send(b'f' * 4000); got += len(s.recv(5000)) == 2000
    except OSError: pass
    if got == 5: break
print(got)
"""


def soon(holds):
    """True as soon as it holds, False when patience is over."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def received(chain):
    return {port["interface"]: port["received"] for port in telemetry(chain, "/suanlu/ports").values()}


def look_again(chain):
    """The devices' numbers after now: the engine looks at them once a second, here when a frame more has come by each."""
    before = received(chain)
    chain.client("import socket, sys; socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b'', (sys.argv[1], 9))", ANY6)
    soon(lambda: received(chain)["i-c"] > before["i-c"])
    return received(chain)


def keep(chain, checks):
    """What is the kernel's is the kernel's alone."""
    before = look_again(chain)
    for node, address in (("c", "2001:db8:1::2"), ("t", "2001:db8:2::1")):
        answered = sh(*chain.inside(node, "ping", "-c", "20", "-i", "0.01", "-q", address), check=False)
        checks.that(f"the kernel answers {node}", " 20 received" in answered, answered.strip().rsplit("\n", 2)[-2])
    after = look_again(chain)
    come = {name: after[name] - before[name] for name in after}
    checks.that("and the engine sees nothing of it", come == {"i-c": 1, "i-t": 0}, come)


def carry(chain, checks, probe):
    for address in (ANY6, ANY4):
        total = chain.client(TCP, address)[0]
        checks.that(f"TCP to {address}", total == "300000", f"{total} bytes")
        checks.that(f"UDP to {address}, payload 0..1400", chain.client(UDP_SIZES, address) == ["11"], "11 sizes echoed")
        whole = chain.client(FRAGMENTS, address)
        checks.that(f"fragments to {address} find each other", whole == ["5"], f"{whole} datagrams")
    chain.client("import socket, sys; socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b'', (sys.argv[1], 9))",
                 "fc00:0:e1:f006::1")
    soon(lambda: ask(probe, "counters")["border_sid"] > 0)
    counters = ask(probe, "counters")
    checks.that("it was the engine that steered", counters["steered"] > 200, counters["steered"])
    checks.that("answers go through it, and are clamped", counters["clamped_answer"] >= 2, counters["clamped_answer"])
    checks.that("a SID addressed from outside is dropped", counters["border_sid"] >= 1, counters["border_sid"])
    lost = {name: counters[name] for name in ("transmit_full", "no_port", "no_path", "no_exception_port", "too_big")}
    checks.that("nothing is lost in it", not any(lost.values()), lost)
    said = chain.client(REFUSED, ANY6)
    checks.that("a port without a service is the kernel's to refuse", said[:1] == ["OSError"], " ".join(said))


def serve_sids(chain, checks, probe):
    """SIDs that the agent tells later are the engine's then."""
    chain.ip("t", "addr", "add", "fc00:0:a1::9/128", "dev", "lo")
    chain.ip("t", "-6", "route", "add", "fc00:0:1::/48", "via", "2001:db8:2::1")
    for line in ("sid fc00:0:1::/48 END 254", "serve"):
        probe.stdin.write(line + "\n")
    checks.that("a SID is told", ask(probe, "engine") == "served" and probe.stdout.readline().strip() == "dpdk", "served")

    def is_seen():
        sh(*chain.inside("t", sys.executable, "-c", TO_A_SID, "fc00:0:1:77::"))
        return ask(probe, "counters")["sid_unresolved"] > 0
    checks.that("and its packets come to the engine", soon(is_seen), ask(probe, "counters")["sid_unresolved"])


def survive(chain, checks, fwd):
    stream = chain.start("c", sys.executable, "-c", STREAM, ANY6)
    wait_for_more(stream)
    kill(fwd)
    fwd = start_fwd(chain, FWD)
    wait_for_more(stream)
    stream.stdin.close()
    *_, last = stream.stdout
    checks.that("a new engine takes the place of one that was killed", int(last.split()[0]) > 0, f"sent and lost: {last.strip()}")
    return fwd


def lose_links(chain, checks, probe):
    """A link that is down and comes back, and an exception port whose tap somebody deletes."""
    chain.ip("t", "link", "set", "t-i", "down")
    checks.that("a port without a link is said", soon(lambda: ask(probe, "engine") == "dpdk-port-down"), "dpdk-port-down")
    chain.ip("t", "link", "set", "t-i", "up")
    checks.that("and that it is back", soon(lambda: ask(probe, "engine") == "dpdk"), "dpdk")
    chain.ip("i", "link", "del", "x-c")
    checks.that("an exception port that is deleted is said", soon(lambda: ask(probe, "engine") == "dpdk-port-down"), "dpdk-port-down")


def has_program(chain, device):
    return "sl_filter" in chain.ip("i", "-d", "link", "show", device)


def story(chain, checks, program):
    try:
        fwd = start_fwd(chain, FWD)  # before there is a Plan: the filters follow the tables
        checks.that("both ports have the filter", has_program(chain, "i-c") and has_program(chain, "i-t"), "sl_filter")
        probe, line = start_probe(chain, program)
        checks.that("the agent's tables come into the filters", line.startswith("ready") and
                    soon(lambda: chain.client(UDP_SIZES, ANY6) == ["11"]), "11 sizes echoed")
        keep(chain, checks)
        carry(chain, checks, probe)
        serve_sids(chain, checks, probe)
        fwd = survive(chain, checks, fwd)
        lose_links(chain, checks, probe)
        fwd.send_signal(signal.SIGTERM)
        checks.that("the engine ends when asked", fwd.wait(timeout=10) == 0, "exit status 0")
        checks.that("and leaves the interfaces bare", not (has_program(chain, "i-c") or has_program(chain, "i-t")), "no program")
    finally:
        for name in (f"{chain.folder}.tables", f"{chain.folder}.yaml"):
            if os.path.exists(name):
                os.unlink(name)
        shutil.rmtree(f"/var/run/dpdk/{prefix_of(chain)}", ignore_errors=True)


if __name__ == "__main__":
    if not os.path.exists("/dev/net/tun"):
        print("skip af_xdp on both ports # no /dev/net/tun here")
        sys.exit(0)
    sys.exit(tell(__doc__, "sf", story))
