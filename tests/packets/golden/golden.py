#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Encapsulated packets as an independent program writes them: scapy, with the flow hash written again here.

`--write` makes encapsulation.txt, which the packet tests compare with the core bit by bit. Without it, the file must be
what scapy writes now, and tshark must read in every packet what was meant. Exit status 77: neither is installed."""
import argparse
import ipaddress
import os
import shutil
import subprocess
import sys
import tempfile

try:
    from scapy.all import IP, IPv6, IPv6ExtHdrSegmentRouting, Ether, Raw, UDP, raw, wrpcap
except ImportError:
    IPv6 = None

SOURCE = "fc00:0:1::1"
CLIENT, SERVICE = {4: "10.0.1.2", 6: "2001:db8:c1::2"}, {4: "198.51.100.1", 6: "2001:db8:a::1"}
MARK, HOPS, PORTS = 0xB9, 64, (40000, 9001)
APPLICATION = 0xA1B2C3D4
WORD = (1 << 64) - 1


def mapped(address):
    ip = ipaddress.ip_address(address)
    return ip.packed if ip.version == 6 else b"\0" * 10 + b"\xff\xff" + ip.packed


def mix(h, word):
    h ^= word
    h = ((h ^ (h >> 33)) * 0xFF51AFD7ED558CCD) & WORD
    h = ((h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53) & WORD
    return h ^ (h >> 33)


def fold(data, seed=0):
    for at in range(0, len(data), 8):
        seed = mix(seed, int.from_bytes(data[at:at + 8], "little"))
    return seed


def label(version):
    tag = fold(mapped(SERVICE[version])) & 0xFFFFFFFF
    key = mapped(CLIENT[version]) + tag.to_bytes(4, "little") + PORTS[0].to_bytes(2, "big") + (1).to_bytes(2, "little")
    return fold(key) & 0xFFFFF


def container(block, ids):
    """A NEXT-C-SID container: the block's leading bits, then 16-bit ids."""
    bits = int(ipaddress.IPv6Address(block.split("/")[0]))
    at = 128 - int(block.split("/")[1])
    for each in ids:
        at -= 16
        bits |= each << at
    return str(ipaddress.IPv6Address(bits))


def lists(version):
    """(name, mode, SIDs before the last, last SID) for one to eight nodes in every mode."""
    function = 0xF006 if version == 6 else 0xF004
    for count in range(1, 9):
        nodes = list(range(0xA1, 0xA0 + count)) + [0xE1]
        for name, block, ids in (("usid-f3216", "fc00::/32", 6), ("usid-f4816", "fc00:0:7::/48", 5)):
            if count + 1 <= ids:
                yield f"{name}-{count}", "usid", [], container(block, nodes + [function])
            else:  # node and function of the last SID stay together
                first = min(ids, count - 1)
                yield (f"{name}-{count}", "encaps-red", [container(block, nodes[:first])],
                       container(block, nodes[first:] + [function]))
        sids = [f"fc00:0:{node:x}::1" for node in nodes[:-1]]
        for mode in ("encaps", "encaps-red"):
            yield f"{mode}-{count}", mode, sids, f"fc00:0:e1:{function:x}::"


def in_header(mode, sids, last):
    return list(reversed(sids + [last])) if mode == "encaps" else list(reversed(sids[1:] + [last]))


def inner(version):
    udp = UDP(sport=PORTS[0], dport=PORTS[1]) / Raw(bytes((i * 7 + 3) & 255 for i in range(20)))
    if version == 6:
        return IPv6(src=CLIENT[6], dst=SERVICE[6], tc=MARK, hlim=HOPS - 1) / udp
    return IP(src=CLIENT[4], dst=SERVICE[4], tos=MARK, ttl=HOPS - 1, id=0) / udp


def with_argument(sid, application):
    """The application behind the last id of a SID; the SID alone when no 4 bytes are left."""
    octets = ipaddress.ip_address(sid).packed
    end = max(at + 2 for at in range(0, 16, 2) if octets[at:at + 2] != b"\0\0")
    if application == 0 or end + 4 > 16:
        return sid
    return str(ipaddress.ip_address(octets[:end] + application.to_bytes(4, "big") + octets[end + 4:]))


