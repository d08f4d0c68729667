#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""suanlu-site against a page that misbehaves, a real node_exporter and a real suanlud, all on loopback.

What suanlud believes is read with suanluctl. Usage: site_test.py SUANLUD SUANLU_SITE SUANLUCTL"""
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

GOOD = '''# TYPE vllm:num_requests_running gauge
suanlu_pool_workers 4
vllm:num_requests_running{model_name="analysis"} 1
vllm:num_requests_running{model_name="batch"} %d
vllm:num_requests_waiting{model_name="analysis"} 0
'''
INVENTORY = '''srv6: {block: "fc00:0::/32", format: F3216}
routers:
  - {name: R1, locator: "fc00:0:1::/48", loopback: "2001:db8:f::1", owner: agent, ingress: true, msd: 6, client_class: c}
  - {name: E1, locator: "fc00:0:e1::/48", loopback: "2001:db8:f::e1", owner: agent}
sites:
  - name: mec-1
    id: 1
    kind: mec
    address: "2001:db8:51::1"
    attachments:
      - {egress: E1, interface: eth2, next_hop6: "2001:db8:12::51", sid6: "fc00:0:e1:f006::", delay: 100us, mtu: 2000}
    services:
      - {service: analysis, slots: 8, rate_per_slot: 10}
services:
  - {name: analysis, id: 1, addresses: ["2001:db8:a::1"], transport: tcp, port: 8080, affinity: flow, slots: 1021}
'''
CONTROLLER = '''name: suanlud-1
inventory: inventory.yaml
listen: ["unix:{dir}/suanlud.sock"]
state_dir: {dir}/state
'''
SITE = '''site: mec-1
controller: {{address: "unix:{dir}/suanlud.sock", name: suanlud}}
report_interval: 100ms
pages:
  - {{url: "http://127.0.0.1:{page}/metrics", adapter: vllm, interval: 50ms, timeout: 200ms}}
  - {{url: "http://127.0.0.1:{node}/metrics", adapter: node, interval: 200ms, timeout: 1s}}
pools:
  - {{name: gpu, page: 0, workers_metric: suanlu_pool_workers, local_models: [batch]}}
instances:
  - {{service: analysis, pool: gpu, model: analysis}}
metrics: "127.0.0.1:{own}"
'''


class Page:
    """One HTTP page that answers as `mode` says; counts how many requests were ever open at once."""

    def __init__(self, port):
        self.mode, self.batch, self.open_now, self.most_open = 'good', 0, 0, 0
        self.wake = threading.Event()
        self.listener = socket.create_server(('127.0.0.1', port))
        self.connections = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            while b'\r\n\r\n' in connection.recv(4096):
                if self.mode == 'slow':  # the client gives up first, so these say nothing about what it has in flight
                    self._answer(connection)
                    continue
                self.open_now += 1
                self.most_open = max(self.most_open, self.open_now)
                try:
                    self._answer(connection)
                finally:
                    self.open_now -= 1
        except OSError:
            pass

    def _answer(self, connection):
        body = (GOOD % self.batch).encode()
        if self.mode == 'slow':
            self.wake.wait(30)
        elif self.mode == 'malformed':
            body = b'vllm:num_requests_running{ 1\n'
        elif self.mode == 'oversized':
            body = body * 40000
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n' % len(body) + body)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            connection.close()


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as probe:
        return probe.getsockname()[1]


class Chain:
    """The programs of the test and what they say."""

    def __init__(self, suanlud, site, ctl, work):
        self.suanlud, self.site, self.ctl, self.work = suanlud, site, ctl, work
        self.page_port, self.node_port, self.own_port = free_port(), free_port(), free_port()
        self.children = {}
        (work / 'inventory.yaml').write_text(INVENTORY)
        (work / 'suanlud.yaml').write_text(CONTROLLER.format(dir=work))
        (work / 'site.yaml').write_text(SITE.format(dir=work, page=self.page_port, node=self.node_port, own=self.own_port))

    def start(self, name, *words):
        with open(self.work / f'{name}.log', 'ab') as log:
            self.children[name] = subprocess.Popen(words, stdout=log, stderr=log)

    def start_controller(self):
        self.start('suanlud', self.suanlud, '-c', str(self.work / 'suanlud.yaml'))

    def view(self):
        """mec-1 as suanlud sees it; empty while it does not answer."""
        run = subprocess.run([self.ctl, '--address', f'unix:{self.work}/suanlud.sock', '-o', 'json', 'get', 'sites'],
                             capture_output=True, text=True, check=False)
        sites = json.loads(run.stdout).get('sites', []) if run.returncode == 0 else []
        return sites[0] if sites else {}

    def slots(self):
        instances = self.view().get('instances', [])
        return [i.get('slots_usable', i.get('slotsUsable', 0)) for i in instances]

    def metrics(self):
        return urllib.request.urlopen(f'http://127.0.0.1:{self.own_port}/metrics', timeout=3).read().decode()

    def log(self, name):
        return (self.work / f'{name}.log').read_text(errors='replace')

    def stop_all(self):
        for child in self.children.values():
            if child.poll() is None:
                child.kill()
            child.wait()


def until(holds, what, seconds=10):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(what)
        time.sleep(0.05)


def check_unreachable(chain, _):
    chain.start_controller()
    chain.start('site', chain.site, '-c', str(chain.work / 'site.yaml'))
    until(lambda: chain.view().get('state') == 'fresh', 'the site reports although its pages are away')
    assert chain.slots() == [], 'no slots without a page'
    until(lambda: 'event=page.bad' in chain.log('site'), 'the page is named in the log')


def check_good_page(chain, state):
    state['page'] = Page(chain.page_port)
    until(lambda: chain.slots() == [4], 'four workers are seen')
    state['page'].batch = 3
    until(lambda: chain.slots() == [1], 'local work takes workers away')
    state['page'].batch = 0
    until(lambda: chain.slots() == [4], 'and gives them back')


def check_bad_page(chain, state, mode):
    state['page'].wake.clear()
    state['page'].mode = mode
    until(lambda: chain.slots() == [], f'a {mode} page speaks for its pool no longer than 2 s')
    assert chain.view().get('state') == 'fresh', 'the site itself goes on reporting'
    state['page'].mode = 'good'
    state['page'].wake.set()
    until(lambda: chain.slots() == [4], f'back after a {mode} page')
    assert 'suanlu_site_scrape_errors_total' in chain.metrics()


def check_page_restart(chain, state):
    state['page'].close()
    until(lambda: chain.slots() == [], 'the closed page is noticed')
    state['page'] = Page(chain.page_port)
    until(lambda: chain.slots() == [4], 'and found again')


def check_node_exporter(chain, _):
    program = shutil.which('prometheus-node-exporter')
    if program is None:
        return 'prometheus-node-exporter is not installed'
    chain.start('node', program, f'--web.listen-address=127.0.0.1:{chain.node_port}')
    # suanlu-site names a page once it is good again.
    until(lambda: f'page=http://127.0.0.1:{chain.node_port}/metrics' in
          ''.join(line for line in chain.log('site').splitlines() if 'page.good' in line), 'a real page of a host is read', 20)
    return None


def check_controller_restart(chain, _):
    chain.children['suanlud'].send_signal(signal.SIGKILL)
    chain.children['suanlud'].wait()
    until(lambda: 'controller.lost' in chain.log('site'), 'the loss is logged')
    chain.start_controller()
    until(lambda: chain.slots() == [4], 'the new controller gets reports within the backoff', 15)


def check_stop(chain, state):
    assert state['page'].most_open <= 1, f"{state['page'].most_open} requests at once"
    site = chain.children['site']
    site.send_signal(signal.SIGTERM)
    assert site.wait(timeout=10) == 0, f'exit status {site.returncode}'


CHECKS = [('unreachable-page', check_unreachable), ('good-page', check_good_page),
          ('malformed-page', lambda c, s: check_bad_page(c, s, 'malformed')),
          ('slow-page', lambda c, s: check_bad_page(c, s, 'slow')),
          ('oversized-page', lambda c, s: check_bad_page(c, s, 'oversized')),
          ('page-restart', check_page_restart), ('node-exporter', check_node_exporter),
          ('controller-restart', check_controller_restart), ('one-request-at-a-time-and-clean-stop', check_stop)]


def main():
    failed = 0
    with tempfile.TemporaryDirectory(prefix='suanlu-site-') as folder:
        chain = Chain(*sys.argv[1:4], pathlib.Path(folder))
        state = {}
        try:
            for name, check in CHECKS:
                try:
                    skipped = check(chain, state)
                    print(f'skip {name} # {skipped}' if skipped else f'ok {name}', flush=True)
                except (AssertionError, OSError, KeyError, subprocess.TimeoutExpired) as error:
                    failed += 1
                    print(f'not ok {name}: {error}', flush=True)
        finally:
            chain.stop_all()
        if failed:
            for name in chain.children:
                print(f'--- {name}\n' + '\n'.join(chain.log(name).splitlines()[-15:]))
    return 1 if failed else 0


sys.exit(main())
