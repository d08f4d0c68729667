#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real packets through suanlu-fwd over af_packet: client - ingress - transit - egress - server, as for XDP. The kernel
keeps everything that is not steered, neighbour discovery included; engine and agent are killed below a stream."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "xdp"))
from chain_test import ANY4, ANY6, STREAM, TCP, UDP_SIZES, sh, stop_stream, tell, wait_for_more

FWD = """
tables: {tables}
eal: [-l, "{core}", --no-huge, -m, "96", --no-pci, --file-prefix, "{prefix}", --log-level, "3",
      --vdev, "net_af_packet0,iface=i-c", --vdev, "net_af_packet1,iface=i-t"]
buffers: 8192
idle_sleep: 50us
ports:
- {{device: net_af_packet0, interface: i-c, role: external}}
- {{device: net_af_packet1, interface: i-t, role: core}}
"""


def prepare(chain):
    """af_packet copies: the kernel must not forward what is steered as well, nor join packets before the copy."""
    for device in ("i-c", "i-t"):
        sh(*chain.inside("i", "ethtool", "-K", device, "gro", "off"))
    chain.ip("i", "-6", "route", "add", "blackhole", f"{ANY6}/128")
    chain.ip("i", "-4", "route", "add", "blackhole", f"{ANY4}/32")


def prefix_of(chain):
    """Of the engine's files in /var/run/dpdk."""
    return pathlib.Path(chain.folder).name


