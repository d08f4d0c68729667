# SPDX-License-Identifier: Apache-2.0
"""What a topology file asks for, as plain values: nodes with their merged settings, links, the management network.

Merging is containerlab's: defaults < kinds < groups < node; maps are merged by key, lists are concatenated, other
values are replaced. What is not in the tables below is refused with file:line, never ignored.
"""
import ipaddress
import os
import re
from dataclasses import dataclass, field

from . import schema
from .source import Source

TOP_KEYS = ('name', 'mgmt', 'topology')
MGMT_KEYS = ('network', 'bridge', 'ipv4-subnet', 'ipv4-gw')
TOPOLOGY_KEYS = ('defaults', 'kinds', 'groups', 'nodes', 'links')
NODE_KEYS = ('kind', 'image', 'group', 'exec', 'binds', 'env', 'sysctls', 'cmd', 'hostname', 'mgmt-ipv4', 'labels')
# Images that stand for "a Linux host with tools": they run on this machine's own file system.
HOST_IMAGES = ('debian', 'ubuntu', 'alpine', 'network-multitool', 'netshoot')
DEFAULT_MTU = 9500  # containerlab's default for links
NAME = re.compile(r'^[A-Za-z0-9][A-Za-z0-9_.-]{0,40}$')
INTERFACE = re.compile(r'^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$')


@dataclass
class Node:
    """One node after merging. `binds` holds (host path, node path, read only, key path); `key` finds its lines."""
    name: str
    key: tuple
    image: str
    is_frr: bool
    hostname: str
    mgmt_ipv4: str = ''
    cmd: str = ''
    exec: list = field(default_factory=list)
    binds: list = field(default_factory=list)
    env: dict = field(default_factory=dict)
    sysctls: dict = field(default_factory=dict)
    labels: dict = field(default_factory=dict)


@dataclass
class Endpoint:
    """One end of a link; the addresses are 'address/length' or empty."""
    node: str
    interface: str
    ipv4: str = ''
    ipv6: str = ''
    mac: str = ''


@dataclass
class Link:
    """A veth pair between two nodes, mtu in bytes."""
    ends: list
    mtu: int
    key: tuple


@dataclass
class Topology:
    """The whole lab."""
    source: Source
    name: str
    nodes: dict
    links: list
    mgmt_bridge: str
    mgmt_subnet: ipaddress.IPv4Network
    mgmt_gateway: str


def load(path):
    """Reads and checks a *.clab.yml; raises Refused."""
    source = Source(path)
    if not isinstance(source.value, dict):
        source.refuse((), 'a topology file is a mapping with "name" and "topology"')
    _only(source, (), source.value, TOP_KEYS)
    schema.check(source)
    name = source.value.get('name')
    if not isinstance(name, str) or not NAME.match(name):
        source.refuse(('name',), f'"name" must be a plain word, not {name!r}')
    body = source.value.get('topology') or {}
    _only(source, ('topology',), body, TOPOLOGY_KEYS)
    if not body.get('nodes'):
        source.refuse(('topology',), 'there are no nodes')
    _check_sections(source, body)
    nodes = {str(n): _node(source, body, str(n)) for n in body['nodes']}
    links = [_link(source, nodes, i, item) for i, item in enumerate(body.get('links') or [])]
    _check_interfaces(source, links)
    bridge, subnet, gateway = _management(source, nodes)
    return Topology(source, name, nodes, links, bridge, subnet, gateway)


def _only(source, keys, mapping, allowed):
    for key in mapping:
        if key not in allowed:
            what = '.'.join(str(k) for k in keys) or 'the file'
            source.refuse(keys + (key,), f'"{key}" in {what} is not supported by this runner '
                          f'(supported: {", ".join(allowed)})')


def _check_sections(source, body):
    for section in ('defaults', 'kinds', 'groups', 'nodes'):
        entries = body.get(section) or {}
        if section == 'defaults':
            _only(source, ('topology', 'defaults'), entries, NODE_KEYS)
            continue
        for name, entry in entries.items():
            _only(source, ('topology', section, name), entry or {}, NODE_KEYS)


