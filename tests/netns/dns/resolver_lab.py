# SPDX-License-Identifier: Apache-2.0
"""A private Internet of one namespace: a signed root, an authoritative server for compute.lab, the four resolvers of Debian in
front of it, and secondaries behind it. Everything starts from generated configurations in one folder and ends with it. With
suanlu-dns as the authority the zone is computed and signed by it, and resolvers may know it by docs/examples/dns alone."""
import pathlib
import shutil
import subprocess
import tempfile
import time

import dns.edns
import dns.flags
import dns.message
import dns.query
import dns.rcode

NAMESPACE = 'sldnsr'
ROOT, AUTHORITY = '10.99.0.1', '10.99.0.2'
RESOLVERS = {'unbound': '10.99.0.11', 'bind': '10.99.0.12', 'knot-resolver': '10.99.0.13', 'pdns-recursor': '10.99.0.14'}
SECONDARIES = {'nsd': '10.99.0.21', 'bind': '10.99.0.22', 'knot': '10.99.0.23'}
ZONE, BOGUS = 'compute.lab.', 'bogus.lab.'
START_WITHIN_S = 30
EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / 'docs/examples/dns'

# Keys in ascending order, as RFC 9460 section 2.2 wants them on the wire; ldns sorts the text.
RECORDS = r'''
@ SOA ns hostmaster 7 3600 600 86400 5
@ NS ns
ns A {authority}
analysis.svc HTTPS 1 mec-1.bay.site alpn="h2" port="8443" ipv4hint="198.51.100.1" key65283="\001\244\000\002\000\000\000\010"
analysis.svc A 198.51.100.1
analysis.svc AAAA 2001:db8:51::1
_compute.analysis.svc SVCB 1 mec-1.bay.site port="8080" key65280="\252\252" key65282="\003\002\003\001" key65288="bay"
_compute.analysis.svc SVCB 2 mec-2.bay.site port="8080" key65288="bay"
*.wild SVCB 1 mec-1.bay.site key65290="\007"
mec-1.bay.site A 198.51.100.1
mec-1.bay.site AAAA 2001:db8:51::1
mec-1.bay.site TXT "txtvers=1" "load=42"
mec-1.bay.site TYPE65280 \# 12 010000000000000100000009
_index.bay.site TYPE65280 \# 12 010000000000000100000009
b._dns-sd._udp PTR bay
_compute._udp.bay PTR mec-1._compute._udp.bay
mec-1._compute._udp.bay SRV 0 0 0 mec-1.bay.site
mec-2.bay.site A 198.51.100.2
'''


# The same names, computed: what is beside them, and what follows from a view. Clients of 198.18.1.0/24 are near mec-2.
BESIDE = r'''
@ SOA ns hostmaster 7 3600 600 86400 5
@ NS ns
ns A {authority}
*.wild SVCB 1 mec-1.bay.site key65290="\007"
'''
VIEW = f'''zone: {ZONE}
generation: 9
made_unix_s: 1795000000
classes: [{{name: others}}, {{name: homes, prefixes: ["198.18.1.0/24"]}}]
sites:
  - {{name: mec-1, id: 1, region: bay, addresses: ["198.51.100.1", "2001:db8:51::1"], sids: ["fc00:0:e1:f006::"],
     compute: {{grade: {{class: P, step: 2, size: large, accelerator: gpu, benchmark: llm, score: 12000}}, capacity: {{free_permille: 420}}}}}}
  - {{name: mec-2, id: 2, region: bay, addresses: ["198.51.100.2", "2001:db8:51::2"]}}
services:
  - name: analysis
    id: 1
    port: 8443
    alpn: [h2]
    instances: [{{site: mec-1}}, {{site: mec-2}}]
    answers:
      - {{class: others, basis: applied, mode: dns, ranks: [{{site: mec-1, ppm: 1000000, delay: 2ms}}]}}
      - {{class: homes, basis: applied, mode: dns, ranks: [{{site: mec-2, ppm: 1000000, delay: 1ms}}]}}
'''


def command(*words, cwd=None):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, cwd=cwd)
    if done.returncode != 0:
        raise RuntimeError(f'{" ".join(map(str, words))}: {done.stdout}{done.stderr}')
    return done.stdout


def unconfined(program, folder):
    """A copy of `program` in `folder`: AppArmor attaches its profiles by path, and those of named and unbound forbid configurations
    outside /etc."""
    return shutil.copy(shutil.which(program, path='/usr/sbin:/usr/bin'), pathlib.Path(folder) / f'{program}.copy')