def telemetry(chain, command):
    """What the engine answers on DPDK's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asked:
        asked.connect(f"/var/run/dpdk/{prefix_of(chain)}/dpdk_telemetry.v2")
        asked.recv(1 << 16)  # who it is
        asked.send(command.encode())
        return json.loads(asked.recv(1 << 16))[command.partition(",")[0]]


def start_fwd(chain, text=FWD):
    """The engine in the ingress's namespace, once its log says that it forwards."""
    config = f"{chain.folder}.yaml"
    with open(config, "w", encoding="ascii") as file:
        file.write(text.format(tables=f"{chain.folder}.tables", core=min(os.sched_getaffinity(0)),
                              prefix=prefix_of(chain)))
    process = subprocess.Popen(chain.inside("i", os.environ["SUANLU_FWD"], "-c", config), stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    chain.processes.append(process)
    said = []
    for line in process.stdout:
        said.append(line)
        if "fwd.started" in line:
            return process
    raise RuntimeError("suanlu-fwd does not start: " + "".join(said))


def start_probe(chain, program):
    """The agent's side, and its first line."""
    process = chain.start("i", program, "tables", f"{chain.folder}.tables", "source", "fc00:0:1::1", "core", "i-t",
                          "from", chain.mac("i", "i-t"), "to", chain.mac("t", "t-i"), "mtu", "1500",
                          "sid6", "fc00:0:a1:e1:f006::", "sid4", "fc00:0:a1:e1:f004::", "anycast6", ANY6, "anycast4", ANY4)
    for line in process.stdout:
        if line.startswith("ready"):
            return process, line.strip()
    return process, ""


def ask(process, word):
    """The answer, behind what the program logs."""
    process.stdin.write(word + "\n")
    process.stdin.flush()
    line = next(line for line in process.stdout if not line.startswith("["))
    return {k: int(v) for k, v in (item.split("=") for item in line.split())} if word == "counters" else line.strip()


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


def carry(chain, checks, probe):
    for address in (ANY6, ANY4):
        total = chain.client(TCP, address)[0]
        checks.that(f"TCP to {address}", total == "300000", f"{total} bytes")
        checks.that(f"UDP to {address}, payload 0..1400", chain.client(UDP_SIZES, address) == ["11"], "11 sizes echoed")
    counters = ask(probe, "counters")
    checks.that("it was the engine that steered", counters["steered"] > 200, counters["steered"])
    checks.that("answers are seen on the core port", counters["clamped_answer"] >= 2, counters["clamped_answer"])
    # The kernel's copy of an answer is not clamped: the client learns from what is too big instead.
    checks.that("what is too big is answered", counters["too_big_answered"] >= 2, counters["too_big_answered"])
    checks.that("nothing is lost in it", counters["transmit_full"] + counters["no_port"] + counters["no_path"] == 0,
                counters["transmit_full"])


def tell_operator(chain, checks, probe):
    said, known = telemetry(chain, "/suanlu/counters"), ask(probe, "counters")
    checks.that("DPDK's telemetry has the agent's counters", said["steered"] == known["steered"] > 0, said["steered"])
    ports = telemetry(chain, "/suanlu/ports")
    checks.that("and the ports", {port["interface"]: port["is_down"] for port in ports.values()} == {"i-c": 0, "i-t": 0}, ports)


def survive(chain, checks, program, probe, fwd):
    stream = chain.start("c", sys.executable, "-c", STREAM, ANY6)
    wait_for_more(stream)
    kill(probe)
    wait_for_more(stream)
    probe, line = start_probe(chain, program)
    checks.that("the next agent adopts the tables", line == "ready adopted=1 applied=probe/1/1", line)
    wait_for_more(stream)
    stop_stream(checks, "kill -9 of the agent loses nothing", stream)
    kill(fwd)
    checks.that("the agent says that the engine is away", ask(probe, "engine") == "dpdk-away", "dpdk-away")
    fwd = start_fwd(chain)
    checks.that("a new engine forwards by the tables at once",
                chain.client(UDP_SIZES, ANY6) == ["11"] and ask(probe, "engine") == "dpdk", "11 sizes echoed")
    return fwd, probe


FLOWS = """
import socket, sys
got = 0
for port in range(40000, 40050):
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.settimeout(2); s.bind(('::', port)); s.connect((sys.argv[1], 9001))
    s.send(b'x' * 50); got += len(s.recv(2000)) == 50
print(got)
"""


def lcores(chain, number):
    """What each has decided, as soon as so many forward."""
    deadline = time.monotonic() + 10
    while len(counts := telemetry(chain, "/suanlu/lcores")) < number and time.monotonic() < deadline:
        time.sleep(0.05)
    return counts


def share(chain, checks, fwd):
    """Two lcores, on one core here: by a queue of each port for either, which the kernel fills by flow; and by one queue, whose
    packets they share by flow themselves."""
    pair = FWD.replace('-l, "{core}"', '--lcores, "(0-1)@{core}"')
    queues = pair.replace("iface=i-c", "iface=i-c,qpairs=2").replace("iface=i-t", "iface=i-t,qpairs=2")
    for how, text, count in (("with queues of their own", queues, 2), ("with one queue", pair + "distribute: true\n", 1)):
        fwd.send_signal(signal.SIGTERM)
        fwd.wait(timeout=10)
        fwd = start_fwd(chain, text)
        before = lcores(chain, 2)
        seen = chain.client(FLOWS, ANY6), chain.client(TCP, ANY4)[0]
        checks.that(f"two lcores {how} carry 50 flows and TCP", seen == (["50"], "300000"), seen)
        shares = [count - before[lcore] for lcore, count in lcores(chain, 2).items()]
        checks.that(f"two lcores {how}: packets that each decides", len(shares) == 2 and min(shares) > 0, shares)
        queues_used = [number > 0 for number in telemetry(chain, "/ethdev/stats,0")["q_ipackets"][:2]]
        checks.that(f"two lcores {how}: queues that packets came by", sum(queues_used) == count, queues_used)
    return fwd


def lose_port(chain, checks, probe, fwd):
    """The interface of the core port is deleted: the engine goes on with the other one, and says so."""
    chain.ip("i", "link", "del", "i-t")
    deadline = time.monotonic() + 20
    while (name := ask(probe, "engine")) != "dpdk-port-down" and time.monotonic() < deadline:
        time.sleep(0.1)
    checks.that("a port whose interface is deleted is said to be down", name == "dpdk-port-down", name)
    checks.that("the engine lives on without it", fwd.poll() is None, "running")


def story(chain, checks, program):
    try:
        probe, line = start_probe(chain, program)
        checks.that("the agent makes the tables", line == "ready adopted=0 applied=/0/0", line)
        fwd = start_fwd(chain)
        carry(chain, checks, probe)
        tell_operator(chain, checks, probe)
        fwd, probe = survive(chain, checks, program, probe, fwd)
        fwd = share(chain, checks, fwd)
        lose_port(chain, checks, probe, fwd)
        fwd.send_signal(signal.SIGTERM)
        checks.that("the engine ends when asked", fwd.wait(timeout=10) == 0, "exit status 0")
        checks.that("without it the anycast address is out of reach", chain.client(UDP_SIZES, ANY6) != ["11"], "no echo")
    finally:
        for name in (f"{chain.folder}.tables", f"{chain.folder}.yaml"):
            if os.path.exists(name):
                os.unlink(name)
        shutil.rmtree(f"/var/run/dpdk/{prefix_of(chain)}", ignore_errors=True)


if __name__ == "__main__":
    sys.exit(tell(__doc__, "sd", story, prepare))