def _merged(source, body, name):
    """The merged settings and, per key, the key path that set it last (for error places)."""
    own = body['nodes'][name] or {}
    defaults = body.get('defaults') or {}
    groups = body.get('groups') or {}
    group_name = own.get('group', defaults.get('group'))
    group = groups.get(group_name) or {}
    if group_name is not None and group_name not in groups:
        source.refuse(('topology', 'nodes', name, 'group'), f'the group "{group_name}" is not in topology.groups')
    kind = own.get('kind') or group.get('kind') or defaults.get('kind')
    kinds = body.get('kinds') or {}
    layers = [(('topology', 'defaults'), defaults), (('topology', 'kinds', kind), kinds.get(kind) or {}),
              (('topology', 'groups', group_name), group), (('topology', 'nodes', name), own)]
    result, places = {}, {}
    for keys, layer in layers:
        for key, value in layer.items():
            _merge_value(result, places, key, value, keys + (key,))
    result['kind'] = kind
    return result, places


def _merge_value(result, places, key, value, keys):
    if isinstance(value, dict):
        result[key] = {**result.get(key, {}), **value}
        places.setdefault(key, {}).update({k: keys + (k,) for k in value})
    elif isinstance(value, list):
        result[key] = result.get(key, []) + value
        places.setdefault(key, []).extend(keys + (i,) for i in range(len(value)))
    else:
        result[key] = value
        places[key] = keys


def _node(source, body, name):
    key = ('topology', 'nodes', name)
    if not NAME.match(name):
        source.refuse(key, f'"{name}" cannot be the name of a node')
    merged, places = _merged(source, body, name)
    if merged['kind'] != 'linux':
        source.refuse(places.get('kind', key), f'node "{name}" is of kind "{merged["kind"]}"; only "linux" is supported')
    is_frr = _image(source, name, merged, places)
    if merged.get('cmd') and is_frr:
        source.refuse(places['cmd'], f'node "{name}": "cmd" is not supported together with an FRR image')
    _check_sysctls(source, merged, places)
    return Node(name=name, key=key, image=merged['image'], is_frr=is_frr, hostname=str(merged.get('hostname', name)),
                mgmt_ipv4=str(merged.get('mgmt-ipv4') or ''), cmd=merged.get('cmd') or '',
                exec=list(zip(merged.get('exec', []), places.get('exec', []))),
                binds=_binds(source, name, merged, places),
                env={str(k): '' if v is None else str(v) for k, v in (merged.get('env') or {}).items()},
                sysctls={str(k): str(v) for k, v in (merged.get('sysctls') or {}).items()},
                labels=merged.get('labels') or {})


def _image(source, name, merged, places):
    image = merged.get('image')
    if not image:
        source.refuse(('topology', 'nodes', name), f'node "{name}" has no image')
    word = str(image).rsplit('/', 1)[-1].split('@')[0].split(':')[0]
    if word.startswith('frr'):
        return True
    if word not in HOST_IMAGES:
        source.refuse(places['image'], f'the image "{image}" cannot be run without containers; supported: FRR images '
                      f'(this machine\'s FRR) and {", ".join(HOST_IMAGES)} (this machine\'s own file system)')
    return False


def _check_sysctls(source, merged, places):
    for name in merged.get('sysctls') or {}:
        if not str(name).startswith('net.'):
            source.refuse(places['sysctls'][name], f'the sysctl "{name}" belongs to the whole machine, not to a network '
                          'namespace; only net.* is supported')


def _binds(source, name, merged, places):
    folder = os.path.dirname(os.path.abspath(source.path))
    result = []
    for text, keys in zip(merged.get('binds', []), places.get('binds', [])):
        parts = text.split(':')
        if len(parts) not in (2, 3) or (len(parts) == 3 and parts[2] not in ('ro', 'rw')):
            source.refuse(keys, f'the bind "{text}" must be host-path:node-path[:ro|rw]')
        host = parts[0].replace('__clabNodeName__', name)
        if '__clab' in host:
            source.refuse(keys, f'the bind "{text}" uses a path variable that is not supported '
                          '(supported: __clabNodeName__)')
        host = os.path.join(folder, os.path.expanduser(host))
        if not os.path.exists(host):
            source.refuse(keys, f'the bind source "{host}" does not exist')
        if not parts[1].startswith('/'):
            source.refuse(keys, f'the bind target "{parts[1]}" must be an absolute path')
        result.append((host, parts[1], parts[2:] == ['ro'], keys))
    return result


