# SPDX-License-Identifier: Apache-2.0
"""The peers of tests/bench/run dns, each on one thread, with the same 1 000 names; those that answer by client subnet with
64 classes, 10.0.0.0/8 cut into /14s."""
NAMES = 1000
CLASSES = 64
SITES = 8
SERVICES = 'svc.'
ZONE = 'bench.example'


def class_prefix(index):
    return f'10.{4 * index}.0.0/14'


def zone_text():
    head = f'$ORIGIN {ZONE}.\n$TTL 30\n@ SOA ns hostmaster 1 3600 600 86400 5\n@ NS ns\nns A 10.77.0.1\n'
    return head + ''.join(f'n{k} A 192.0.2.{k % 250 + 1}\n' for k in range(NAMES))


def queries(under=''):
    return ''.join(f'n{k * 7919 % NAMES}.{under}{ZONE} A\n' for k in range(NAMES))


def view_text():
    """Services n0 to n999 with one of eight sites for each class; docs/reference/dns-view.yaml."""
    sites = ''.join(f'  - {{name: s{s}, id: {s + 1}, region: r, addresses: ["192.0.2.{s + 1}"], up: true}}\n' for s in range(SITES))
    classes = ''.join(f'  - {{name: c{c}, prefixes: ["{class_prefix(c)}"]}}\n' for c in range(CLASSES))
    instances = ', '.join(f'{{site: s{s}}}' for s in range(SITES))
    rows = []
    for k in range(NAMES):
        answers = ', '.join(f'{{class: c{c}, mode: dns, basis: applied, ranks: [{{site: s{(k + c) % SITES}, ppm: 1000000}}]}}'
                            for c in range(CLASSES))
        rows.append(f'  - {{name: n{k}, id: {k + 1}, instances: [{instances}], answers: [{answers}]}}\n')
    return (f'zone: {ZONE}.\ngeneration: 1\nmade_unix_s: 1795000000\nclasses:\n  - {{name: elsewhere}}\n{classes}'
            f'sites:\n{sites}services:\n{"".join(rows)}')


def suanlu_dns(folder, address, build, has_view=False, front=None):
    """`front`: the interface of its XDP front, without a limit."""
    run = folder / ('suanlu-dns-view' if has_view else 'suanlu-dns')
    run.mkdir(exist_ok=True)
    (run / 'zone').write_text(zone_text())
    view = f', view: {run}/view.yaml' if has_view else ''
    if has_view:
        (run / 'view.yaml').write_text(view_text())
    xdp = f'xdp: {{interfaces: [{front}], rate: 0}}\n' if front else ''
    (run / 'dns.yaml').write_text(f'listen: ["{address}:53"]\nworkers: 1\n{xdp}zones:\n  - {{name: {ZONE}, file: {run}/zone{view}}}\n')
    return [build / 'dns/app/suanlu-dns', '-c', run / 'dns.yaml']


def knot(folder, address):
    return _knot(folder, address, 'knot', '', '')


def knot_xdp(folder, address, interface):
    return _knot(folder, address, 'knot-xdp', f'xdp:\n    listen: {interface}@53\n', '')


def knot_geoip(folder, address):
    rows = ''.join(f'n{k}.{SERVICES}{ZONE}:\n' + ''.join(f'  - net: {class_prefix(c)}\n    A: 192.0.2.{(k + c) % 250 + 1}\n'
                                               for c in range(CLASSES)) for k in range(NAMES))
    (folder / 'geo.conf').write_text(rows)
    module = (f'mod-geoip:\n  - id: geo\n    config-file: {folder}/geo.conf\n    ttl: 30\n    mode: subnet\n')
    return _knot(folder, address, 'knot-geoip', module, '    module: mod-geoip/geo\n')


def _knot(folder, address, name, module, use):
    run = folder / name
    run.mkdir(exist_ok=True)
    (run / f'{ZONE}.zone').write_text(zone_text())
    edns = '    edns-client-subnet: on\n' if module else ''
    (run / 'knot.conf').write_text(
        f'server:\n    listen: {address}@53\n    rundir: {run}\n    udp-workers: 1\n    tcp-workers: 1\n'
        f'    background-workers: 1\n{edns}database:\n    storage: {run}\n{module}'
        f'zone:\n  - domain: {ZONE}\n    storage: {run}\n    zonefile-sync: -1\n{use}')
    return ['knotd', '-c', run / 'knot.conf']


def gdnsd(folder, address):
    """n0..n999 answer by a map of networks, as a global load balancer is set up."""
    run = folder / 'gdnsd'
    (run / 'zones').mkdir(parents=True, exist_ok=True)
    for part in ('run', 'state'):
        (run / part).mkdir(exist_ok=True)
    head = f'$TTL 30\n@ SOA ns hostmaster 1 3600 600 86400 5\n@ NS ns\nns A 10.77.0.1\n'
    (run / 'zones' / ZONE).write_text(head + ''.join(f'n{k} 30 DYNA geoip!r1\n' for k in range(NAMES)))
    nets = ''.join(f'{class_prefix(c)} => dc{c % 2 + 1}\n' for c in range(CLASSES))
    (run / 'config').write_text(
        f'options => {{ listen => "{address}", udp_threads => 1, tcp_threads => 1, run_dir => "{run}/run", '
        f'state_dir => "{run}/state" }}\n'
        f'plugins => {{ geoip => {{ maps => {{ m => {{ datacenters => [dc1, dc2], nets => {{ {nets} }} }} }},\n'
        f'  resources => {{ r1 => {{ map => m, dcmap => {{ dc1 => 192.0.2.1, dc2 => 192.0.2.2 }} }} }} }} }}\n')
    return ['gdnsd', '-c', run, 'start']
