#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real packets through the XDP engine: client - ingress - transit (End, next-csid) - egress (End.DX6/DX4) - server.

Only the egress knows the anycast address, so nothing but the encapsulation can carry a packet there. Needs root."""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ANY6, ANY4 = "2001:db8:a::1", "198.51.100.1"
NODES = ("c", "i", "t", "e", "s")
LINKS = (("c", "i", 1500), ("i", "t", 1500), ("t", "e", 1500), ("e", "s", 1500))

SERVER = """
import socket, sys, threading
def serve(connection):
    total = 0
    while chunk := connection.recv(65536): total += len(chunk)
    connection.sendall(str(total).encode()); connection.close()
def listen(family, address):
    s = socket.create_server((address, 8080), family=family)
    while True: threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
def echo(family, address):
    s = socket.socket(family, socket.SOCK_DGRAM); s.bind((address, 9001))
    while True:
        data, peer = s.recvfrom(2000); s.sendto(data, peer)
for f, a in ((socket.AF_INET6, sys.argv[1]), (socket.AF_INET, sys.argv[2])):
    threading.Thread(target=listen, args=(f, a), daemon=True).start()
    threading.Thread(target=echo, args=(f, a), daemon=True).start()
print("ready", flush=True); sys.stdin.read()
"""

TCP = """
import socket, sys
s = socket.create_connection((sys.argv[1], 8080), timeout=10)
mss = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
s.sendall(b'x' * 300000); s.shutdown(socket.SHUT_WR)
print(s.recv(100).decode(), mss)
"""

UDP_SIZES = """
import socket, sys
s = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2)
s.connect((sys.argv[1], 9001)); got = 0
for n in (0, 1, 2, 3, 4, 5, 6, 7, 8, 100, 1400):
    s.send(b'y' * n); got += len(s.recv(2000)) == n
print(got)
"""

# Says "going" with every hundredth echo, until its input is closed; then how many were sent, and how many are lost.
STREAM = """
import select, socket, sys, time
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.connect((sys.argv[1], 9001)); s.setblocking(False)
seen = set(); sent = 0; due = time.monotonic(); end = due + 60
def drain():
    try:
        while True:
            seen.add(s.recv(100))
            if len(seen) % 100 == 0: print("going", flush=True)
    except BlockingIOError: pass
while time.monotonic() < end and not select.select([sys.stdin], [], [], 0)[0]:
    s.send(str(sent).encode()); sent += 1; due += 0.002; drain(); time.sleep(max(0, due - time.monotonic()))
