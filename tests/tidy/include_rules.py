# SPDX-License-Identifier: Apache-2.0
"""Who may include whom. The table is the picture in docs/architecture.md, written as prefixes."""
import posixpath
import re

_INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')

PURE_SUPPORT = ("core/support/result", "core/support/error", "core/support/clock", "core/support/check")
CORE = ("core/",)
EVERY_TELEMETRY = ("telemetry/",)

# folder of the includer (longest prefix wins) -> what it may include
ALLOWED = {
    "core/model": ("core/model/",) + PURE_SUPPORT,
    "core/support": CORE,
    "policies": CORE + ("policies/",),
    "telemetry": CORE + EVERY_TELEMETRY,
    "telemetry/site": CORE + EVERY_TELEMETRY,
    "dns/record": CORE + ("dns/record/",),
    "dns/answer": CORE + ("dns/answer/", "dns/record/"),
    "dns/zone": CORE + ("dns/zone/", "dns/answer/", "dns/record/"),
    "dns/xfr": CORE + ("dns/xfr/", "dns/zone/", "dns/answer/", "dns/record/"),
    "dns/udp": CORE + ("dns/udp/", "dns/answer/", "dns/record/"),
    "dns/push": CORE + ("dns/push/", "dns/answer/", "dns/record/"),
    "dns/tcp": CORE + ("dns/tcp/", "dns/push/", "dns/answer/", "dns/record/"),
    "dns/tap": CORE + ("dns/tap/", "dns/answer/", "dns/record/"),
    "dns/xdp": CORE + ("dns/xdp/", "dns/answer/", "dns/record/"),
    "dns": CORE + ("dns/",),
    "dataplane/steer": ("dataplane/steer/",),
    "dataplane/api": CORE + ("dataplane/api/", "dataplane/steer/"),
    "dataplane/xdp": CORE + ("dataplane/xdp/", "dataplane/api/", "dataplane/steer/"),
    "dataplane/dpdk": CORE + ("dataplane/dpdk/", "dataplane/api/", "dataplane/steer/"),
    "dataplane/kernel": CORE + ("dataplane/kernel/", "dataplane/api/", "dataplane/steer/"),
    "dataplane/agent": CORE + ("dataplane/", "telemetry/"),
    "controller": CORE + ("controller/", "policies/", "telemetry/", "dns/", "dataplane/api/"),
    "controller/offline": CORE + ("controller/offline/", "controller/paths/", "controller/topology/", "policies/"),
    "simulator": CORE + ("simulator/", "policies/", "controller/paths/", "controller/topology/", "dataplane/api/"),
    "controller/cli": CORE + ("controller/cli/", "controller/api/", "controller/decision/", "controller/offline/", "controller/topology/",
                               "dns/record/", "dns/zone/", "dns/push/", "dns/tcp/"),
}
# Programs: they know everybody below them and nobody includes them.
PROGRAMS = ("controller/app", "controller/cli", "telemetry/site", "dataplane/agent", "dns/app")
# Without I/O, so without the means for it.
PURE = ("core/model", "policies", "controller/offline", "dns/record", "dns/answer", "dns/zone", "dns/xfr", "dns/push")
ASIO_DOORS = ("core/support/asio.hpp", "core/support/asio_tls.hpp")
IMPURE_SUPPORT = ("core/support/asio", "core/support/mailbox", "core/support/owned", "core/support/snapshot_cell")

OURS = ("core/", "policies/", "telemetry/", "dns/", "dataplane/", "controller/", "simulator/", "tests/")


def _longest_prefix(folder, table):
    fits = [p for p in table if folder == p or folder.startswith(p + "/")]
    return max(fits, key=len) if fits else None


def includes_of(tree, source):
    """(line number, resolved path or spelling, is_ours) of every include."""
    found = []
    for number, line in enumerate(source.lines, 1):
        match = _INCLUDE.match(line)
        if not match:
            continue
        spelled = match.group(2)
        beside = posixpath.normpath(posixpath.join(source.folder, spelled))
        if match.group(1) == '"' and beside in tree.by_path:
            found.append((number, beside, True))
        else:
            found.append((number, spelled, spelled.startswith(OURS)))
    return found


def check_direction(tree, out):
    for source in tree.cpp():
        includer = _longest_prefix(source.folder, ALLOWED)
        if includer is None:
            continue
        allowed = PURE_SUPPORT if source.path.startswith(PURE_SUPPORT) else ALLOWED[includer]
        program = _longest_prefix(source.folder, PROGRAMS)
        for number, target, ours in includes_of(tree, source):
            if not ours:
                continue
            where = f"{source.path}:{number}"
            own = target.startswith(source.folder + "/")
            if not target.startswith(allowed) and not (own and allowed is not PURE_SUPPORT):
                out.fail("include-direction", where, f"{includer} may not include {target}")
            elif _longest_prefix(source.folder, PURE) and target.startswith(IMPURE_SUPPORT):
                out.fail("include-direction", where, f"{includer} is pure and may not include {target}")
            else:
                entered = _longest_prefix(posixpath.dirname(target), PROGRAMS)
                if entered and entered != program:
                    out.fail("include-direction", where, f"nobody includes the program {entered} ({target})")


def _layer(path):
    """The folder of a file; the pure part of core/support is a layer of its own, below core/model."""
    return "core/support (pure)" if path.startswith(PURE_SUPPORT) else posixpath.dirname(path)


def check_cycles(tree, out):
    """No two folders include each other."""
    edges = {}
    for source in tree.cpp():
        if not source.path.startswith(OURS) or source.path.startswith("tests/"):
            continue
        for number, target, ours in includes_of(tree, source):
            if ours and _layer(target) != _layer(source.path):
                edges.setdefault((_layer(source.path), _layer(target)), f"{source.path}:{number}")
    for (a, b), where in sorted(edges.items()):
        if a < b and (b, a) in edges:
            out.fail("include-cycle", where, f"{a} and {b} include each other (also {edges[(b, a)]})")


def check_generated(tree, out):
    """Generated protobuf types stay in codecs and RPC edges, and in headers that only those include."""
    edge = re.compile(r"(_codec|_server|_client)\.(cpp|hpp)$")
    exempt = ("controller/cli/", "tests/")
    carriers = set()
    for source in tree.cpp():
        for number, target, _ in includes_of(tree, source):
            if not target.endswith(".pb.h"):
                continue
            if source.suffix == ".hpp":
                carriers.add(source.path)
            if not edge.search(source.path) and not source.path.startswith(exempt):
                out.fail("generated-types", f"{source.path}:{number}", f"{target} outside *_codec, *_server, *_client")
    for source in tree.cpp():
        if edge.search(source.path) or source.path.startswith(exempt):
            continue
        for number, target, _ in includes_of(tree, source):
            if target in carriers:
                out.fail("generated-types", f"{source.path}:{number}", f"{target} brings generated types along")


def check_asio(tree, out):
    for source in tree.cpp():
        if source.path in ASIO_DOORS:
            continue
        for number, target, _ in includes_of(tree, source):
            if target.startswith("boost/asio"):
                out.fail("asio-include", f"{source.path}:{number}", f"Asio comes through {' or '.join(ASIO_DOORS)} only")