def encapsulated(version, mode, sids, plain, application):
    last = with_argument(plain, application)
    outer = IPv6(src=SOURCE, dst=(sids + [last])[0], tc=MARK, fl=label(version), hlim=64)
    payload = inner(version)
    listed = in_header(mode, sids, last if sids else plain)
    if mode == "usid" or (mode == "encaps-red" and not sids):
        outer.nh = 41 if version == 6 else 4
        return outer / payload
    header = IPv6ExtHdrSegmentRouting(addresses=listed, segleft=len(sids), lastentry=len(listed) - 1,
                                      nh=41 if version == 6 else 4, len=2 * len(listed))
    return outer / header / payload


def cases():
    for version in (6, 4):
        for application in (0, APPLICATION):
            for name, mode, sids, last in lists(version):
                frame = Ether(dst="02:00:00:00:00:09", src="02:00:00:00:00:08")
                frame /= encapsulated(version, mode, sids, last, application)
                suffix = "-application" if application else ""
                yield f"{name}-v{version}{suffix}", mode, version, sids, last, application, raw(frame)


def text():
    lines = ["# SPDX-License-Identifier: Apache-2.0", "# golden.py --write made this: name mode version SIDs last application frame"]
    for name, mode, version, sids, last, application, frame in cases():
        lines.append(" ".join((name, mode, str(version), ",".join(sids) or "-", last, str(application), frame.hex())))
    return "\n".join(lines) + "\n"


def read_by_tshark(rows):
    """One line of fields for every frame."""
    fields = ("ipv6.dst", "ipv6.nxt", "ipv6.routing.segleft", "ipv6.routing.srh.addr", "ipv6.tclass", "udp.dstport",
              "_ws.malformed", "udp.checksum.status", "ip.checksum.status")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "golden.pcap")
        wrpcap(path, [Ether(frame) for *_, frame in rows])
        words = ["tshark", "-r", path, "-T", "fields", "-E", "separator=|", "-o", "udp.check_checksum:TRUE",
                 "-o", "ip.check_checksum:TRUE"]
        for field in fields:
            words += ["-e", field]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
    return [dict(zip(fields, line.split("|"))) for line in done.stdout.splitlines()]


def addresses(words):
    return [ipaddress.ip_address(word) for word in words]


def differs(row, seen):
    """What tshark reads otherwise than meant; None when nothing."""
    _, mode, version, sids, plain, application, _ = row
    last = with_argument(plain, application)
    listed = in_header(mode, sids, last if sids else plain)
    has_header = mode == "encaps" or (mode == "encaps-red" and sids)
    want = {"ipv6.dst": addresses([(sids + [last])[0]] + ([SERVICE[6]] if version == 6 else [])),
            "ipv6.routing.srh.addr": addresses(listed) if has_header else []}
    for field, value in want.items():
        if addresses(filter(None, seen[field].split(","))) != value:
            return f"{field} is {seen[field]}"
    if has_header and int(seen["ipv6.routing.segleft"]) != len(sids):
        return f"segments left {seen['ipv6.routing.segleft']}"
    if seen["_ws.malformed"] or seen["udp.dstport"] != str(PORTS[1]) or seen["udp.checksum.status"] != "1":
        return f"malformed, port or checksum: {seen}"
    if version == 4 and seen["ip.checksum.status"] != "1":
        return "IPv4 checksum"
    return None if {int(word, 0) for word in seen["ipv6.tclass"].split(",")} == {MARK} else "traffic class"


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("file")
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    if IPv6 is None:
        print("skipped: needs python3-scapy")
        return 77
    if chosen.write:
        with open(chosen.file, "w", encoding="utf-8") as out:
            out.write(text())
        return 0
    with open(chosen.file, encoding="utf-8") as source:
        if source.read() != text():
            print("not ok: the file is not what scapy writes")
            return 1
    rows = list(cases())
    print(f"ok scapy writes the same {len(rows)} frames")
    if not shutil.which("tshark"):
        return 0
    wrong = [(row[0], said) for row, seen in zip(rows, read_by_tshark(rows), strict=True) if (said := differs(row, seen))]
    for name, said in wrong:
        print(f"not ok {name}: {said}")
    print(f"{'not ok' if wrong else 'ok'} tshark reads what was meant")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
