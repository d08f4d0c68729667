# SPDX-License-Identifier: Apache-2.0
"""Captures on the core links: which encapsulated packets passed which router, in which order, to which destination."""
import ipaddress
import os
import re
import time

LINE = re.compile(r'^(?P<t>\d+\.\d+) (?P<interface>\S+)\s+In\s+IP6 .*?(?P<outer_source>[0-9a-f:]+) > '
                  r'(?P<outer>[0-9a-f:]+): .*?IP6 .*?(?P<source>[0-9a-f:]+)\.(?P<port>\d+) > '
                  r'(?P<inner>[0-9a-f:]+)\.(?P<service>\d+): ')
BLOCK_BITS, ID_BITS = 32, 16
LOCAL_IDS = 0xE000  # ids from here on name a function of the node before them, not a node


class Packet:
    """One sighting of an encapsulated packet on arrival at a router."""

    def __init__(self, router, match):
        self.router = router
        self.time = float(match['t'])
        self.outer = ipaddress.IPv6Address(match['outer'])
        self.flow = (match['source'], int(match['port']), int(match['service']))


class Capture:
    """tcpdump on every router of the core for as long as the `with` block lasts."""

    def __init__(self, machine, routers):
        self.machine = machine
        self.routers = routers
        self.processes = {}

    def __enter__(self):
        for router in self.routers:
            self.processes[router] = self.machine.start(router, f'capture-{router}', [
                'tcpdump', '-i', 'any', '-Q', 'in', '-nn', '-tt', '-l', '--immediate-mode',
                'ip6 dst net fc00::/32 and ip6[6] = 41'])
        end = time.monotonic() + 5
        while time.monotonic() < end and not all(self._listens(p) for p in self.processes.values()):
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        for process in self.processes.values():
            process.stop()

    @staticmethod
    def _listens(process):
        with open(process.log_path, encoding='utf-8', errors='replace') as file:
            return 'listening on' in file.read()

    def packets(self):
        """Every sighting, in the order of time."""
        found = []
        for router, process in self.processes.items():
            if not os.path.exists(process.log_path):
                continue
            with open(process.log_path, encoding='utf-8', errors='replace') as file:
                found += [Packet(router, match) for match in map(LINE.match, file) if match]
        return sorted(found, key=lambda packet: packet.time)


def flows(packets):
    """{flow: sightings in order}."""
    result = {}
    for packet in packets:
        result.setdefault(packet.flow, []).append(packet)
    return result


def first_pass(sightings):
    """The routers that the flow's first packet was seen at, in order: up to the first repetition."""
    routers = []
    for packet in sightings:
        if packet.router in routers:
            break
        routers.append(packet.router)
    return routers


def listed_routers(destination, locators):
    """The routers that a uSID list names, in order; `locators` = {16-bit id: router}."""
    value = int(ipaddress.IPv6Address(destination)) & ((1 << 128 - BLOCK_BITS) - 1)
    names = []
    for place in range((128 - BLOCK_BITS) // ID_BITS):
        number = value >> (128 - BLOCK_BITS - ID_BITS * (place + 1)) & 0xFFFF
        if number == 0:
            break
        if number < LOCAL_IDS:
            names.append(locators.get(number, f'{number:x}'))
    return names


def forms(destination):
    """A uSID destination as the ingress writes it, and as each node of its list but the last one leaves it to the next."""
    value, mask = int(ipaddress.IPv6Address(destination)), (1 << 128 - BLOCK_BITS) - 1
    block, rest = value & ~mask, value & mask
    result = [destination]
    while (rest := rest << ID_BITS & mask) and rest << ID_BITS & mask:
        result.append(ipaddress.IPv6Address(block | rest))
    return result


def in_order(wanted, seen):
    """True when `wanted` is a subsequence of `seen`."""
    rest = iter(seen)
    return all(any(name == other for other in rest) for name in wanted)