while len(seen) < sent and select.select([s], [], [], 2)[0]: drain()
print(sent, sent - len(seen))
"""


def sh(*words, check=True):
    return subprocess.run(words, check=check, capture_output=True, text=True).stdout


def wait_for_more(stream):
    """Echoes of packets that are sent from now on; the first line may be an old one."""
    for _ in range(2):
        stream.stdout.readline()


def stop_stream(checks, what, stream):
    stream.stdin.close()
    *_, last = stream.stdout
    sent, lost = map(int, last.split())
    checks.that(what, sent > 0 and lost == 0, f"{lost} of {sent} lost")


class Chain:
    """Five namespaces; everything is undone in close()."""

    def __init__(self, tag):
        self.tag, self.processes, self.said = tag, [], []
        self.folder = tempfile.mkdtemp(prefix="suanlu-xdp-")
        sh("mount", "-t", "bpf", "bpf", self.folder)
        self.pins = f"{self.folder}/ingress"

    def ns(self, node):
        return f"{self.tag}{node}"

    def ip(self, node, *words):
        return sh("ip", "-n", self.ns(node), *words)

    def inside(self, node, *words):
        return ["nsenter", f"--net=/run/netns/{self.ns(node)}", *words]

    def build(self):
        for node in NODES:
            sh("ip", "netns", "add", self.ns(node))
            self.ip(node, "link", "set", "lo", "up")
            sh(*self.inside(node, "sysctl", "-qw", "net.ipv6.conf.all.forwarding=1", "net.ipv4.ip_forward=1",
                            "net.ipv6.conf.all.seg6_enabled=1", "net.ipv6.conf.default.seg6_enabled=1",
                            "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0",
                            # A router asks for neighbours from its link-local address, which may not be tentative.
                            "net.ipv6.conf.default.accept_dad=0"))
        for number, (a, b, mtu) in enumerate(LINKS, 1):
            sh("ip", "link", "add", f"{a}-{b}", "netns", self.ns(a), "mtu", str(mtu), "type", "veth",
               "peer", "name", f"{b}-{a}", "netns", self.ns(b), "mtu", str(mtu))
            for here, there, host in ((a, b, 1), (b, a, 2)):
                device = f"{here}-{there}"
                self.ip(here, "addr", "add", f"2001:db8:{number}::{host}/64", "dev", device, "nodad")
                self.ip(here, "addr", "add", f"10.0.{number}.{host}/24", "dev", device)
                self.ip(here, "link", "set", device, "up")
                sh(*self.inside(here, "sysctl", "-qw", f"net.ipv6.conf.{device}.seg6_enabled=1"))
                sh(*self.inside(here, "ethtool", "-K", device, "gro", "on", "tx", "off"))
        self.route()
        self.await_multicast()

    def await_multicast(self, limit_s=10):
        """A worker of the kernel makes the route for multicast up to a second after its link came up; until then a node hears
        no neighbour solicitation."""
        end = time.monotonic() + limit_s
        for here, there in [ends for a, b, _ in LINKS for ends in ((a, b), (b, a))]:
            wanted = ("-6", "route", "show", "table", "local", "type", "multicast", "dev", f"{here}-{there}")
            while not self.ip(here, *wanted):
                if time.monotonic() > end:
                    raise RuntimeError(f"{here}-{there} has no route for multicast")
                time.sleep(0.02)

    def route(self):
        for family, up, down in (("-6", "2001:db8:{}::{}", "::/0"), ("-4", "10.0.{}.{}", "0.0.0.0/0")):
            self.ip("c", family, "route", "add", down, "via", up.format(1, 2))
            self.ip("s", family, "route", "add", down, "via", up.format(4, 1))
            self.ip("e", family, "route", "add", down, "via", up.format(3, 1))
        self.ip("t", "-6", "route", "add", "2001:db8:1::/64", "via", "2001:db8:2::1")
        self.ip("t", "-4", "route", "add", "10.0.1.0/24", "via", "10.0.2.1")
        self.ip("s", "addr", "add", f"{ANY6}/128", "dev", "lo")
        self.ip("s", "addr", "add", f"{ANY4}/32", "dev", "lo")
        self.ip("t", "-6", "route", "add", "fc00:0:a1::/48", "encap", "seg6local", "action", "End", "flavors",
                "next-csid", "lblen", "32", "nflen", "16", "dev", "t-i")
        self.ip("t", "-6", "route", "add", "fc00:0:e1::/48", "via", "2001:db8:3::2")
        self.ip("e", "-6", "route", "add", "fc00:0:e1:f006::/64", "encap", "seg6local", "action", "End.DX6", "nh6",
                "2001:db8:4::2", "dev", "e-s")
        self.ip("e", "-6", "route", "add", "fc00:0:e1:f004::/64", "encap", "seg6local", "action", "End.DX4", "nh4",
                "10.0.4.2", "dev", "e-s")

    def mac(self, node, device):
        return json.loads(self.ip(node, "-j", "link", "show", device))[0]["address"]

    def start(self, node, *words, errors=None):
        process = subprocess.Popen(self.inside(node, *words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                   stderr=errors)
        self.processes.append(process)
        return process

    def probe(self, program, errors=None, hook="xdp", node="i"):
        """The engine at the ingress, or at the egress ("e")."""
        role, outside = ("external", "i-c") if node == "i" else ("site", "e-s")
        pins = self.pins if node == "i" else f"{self.folder}/egress"
        process = self.start(node, program, "pins", pins, "source", "fc00:0:1::1", role, outside, "core", f"{node}-t",
                             "from", self.mac(node, f"{node}-t"), "to", self.mac("t", f"t-{node}"), "mtu", "1500",
                             "sid6", "fc00:0:a1:e1:f006::", "sid4", "fc00:0:a1:e1:f004::",
                             "anycast6", ANY6, "anycast4", ANY4, "hook", hook, errors=errors)
        self.said = []
        for line in process.stdout:
            if line.startswith("ready"):  # what it logs comes before
                return process, line.strip()
            self.said.append(line.strip())
        return process, ""

    def client(self, script, *words):
        done = subprocess.run(self.inside("c", sys.executable, "-c", script, *words), capture_output=True, text=True,
                              timeout=60, check=False)
        return done.stdout.split() or [done.stderr.strip().rsplit("\n", 1)[-1]]

    def close(self):
        for process in self.processes:
            process.kill()
            process.wait()
        for node in NODES:
            sh("ip", "netns", "del", self.ns(node), check=False)
        for pins in (self.pins, f"{self.folder}/egress"):
            shutil.rmtree(pins, ignore_errors=True)
        sh("umount", self.folder, check=False)
        os.rmdir(self.folder)


class Checks:
    def __init__(self):
        self.failed = 0

    def that(self, name, holds, seen):
        self.failed += not holds
        print(f"{'ok' if holds else 'not ok'} {name}: {seen}", flush=True)


def ask(process, word):
    process.stdin.write(word + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    return {k: int(v) for k, v in (item.split("=") for item in line.split())} if word == "counters" else line.strip()


def carry(chain, checks, probe):
    """Every family and transport arrives, and what the counters say about it."""
    total, mss = (chain.client(TCP, ANY6) + ["0"])[:2]
    checks.that("TCP over IPv6", total == "300000" and int(mss) <= 1400, f"{total} bytes, MSS {mss}")
    total, mss = (chain.client(TCP, ANY4) + ["0"])[:2]
    checks.that("TCP over IPv4", total == "300000" and int(mss) <= 1420, f"{total} bytes, MSS {mss}")
    checks.that("UDP over IPv6, payload 0..1400", chain.client(UDP_SIZES, ANY6) == ["11"], "11 sizes echoed")
    checks.that("UDP over IPv4, payload 0..1400", chain.client(UDP_SIZES, ANY4) == ["11"], "11 sizes echoed")
    chain.client("import socket, sys; socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b'', (sys.argv[1], 9))",
                 "fc00:0:e1:f006::1")
    counters = ask(probe, "counters")
    checks.that("a SID addressed from outside is dropped", counters["border_sid"] >= 1, counters["border_sid"])
    checks.that("answers are clamped", counters["clamped_answer"] >= 2, counters["clamped_answer"])
    checks.that("new flows are counted and sampled",
                counters["service1_new_flows"] == 2 and counters["sampled"] == counters["listed"] == 2 and
                counters["sample_lost"] == 0, counters["service1_new_flows"])
    on_paths = sum(count for name, count in counters.items() if name.startswith("path1.") and name.endswith("_packets"))
    checks.that("every steered packet is counted at its path", on_paths == counters["steered"] > 0, on_paths)
    checks.that("nothing is lost on the way in",
                counters["no_path"] + counters["too_big"] + counters["no_headroom"] == 0, counters["steered"])


def survive(chain, checks, program, probe):
    """The loader is killed and started again below a stream."""
    stream = chain.start("c", sys.executable, "-c", STREAM, ANY6)
    wait_for_more(stream)
    probe.send_signal(signal.SIGKILL)
    probe.wait()
    wait_for_more(stream)
    probe, line = chain.probe(program)
    checks.that("pinned state is adopted", line == "ready adopted=1 applied=probe/1/1", line)
    wait_for_more(stream)
    stop_stream(checks, "kill -9 and adoption lose nothing", stream)
    return probe


def refuse_layout(chain, checks, program, probe):
    """Pinned tables of another layout are left alone, and say so."""
    probe.stdin.write("quit\n")
    probe.stdin.flush()
    probe.wait()
    control = ["pinned", f"{chain.pins}/sl_control_map", "key", "hex", "0", "0", "0", "0"]
    value = json.loads(sh("bpftool", "-j", "map", "lookup", *control))["value"]
    for layout in ("0x63", value[0]):
        sh("bpftool", "map", "update", *control, "value", "hex", *(byte[2:] for byte in [layout] + value[1:]))
        if layout != value[0]:
            process, line = chain.probe(program, errors=subprocess.PIPE)
            said = process.stderr.read()
            checks.that("tables of another layout are refused",
                        line == "" and process.wait() == 1 and "layout 99" in said, said.strip())
    checks.that("and packets still flow by them", chain.client(UDP_SIZES, ANY6) == ["11"], "11 sizes echoed")
    return chain.probe(program)[0]


def refuse_size(chain, checks, program):
    """A control map of another size is not even read: the kernel would write as many bytes as it has."""
    os.makedirs(chain.pins)
    sh("bpftool", "map", "create", f"{chain.pins}/sl_control_map", "type", "array", "key", "4", "value", "4096", "entries",
       "1", "name", "sl_control_map")
    process, line = chain.probe(program, errors=subprocess.PIPE)
    said = process.stderr.read()
    checks.that("a control map of another size is refused",
                line == "" and process.wait() == 1 and "4096 bytes" in said and "withdraw" in said, said.strip())
    os.unlink(f"{chain.pins}/sl_control_map")


def tell(about, prefix, story, prepare=None):
    """The frame of every story told on the chain: arguments, root, build-up, an echo server, clean-up. Exit status."""
    options = argparse.ArgumentParser(description=about)
    options.add_argument("probe")
    program = options.parse_args().probe
    if os.geteuid() != 0:
        print("skipped: needs root")
        return 77
    checks, chain = Checks(), Chain(f"{prefix}{os.getpid()}")
    try:
        chain.build()
        if prepare:
            prepare(chain)
        server = chain.start("s", sys.executable, "-c", SERVER, ANY6, ANY4)
        server.stdout.readline()
        story(chain, checks, program)
    finally:
        chain.close()
    return 1 if checks.failed else 0


def story(chain, checks, program):
    refuse_size(chain, checks, program)
    probe, line = chain.probe(program)
    checks.that("the engine starts fresh", line == "ready adopted=0 applied=/0/0", line)
    carry(chain, checks, probe)
    probe = survive(chain, checks, program, probe)
    probe = refuse_layout(chain, checks, program, probe)
    checks.that("withdrawal removes every pin",
                ask(probe, "withdraw") == "withdrawn" and not os.path.exists(chain.pins), "no pin left")
    checks.that("without the engine the anycast address is out of reach",
                chain.client(UDP_SIZES, ANY6) != ["11"], "no echo")


if __name__ == "__main__":
    sys.exit(tell(__doc__, "sx", story))
