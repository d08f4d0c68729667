# SPDX-License-Identifier: Apache-2.0
"""The namespaces and processes of the reaction benchmark; everything is taken down on every way out."""
import json
import pathlib
import signal
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
CLABNS = ROOT / 'lab/netns/clabns'
NODES = {'ctl': 'suanlud', 'r1': 'R1', 'e1': 'E1', 'sa': 'site-a', 'sb': 'site-b', 'gen': 'gen'}


def run(words, **options):
    """subprocess.run that raises with the output on failure."""
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise RuntimeError(f'{" ".join(map(str, words))}: {done.stdout}{done.stderr}')
    return done.stdout


def make_certificates(folder):
    """A fresh authority and one certificate per node: folder/NODE/{ca.pem,node.pem,node.key}."""
    folder.mkdir(parents=True, exist_ok=True)
    ca, ca_key = folder / 'ca.pem', folder / 'ca.key'
    key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    run(['openssl', 'req', '-x509', *key, '-keyout', ca_key, '-out', ca, '-days', '2', '-subj', '/CN=suanlu bench'])
    for node, name in NODES.items():
        home = folder / node
        home.mkdir(exist_ok=True)
        run(['openssl', 'req', *key, '-keyout', home / 'node.key', '-out', home / 'node.csr', '-subj', f'/CN={name}'])
        (home / 'ext').write_text(f'subjectAltName=DNS:{name}\n', encoding='ascii')
        run(['openssl', 'x509', '-req', '-in', home / 'node.csr', '-CA', ca, '-CAkey', ca_key, '-CAcreateserial',
             '-out', home / 'node.pem', '-days', '2', '-extfile', home / 'ext'])
        (home / 'ca.pem').write_bytes(ca.read_bytes())


class BenchLab:
    """with BenchLab(folder, build) as lab: deployed; logs are folder/NODE.ROLE.log."""

    def __init__(self, folder, build):
        self.folder = folder
        self.build = build
        self.topology = folder / 'reaction.clab.yml'
        self.processes = []

    def __enter__(self):
        make_certificates(self.folder / 'tls')
        run([CLABNS, 'destroy', '-t', self.topology])
        run([CLABNS, 'deploy', '-t', self.topology])
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
        run([CLABNS, 'destroy', '-t', self.topology])

    def start(self, node, role, words):
        """Starts a program in a node; its output goes to the log of that role."""
        with open(self.folder / f'{node}.{role}.log', 'wb') as log:
            self.processes.append(subprocess.Popen([str(CLABNS), 'exec', '-t', str(self.topology), node, *words],
                                                   stdout=log, stderr=subprocess.STDOUT))

    def start_chain(self, sites):
        """suanlud, both agents and the sites, with the configurations of this folder."""
        etc = '/run/suanlu/etc'
        self.start('ctl', 'suanlud', [self.build / 'controller/app/suanlud', '-c', f'{etc}/suanlud.yaml'])
        for node in ('e1', 'r1'):
            self.start(node, 'agent', [self.build / 'dataplane/agent/suanlu-agent', '-c', f'{etc}/agent-{node}.yaml'])
        for site in sites:
            self.start(site, 'site', [self.build / 'telemetry/site/suanlu-site', '-c', f'{etc}/site-{site}.yaml', '--log', 'debug'])

    def suanluctl(self, *words):
        """JSON of a read command; None while the controller does not answer."""
        done = subprocess.run([str(CLABNS), 'exec', '-t', str(self.topology), 'ctl',
                               str(self.build / 'controller/cli/suanluctl'), *words, '-o', 'json'],
                              capture_output=True, text=True, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def wait_for_share(self, site, share, seconds):
        """True once R1 has applied a Plan that gives `site` that share of the service."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            plans = (self.suanluctl('get', 'plans') or {}).get('plans', [])
            for plan in plans:
                given = {s['site']: s['share'] for s in plan.get('shares', [])}
                if plan['node'] == 'R1' and plan['agent_state'] == 'applied' and given.get(site, 0) >= share - 1e-6:
                    return True
            time.sleep(0.2)
        return False

    def mac(self, node, interface):
        """The interface's hardware address."""
        return run([CLABNS, 'exec', '-t', self.topology, node, 'cat', f'/sys/class/net/{interface}/address']).strip()
