# SPDX-License-Identifier: Apache-2.0
"""The lab of the tests of this folder: ingress i - transit t - egress e - site s and client c, suanlu-agent on the routers, agent_peer in
place of the controller and of the site."""
import argparse
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

LINKS = (("i", "t", 1), ("t", "e", 2), ("e", "s", 3), ("c", "i", 4))
NODES = {"i": ("R1", "1"), "t": ("P1", "a1"), "e": ("E1", "e1")}
SITE = "2001:db8:51::1"
ANYCAST = "2001:db8:a::1"
OUR_PROTOCOL = "206"

SERVER = """
import socket
s = socket.create_server((%r, 8080), family=socket.AF_INET6)
print("ready", flush=True)
while True:
    c = s.accept()[0]; c.sendall(b"served"); c.close()
""" % ANYCAST
CLIENT = """
import socket
s = socket.create_connection((%r, 8080), timeout=3)
print(s.recv(100).decode())
""" % ANYCAST


def sh(*words, check=True):
    return subprocess.run(words, check=check, capture_output=True, text=True).stdout


class Talker:
    """A child process that prints lines; keeps the last ones and waits for one that fits."""

    def __init__(self, *words, name):
        self.name = name
        self.child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines = queue.Queue()
        self.seen = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.child.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def expect(self, fits, what, seconds=10):
        end = time.monotonic() + seconds
        while True:
            try:
                line = self.lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"{self.name}: no {what} within {seconds} s; last lines: {self.seen[-6:]}") from None
            if line is None:
                raise AssertionError(f"{self.name} ended; last lines: {self.seen[-6:]}")
            self.seen.append(line)
            if fits(line):
                return line

    def drain(self):
        while not self.lines.empty():
            self.seen.append(self.lines.get())

    def tell(self, line):
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()

    def end(self, sig=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(sig)
        return self.child.wait(10)


class Lab:
    def __init__(self, agent, peer):
        self.agent_binary, self.peer = agent, peer
        self.tag = f"sla{os.getpid()}"
        self.folder = tempfile.mkdtemp(prefix="suanlu-agent-")
        self.children = []
        self.generation = 0
        self.pins = f"/sys/fs/bpf/{self.tag}/R1"
        self.had_bpffs = sh("stat", "-f", "-c", "%T", "/sys/fs/bpf").startswith("bpf")  # else the agent mounts it

    def ns(self, node):
        return f"{self.tag}{node}"

    def run(self, node, *words, check=True):
        return sh("ip", "netns", "exec", self.ns(node), *words, check=check)

    def start(self, node, *words, name):
        # Not "ip netns exec": its fresh /sys would hide the bpffs.
        talker = Talker("nsenter", f"--net=/run/netns/{self.ns(node)}", *words, name=name)
        self.children.append(talker)
        return talker

    def build(self):
        for node in "itesc":
            sh("ip", "netns", "add", self.ns(node))
            self.run(node, "sysctl", "-qw", "net.ipv6.conf.all.forwarding=1", "net.ipv6.conf.all.seg6_enabled=1",
                     "net.ipv6.conf.default.seg6_enabled=1", "net.ipv6.conf.default.accept_dad=0")
            self.run(node, "ip", "link", "set", "lo", "up")
        for a, b, number in LINKS:
            sh("ip", "link", "add", f"to-{b}", "netns", self.ns(a), "type", "veth", "peer", "name", f"to-{a}", "netns", self.ns(b))
            for node, other, host in ((a, b, 1), (b, a, 2)):
                self.run(node, "ip", "addr", "add", f"2001:db8:{number}::{host}/64", "dev", f"to-{other}", "nodad")
                self.run(node, "ip", "link", "set", f"to-{other}", "up")
        for node, (_, number) in NODES.items():
            self.run(node, "ip", "link", "add", "sr0", "type", "veth", "peer", "name", "sr0p")
            self.run(node, "ip", "link", "set", "sr0", "up")
            self.run(node, "ip", "link", "set", "sr0p", "up")
            self.run(node, "ip", "addr", "add", f"fc00:0:{number}::1/48", "dev", "lo", "nodad")
        self.run("i", "ip", "addr", "add", "2001:db8:f::1/128", "dev", "lo")
        self.run("s", "ip", "addr", "add", f"{SITE}/128", "dev", "lo")
        self.run("s", "ip", "addr", "add", f"{ANYCAST}/128", "dev", "lo")
        self.run("t", "ethtool", "-K", "to-i", "gro", "on")
        self.run("c", "ethtool", "-K", "to-i", "tx", "off")
        routes = (("i", "fc00:0:a1::/48", "2001:db8:1::2"), ("i", "fc00:0:e1::/48", "2001:db8:1::2"),
                  ("t", "fc00:0:e1::/48", "2001:db8:2::2"), ("t", "2001:db8:f::1/128", "2001:db8:1::1"),
                  ("e", "2001:db8:f::1/128", "2001:db8:2::1"), ("s", "default", "2001:db8:3::1"),
                  ("c", "default", "2001:db8:4::2"), ("t", "2001:db8:4::/64", "2001:db8:1::1"), ("e", "2001:db8:4::/64", "2001:db8:2::1"),
                  ("i", f"{ANYCAST}/128", "2001:db8:1::2"))
        for node, prefix, via in routes:
            self.run(node, "ip", "-6", "route", "add", prefix, "via", via)

    def config(self, node):
        name, number = NODES[node]
        probes = 'probes: {interval: 50ms, miss: 3, dead_hold: 1s, source: "2001:db8:f::1", port: 862}\n' if node == "i" else ""
        path = f"{self.folder}/{node}.yaml"
        with open(path, "w", encoding="utf-8") as out:
            out.write(f'node: {name}\ncontroller: {{address: "unix:{self.folder}/ctl.sock", name: suanlud}}\n'
                      f'srv6: {{owner: agent, locator: "fc00:0:{number}::/48", source: "fc00:0:{number}::1", sid_interface: sr0}}\n'
                      'allow: {service_prefixes: ["2001:db8:a::/64"], sid_blocks: ["fc00:0::/32"]}\n'
                      f"{self.engine(node)}\nstate_dir: {self.folder}/state-{node}\n{probes}"
                      'metrics: "127.0.0.1:9101"\n')
        return path

    def engine(self, node):
        if node != "i":
            return "engine: none"
        return f"engine: xdp\npins: {self.pins}\ninterfaces: [{{name: to-c, role: external, client_class: cameras}}]\nflow_sample: 1"

    def agent(self, node):
        return self.start(node, self.agent_binary, "-c", self.config(node), name=f"agent {node}")

    def plan(self, node, sids, sites="", generation=None):
        """Writes a Plan in text format; gives its path and generation."""
        if generation is None:
            self.generation += 1
            generation = self.generation
        path = f"{self.folder}/{node}-{generation}.plan"
        block = packed("fc00::")
        body = "".join(f'local_sids {{ sid {{ address: "{packed(a)}" length: {length} }} {rest} }}\n' for a, length, rest in sids)
        with open(path, "w", encoding="utf-8") as out:
            out.write(f'id {{ controller: "ctl" epoch: 1 generation: {generation} }} node: "{NODES[node][0]}"\n'
                      f'sid_block {{ address: "{block}" length: 32 }}\n{body}{sites}')
        return path, generation

    def page(self, node):
        """The agent's metrics."""
        ask = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:9101/metrics', timeout=5).read().decode(), end='')"
        return self.run(node, "python3", "-c", ask)

    def metric(self, node, name):
        rows = [line.rsplit(" ", 1) for line in self.page(node).splitlines() if line.startswith(name)]
        return sum(float(value) for _, value in rows)

    def ours(self, node):
        rows = json.loads(self.run(node, "ip", "-6", "-j", "route", "show", "proto", OUR_PROTOCOL) or "[]")
        return {row["dst"]: row for row in rows}

    def show(self):
        if os.environ.get("SUANLU_SHOW"):
            for child in self.children:
                child.drain()
                print(f"--- {child.name}", *child.seen[-40:], sep="\n")

    def close(self):
        for child in self.children:
            if child.child.poll() is None:
                child.child.kill()
        for node in "itesc":
            sh("ip", "netns", "del", self.ns(node), check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(os.path.dirname(self.pins), ignore_errors=True)
        if not self.had_bpffs:
            sh("umount", "/sys/fs/bpf", check=False)


def packed(address):
    return "".join(f"\\{byte:03o}" for byte in socket.inet_pton(socket.AF_INET6, address))


def end_sid(number):
    return (f"fc00:0:{number}::", 48, 'behaviour: "End"')


DX6 = ("fc00:0:e1:f006::", 64, f'behaviour: "End.DX6" next_hop: "{packed("2001:db8:3::2")}" interface: "to-s"')


def site_text(*destinations):
    paths = "".join(f'paths {{ id: {4 + rank} egress: "E1" destination6: "{packed(d)}" mtu: 1500 }}\n' for rank, d in enumerate(destinations))
    return f'sites {{ id: 1 name: "mec-1" probe_address: "{packed(SITE)}"\n{paths} }}\n'


def service_text():
    return (f'services {{ id: 7 name: "analysis" addresses: "{packed(ANYCAST)}" transport: "tcp" port: 8080 affinity: "flow" '
            "affinity_timeout_s: 300 slots: 251 shares { site: 1 ppm: 1000000 } }\n")


def check(name, function):
    try:
        function()
        print(f"ok {name}", flush=True)
        return True
    except (AssertionError, subprocess.SubprocessError, OSError, ValueError) as problem:
        print(f"not ok {name}: {str(problem).splitlines()[0] if str(problem) else type(problem).__name__}", flush=True)
        return False


def tell(about, lab_of, story_of):
    """Runs the cases of a story in a lab of its own; what a test file of this folder ends with."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("agent")
    parser.add_argument("peer")
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        print("skip agent # needs root")
        return 77
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    lab = lab_of(arguments.agent, arguments.peer)
    try:
        lab.build()
        story = story_of(lab)
        good = [check(name, getattr(story, name)) for name in story.cases()]
    finally:
        lab.show()
        lab.close()
    return 0 if all(good) else 1