def _link(source, nodes, index, item):
    key = ('topology', 'links', index)
    kind = item.get('type')
    if kind not in (None, 'veth'):
        source.refuse(key + ('type',), f'links of type "{kind}" are not supported (supported: veth)')
    _only(source, key, item, ('type', 'endpoints', 'mtu', 'ipv4', 'ipv6', 'labels'))
    ends = [_endpoint(source, nodes, key + ('endpoints', i), end)
            for i, end in enumerate(item.get('endpoints') or [])]
    if len(ends) != 2:
        source.refuse(key, 'a link has exactly two endpoints')
    for family in ('ipv4', 'ipv6'):
        for end, address in zip(ends, item.get(family) or []):
            if address:
                setattr(end, family, address)
    for end in ends:
        _check_address(source, key, end.ipv4, 4)
        _check_address(source, key, end.ipv6, 6)
    return Link(ends, int(item.get('mtu', DEFAULT_MTU)), key)


def _endpoint(source, nodes, key, end):
    if isinstance(end, str):
        node, _, interface = end.partition(':')
        result = Endpoint(node, interface)
    else:
        _only(source, key, end, ('node', 'interface', 'ipv4', 'ipv6', 'mac'))
        result = Endpoint(end['node'], end['interface'], end.get('ipv4', ''), end.get('ipv6', ''), end.get('mac', ''))
    if result.node not in nodes:
        source.refuse(key, f'"{result.node}" is not one of the nodes; links to the host, to bridges or to the '
                      'management network are not supported')
    if not INTERFACE.match(result.interface) or result.interface == 'lo':
        source.refuse(key, f'"{result.interface}" cannot be the name of an interface (1 to 15 plain characters)')
    if result.interface == 'eth0':
        source.refuse(key, 'eth0 is the management interface of every node')
    return result


def _check_address(source, key, address, version):
    if not address:
        return
    try:
        ok = ipaddress.ip_interface(address).version == version and '/' in address
    except ValueError:
        ok = False
    if not ok:
        source.refuse(key, f'"{address}" is not an IPv{version} address with a prefix length')


def _check_interfaces(source, links):
    seen = {}
    for link in links:
        for end in link.ends:
            name = (end.node, end.interface)
            if name in seen:
                source.refuse(link.key, f'{end.node}:{end.interface} is already used by the link on '
                              f'{source.where(seen[name])}')
            seen[name] = link.key


def _management(source, nodes):
    mgmt = source.value.get('mgmt') or {}
    _only(source, ('mgmt',), mgmt, MGMT_KEYS)
    try:
        subnet = ipaddress.IPv4Network(mgmt.get('ipv4-subnet', '172.20.20.0/24'))
    except ValueError as error:
        source.refuse(('mgmt', 'ipv4-subnet'), f'not an IPv4 network: {error}')
    gateway = str(mgmt.get('ipv4-gw', subnet[1]))
    taken = {gateway: 'the gateway'}
    for node in nodes.values():
        if not node.mgmt_ipv4:
            continue
        keys = node.key + ('mgmt-ipv4',)
        if ipaddress.IPv4Address(node.mgmt_ipv4) not in subnet:
            source.refuse(keys, f'{node.mgmt_ipv4} is outside the management network {subnet}')
        if node.mgmt_ipv4 in taken:
            source.refuse(keys, f'{node.mgmt_ipv4} is already the address of {taken[node.mgmt_ipv4]}')
        taken[node.mgmt_ipv4] = f'node "{node.name}"'
    free = (str(a) for a in list(subnet.hosts())[1:] if str(a) not in taken)
    for node in nodes.values():
        node.mgmt_ipv4 = node.mgmt_ipv4 or next(free)
    return mgmt.get('bridge', 'br-clab'), subnet, gateway