class Lab:
    """`authority`: the command that serves {zone_file} as {zone} on {address}, instead of Knot. `suanlu_dns`: the program, which
    computes the zone. `by_example`: resolvers know the zone from docs/examples/dns instead of the root."""

    def __init__(self, authority=None, suanlu_dns=None, by_example=False):
        self.authority, self.suanlu_dns, self.by_example = authority, suanlu_dns, by_example
        self.processes = []

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='sldnsr-'))
        self.folder.chmod(0o755)
        subprocess.run(['ip', 'netns', 'del', NAMESPACE], capture_output=True)
        command('ip', 'netns', 'add', NAMESPACE)
        command('ip', '-n', NAMESPACE, 'link', 'set', 'lo', 'up')
        for address in (ROOT, AUTHORITY, *RESOLVERS.values(), *SECONDARIES.values()):
            command('ip', '-n', NAMESPACE, 'addr', 'add', f'{address}/32', 'dev', 'lo')
        try:
            self.__make_zones()
            self.__start_authorities()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        subprocess.run(['ip', 'netns', 'del', NAMESPACE], capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    # Zones

    def __key(self, zone, algorithm):
        name = command('ldns-keygen', '-a', algorithm, '-k', zone, cwd=self.folder).strip()
        return name, (self.folder / f'{name}.ds').read_text().strip()

    def __sign(self, zone, text, key, *more):
        path = self.folder / f'{zone.strip(".") or "root"}.zone'
        path.write_text(f'$ORIGIN {zone}\n$TTL 5\n{text}')
        command('ldns-signzone', '-o', zone, *more, '-f', f'{path}.signed', path, key, cwd=self.folder)
        return pathlib.Path(f'{path}.signed')

    def __make_zones(self):
        key, ds = self.__key(ZONE, 'ED25519')
        self.zone_key, self.ds = self.folder / f'{key}.private', ds.split(';')[0].split('DS', 1)[1].strip()
        self.zone_file = self.__sign(ZONE, RECORDS.format(authority=AUTHORITY), key, '-n', '-t', '0')  # RFC 9276
        other, _ = self.__key(BOGUS, 'ED25519')
        _, wrong_ds = self.__key(BOGUS, 'ED25519')  # of a key that signs nothing
        self.bogus_key = self.folder / f'{other}.private'
        self.bogus_file = self.__sign(BOGUS, f'@ SOA ns.{ZONE} hostmaster 1 3600 600 86400 5\n@ NS ns.{ZONE}\n@ A 192.0.2.1\n', other)
        key, self.anchor = self.__key('.', 'ECDSAP256SHA256')
        self.anchor_key = (self.folder / f'{key}.key').read_text().split(';')[0].strip()
        self.root_file = self.__sign('.', f'@ SOA ns.root. hostmaster.root. 1 3600 600 86400 5\n@ NS ns.root.\nns.root. A {ROOT}\n'
                                     f'{ZONE} NS ns.{ZONE}\nns.{ZONE} A {AUTHORITY}\n{ds}\n{BOGUS} NS ns.{ZONE}\n{wrong_ds}\n', key)
        command('ldns-verify-zone', self.zone_file)
        (self.folder / 'root.hints').write_text(f'. 3600 NS ns.root.\nns.root. 3600 A {ROOT}\n')

    # Programs

    def start(self, name, address, words):
        """A server once it answers something, whatever it is."""
        log = open(self.folder / f'{name}.log', 'w', encoding='utf-8')
        process = subprocess.Popen(['ip', 'netns', 'exec', NAMESPACE, *map(str, words)], stdout=log, stderr=subprocess.STDOUT)
        self.processes.append(process)
        deadline = time.monotonic() + START_WITHIN_S
        while True:
            try:
                return self.ask(address, '.', 'SOA', timeout=0.5)
            except (OSError, dns.exception.DNSException):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f'{name} does not answer: {(self.folder / f"{name}.log").read_text()[-800:]}') from None

    def __knot(self, name, address, zones):
        run = self.run_folder(name)
        rows = ''.join(f'  - domain: {zone}\n    file: {path}\n    zonefile-sync: -1\n    acl: all\n' for zone, path in zones.items())
        (run / 'knot.conf').write_text(
            f'server:\n    listen: {address}@53\n    rundir: {run}\ndatabase:\n    storage: {run}\n'
            f'acl:\n  - id: all\n    address: 10.99.0.0/24\n    action: transfer\nzone:\n{rows}')
        return ['knotd', '-c', run / 'knot.conf']

    def __suanlu_dns(self):
        run = self.run_folder('suanlu-dns')
        (run / 'zone').write_text(f'$ORIGIN {ZONE}\n$TTL 5\n{BESIDE.format(authority=AUTHORITY)}')
        (run / 'view.yaml').write_text(VIEW)
        (run / 'dns.yaml').write_text(
            f'listen: ["{AUTHORITY}:53"]\nzones:\n  - {{name: {ZONE}, file: {run}/zone, view: {run}/view.yaml, key: {self.zone_key}}}\n'
            f'  - {{name: {BOGUS}, file: {self.folder}/{BOGUS.strip(".")}.zone, key: {self.bogus_key}}}\n')
        return [self.suanlu_dns, '-c', run / 'dns.yaml']

    def __example(self, name):
        """A file of docs/examples/dns with this lab's zone, server and key in it."""
        text = (EXAMPLES / name).read_text(encoding='utf-8')
        example_ds = '12345 15 2 ' + '0' * 64
        tag, algorithm, digest, value = self.ds.split(None, 3)
        value = value.replace(' ', '')
        for there, here in ((f'12345 15 2 "{"0" * 64}"', f'{tag} {algorithm} {digest} "{value}"'), (example_ds, f'{tag} {algorithm} {digest} {value}'),
                            ('compute.example', ZONE.strip('.')), ('192.0.2.53', AUTHORITY)):
            text = text.replace(there, here)
        return text

    def run_folder(self, name):
        run = self.folder / name
        run.mkdir(exist_ok=True)
        run.chmod(0o777)  # some give up root
        return run

    def __start_authorities(self):
        self.start('root', ROOT, self.__knot('root', ROOT, {'.': self.root_file}))
        if self.suanlu_dns is not None:
            words = self.__suanlu_dns()
        elif self.authority is None:
            words = self.__knot('authority', AUTHORITY, {ZONE: self.zone_file, BOGUS: self.bogus_file})
        else:
            words = self.authority.format(zone=ZONE, zone_file=self.zone_file, address=AUTHORITY, folder=self.folder).split()
        self.start('authority', AUTHORITY, words)

    def start_resolver(self, name):
        run, address = self.run_folder(name), RESOLVERS[name]
        maker = {'unbound': self.__unbound, 'bind': self.__bind, 'knot-resolver': self.__kresd, 'pdns-recursor': self.__pdns}[name]
        self.start(name, address, maker(run, address))

    def __unbound(self, run, address):
        (run / 'anchor').write_text(self.anchor + '\n')
        known = self.__example('unbound.conf') if self.by_example else (
            f'server:\n  root-hints: "{self.folder}/root.hints"\n  trust-anchor-file: "{run}/anchor"\n')
        (run / 'unbound.conf').write_text(
            f'server:\n  interface: {address}\n  outgoing-interface: {address}\n  do-daemonize: no\n  username: ""\n  chroot: ""\n'
            f'  directory: "{run}"\n  pidfile: ""\n  use-syslog: no\n  access-control: 10.99.0.0/24 allow\n'
            f'remote-control:\n  control-enable: no\n{known}')
        return [unconfined('unbound', run), '-d', '-c', run / 'unbound.conf']

    def __bind(self, run, address):
        fields = self.anchor_key.split()
        flags, protocol, algorithm = fields[fields.index('DNSKEY') + 1:fields.index('DNSKEY') + 4]
        key = ''.join(fields[fields.index('DNSKEY') + 4:])
        known = self.__example('named.conf') if self.by_example else (
            f'trust-anchors {{ . static-key {flags} {protocol} {algorithm} "{key}"; }};\n')
        (run / 'named.conf').write_text(
            f'options {{ directory "{run}"; listen-on {{ {address}; }}; listen-on-v6 {{ none; }}; recursion yes; '
            f'allow-query {{ any; }}; allow-recursion {{ any; }}; dnssec-validation yes; pid-file none; session-keyfile none; '
            f'query-source address {address}; }};\ncontrols {{ }};\n'
            f'zone "." {{ type hint; file "{self.folder}/root.hints"; }};\n{known}')
        return [unconfined('named', run), '-g', '-c', run / 'named.conf']

    def __kresd(self, run, address):
        known = self.__example('kresd.conf') if self.by_example else f'trust_anchors.add([[{self.anchor}]])\n'
        (run / 'kresd.conf').write_text(
            f"net.listen('{address}', 53)\nnet.outgoing_v4('{address}')\nmodules = {{'hints > iterate'}}\n"
            f"hints.root({{['ns.root.'] = '{ROOT}'}})\ntrust_anchors.remove('.')\n{known}"
            'cache.size = 10 * MB\n')
        return ['kresd', '-n', '-c', run / 'kresd.conf', run]

    def __pdns(self, run, address):
        known = f'dnssec=validate\nlua-config-file={run}/recursor.lua\n'
        anchor = f"addTA('.', \"{self.anchor.split('DS', 1)[1].split(';')[0].strip()}\")\n"
        if self.by_example:
            known = self.__example('recursor.conf').replace('recursor.lua', f'{run}/recursor.lua')
            anchor = self.__example('recursor.lua')
        (run / 'recursor.lua').write_text(f"clearTA('.')\n{anchor}")
        (run / 'recursor.conf').write_text(
            f'local-address={address}\nquery-local-address={address}\nallow-from=10.99.0.0/24\ndont-query=\n'
            f'hint-file={self.folder}/root.hints\n{known}socket-dir={run}\n'
            'daemon=no\ndisable-syslog=yes\nsetuid=\nsetgid=\nthreads=1\nsecurity-poll-suffix=\n')
        return ['pdns_recursor', f'--config-dir={run}']

    def start_secondary(self, name):
        run, address = self.run_folder(f'secondary-{name}'), SECONDARIES[name]
        if name == 'knot':
            (run / 'knot.conf').write_text(
                f'server:\n    listen: {address}@53\n    rundir: {run}\ndatabase:\n    storage: {run}\n'
                f'remote:\n  - id: primary\n    address: {AUTHORITY}@53\n    via: {address}\n'
                f'acl:\n  - id: all\n    address: 10.99.0.0/24\n    action: transfer\n'
                f'zone:\n  - domain: {ZONE}\n    master: primary\n    acl: all\n    storage: {run}\n')
            words = ['knotd', '-c', run / 'knot.conf']
        elif name == 'nsd':
            (run / 'nsd.conf').write_text(
                f'server:\n  ip-address: {address}\n  username: ""\n  zonesdir: "{run}"\n  database: ""\n  pidfile: "{run}/pid"\n'
                f'  xfrdfile: "{run}/xfrd"\n  xfrdir: "{run}"\n  zonelistfile: "{run}/list"\nremote-control:\n  control-enable: no\n'
                f'zone:\n  name: {ZONE}\n  zonefile: z\n  request-xfr: AXFR {AUTHORITY} NOKEY\n  outgoing-interface: {address}\n'
                '  provide-xfr: 10.99.0.0/24 NOKEY\n')
            words = ['nsd', '-d', '-c', run / 'nsd.conf']
        else:
            (run / 'named.conf').write_text(
                f'options {{ directory "{run}"; listen-on {{ {address}; }}; listen-on-v6 {{ none; }}; recursion no; pid-file none; '
                f'session-keyfile none; allow-transfer {{ any; }}; transfer-source {address}; dnssec-validation no; }};\ncontrols {{ }};\n'
                f'zone "{ZONE}" {{ type secondary; primaries {{ {AUTHORITY}; }}; file "z"; }};\n')
            words = [unconfined('named', run), '-g', '-c', run / 'named.conf']
        self.start(f'secondary-{name}', address, words)

    # Questions

    def ask(self, server, name, rdtype, timeout=5, subnet=None):
        """The reply to a query with DO, asked by a process inside the namespace, for clients of `subnet` (a /24)."""
        query = dns.message.make_query(name, rdtype, want_dnssec=True)
        if subnet:
            query.use_edns(0, dns.flags.DO, 1232, options=[dns.edns.ECSOption(subnet, 24)])
        asker = ('import sys, dns.message, dns.query\nq = dns.message.from_wire(bytes.fromhex(sys.argv[2]))\n'
                 'r, _ = dns.query.udp_with_fallback(q, sys.argv[1], timeout=float(sys.argv[3]))\nprint(r.to_wire().hex())')
        done = subprocess.run(['ip', 'netns', 'exec', NAMESPACE, '/usr/bin/python3', '-c', asker, server, query.to_wire().hex(),
                               str(timeout)], capture_output=True, text=True)
        if done.returncode != 0:
            raise OSError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no answer')
        return dns.message.from_wire(bytes.fromhex(done.stdout.strip()))

    def transfer(self, server):
        """The lines of the zone as that server transfers it, in order."""
        text = command('ip', 'netns', 'exec', NAMESPACE, 'kdig', '+noall', '+answer', f'@{server}', ZONE, 'AXFR')
        return sorted({' '.join(line.split()) for line in text.splitlines() if line and not line.startswith(';')})
