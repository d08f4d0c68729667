#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""lab/netns/clabns: what it refuses and where, what a small lab looks like, and that nothing is left of it."""
import os
import signal
import subprocess
import sys
import tempfile
import time

TOP = os.path.abspath(os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', '..', '..'))
CLABNS = os.path.join(TOP, 'lab', 'netns', 'clabns')
SMART = os.path.join(TOP, 'lab', 'smart-security', 'smart-security.clab.yml')
LAB = f'lab-test-{os.getpid()}'
sys.path.insert(0, os.path.join(TOP, 'lab', 'netns'))
sys.dont_write_bytecode = True

from runner import schema  # noqa: E402

HEAD = f'name: {LAB}\ntopology:\n  defaults: {{kind: linux, image: "debian:12"}}\n  nodes:\n    a: {{}}\n'
TWO_NODES = HEAD + '''    b:
      hostname: bee
      env: {COLOUR: red}
      sysctls: {net.ipv6.conf.all.forwarding: 1}
      exec: [ip -6 addr add 2001:db8:1::1/128 dev lo]
  links:
    - endpoints: ["a:e1", "b:e1"]
      mtu: 2000
      ipv4: ["192.0.2.1/24", "192.0.2.2/24"]
      ipv6: ["2001:db8::1/64", "2001:db8::2/64"]
'''
# name of the case, text of the file, line that must be named, words that must be there
REFUSALS = [
    ('unknown_top_key', HEAD + 'settings: {}\n', 6, '"settings"'),
    ('unknown_node_key', HEAD + '    b:\n      startup-config: x.cfg\n', 7, '"startup-config"'),
    ('ports', HEAD + '    b:\n      ports: ["80:80"]\n', 7, '"ports"'),
    ('duplicate_key', HEAD + '    a: {}\n', 6, 'already given on line 5'),
    ('other_kind', HEAD + '    b:\n      kind: nokia_srlinux\n', 7, 'only "linux"'),
    ('unknown_image', HEAD + '    b:\n      image: nginx:1.25\n', 7, 'nginx:1.25'),
    ('host_sysctl', HEAD + '    b:\n      sysctls:\n        vm.swappiness: 1\n', 8, 'vm.swappiness'),
    ('missing_bind', HEAD + '    b:\n      binds: ["nowhere.txt:/run/x"]\n', 7, 'nowhere.txt'),
    ('group_unknown', HEAD + '    b:\n      group: green\n', 7, 'green'),
    ('link_to_host', HEAD + '  links:\n    - endpoints: ["a:e1", "host:e1"]\n', 7, '"host"'),
    ('link_type', HEAD + '  links:\n    - type: dummy\n      endpoint: {node: a, interface: e1}\n', 7, '"dummy"'),
    ('interface_twice', HEAD + '    b: {}\n  links:\n    - endpoints: ["a:e1", "b:e1"]\n    - endpoints: ["a:e1", "b:e2"]\n',
     9, 'already used'),
    ('eth0', HEAD + '    b: {}\n  links:\n    - endpoints: ["a:eth0", "b:e1"]\n', 8, 'management'),
    ('address', HEAD + '    b: {}\n  links:\n    - endpoints: ["a:e1", "b:e1"]\n      ipv6: ["2001:db8::1", ""]\n', 8, ''),
    ('mgmt_outside', HEAD + '    b:\n      mgmt-ipv4: 10.0.0.1\n', 7, '10.0.0.1'),
    ('broken_yaml', HEAD + '   b: [\n', 6, 'YAML'),
    ('unset_variable', HEAD + '    b:\n      hostname: ${SURELY_NOT_SET_ANYWHERE}\n', 7, 'SURELY_NOT_SET_ANYWHERE'),
]


class Tests:
    """Prints a line per case."""

    def __init__(self, folder):
        self.folder = folder
        self.failed = 0

    def case(self, name, ok, what=''):
        """One case."""
        self.failed += not ok
        print(f'ok {name}' if ok else f'not ok {name}: {" ".join(what.split())}', flush=True)

    def file(self, text):
        """Path of a topology file with this text."""
        path = os.path.join(self.folder, 'x.clab.yml')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        return path


def clabns(*words, limit_s=60):
    """(exit code, output)."""
    done = subprocess.run([CLABNS, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=limit_s,
                          check=False)
    return done.returncode, done.stdout


def leftovers():
    """What of the test's lab is still on this machine."""
    paths = [f'/run/suanlu-lab/{LAB}', f'/run/netns/{LAB}-a', f'/run/netns/{LAB}-b']
    left = [path for path in paths if os.path.lexists(path)]
    listed = subprocess.run(['ip', '-o', 'link'], stdout=subprocess.PIPE, text=True, check=True).stdout
    return left + [line.split()[1] for line in listed.splitlines() if ' e1@' in line or ' m0@' in line]


def nodes():
    """{name: pid} of the running lab."""
    return {line.split()[0]: int(line.split()[1]) for line in clabns('inspect', '--name', LAB)[1].splitlines()}


def refusals(tests):
    """Every unsupported thing is refused with its line, and nothing is made."""
    for name, text, line, words in REFUSALS:
        path = tests.file(text)
        code, said = clabns('deploy', '-t', path)
        tests.case(f'refuses_{name}', code == 2 and f'{path}:{line}:' in said and words in said, f'exit {code}: {said}')
        if code == 0:
            clabns('destroy', '--name', LAB)
    tests.case('refused_files_leave_nothing', not leftovers(), str(leftovers()))


def up_and_down(tests):
    """A lab of two nodes: links, addresses, settings, offloads; then destroy, twice."""
    path = tests.file(TWO_NODES)
    code, said = clabns('deploy', '-t', path)
    tests.case('deploys_two_nodes', code == 0, said)
    looks = {
        'nodes_reach_each_other': ('a', ['ping', '-c1', '-W2', '-q', '2001:db8::2'], ''),
        'management_network_works': ('a', ['ping', '-c1', '-W3', '-q', '172.20.20.3'], ''),
        'exec_ran': ('b', ['ip', '-6', 'addr', 'show', 'dev', 'lo'], '2001:db8:1::1/128'),
        'hostname_is_set': ('b', ['hostname'], 'bee'),
        'env_is_set': ('b', ['sh', '-c', 'echo $COLOUR'], 'red'),
        'sysctl_is_set': ('b', ['cat', '/proc/sys/net/ipv6/conf/all/forwarding'], '1'),
        'mtu_is_set': ('a', ['cat', '/sys/class/net/e1/mtu'], '2000'),
        'checksum_offload_is_off': ('a', ['ethtool', '-k', 'e1'], 'tx-checksumming: off'),
        'gro_is_on': ('a', ['ethtool', '-k', 'e1'], 'generic-receive-offload: on'),
        'bpffs_is_there': ('a', ['stat', '-f', '-c', '%T', '/sys/fs/bpf'], 'bpf'),
        'only_own_processes': ('a', ['sh', '-c', 'test $(ls /proc | grep -c "^[0-9]") -lt 8'], ''),
    }
    for name, (node, command, words) in looks.items():
        code, said = clabns('exec', '--name', LAB, node, *command)
        tests.case(name, code == 0 and words in said, said)
    code, said = clabns('deploy', '-t', path)
    tests.case('refuses_a_second_deploy', code == 2 and 'already deployed' in said, said)
    pids = nodes().values()
    first, second = clabns('destroy', '-t', path), clabns('destroy', '-t', path)
    tests.case('destroy_twice', first[0] == 0 and second[0] == 0 and 'not deployed' in second[1], f'{first} {second}')
    tests.case('destroy_leaves_nothing', not leftovers() and not any(map(alive, pids)), str(leftovers()))


def alive(pid):
    """True while the process runs."""
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as file:
            return file.read().rsplit(')', 1)[1].split()[0] not in 'ZX'
    except OSError:
        return False


def failures(tests):
    """What goes wrong half way takes the whole lab down again."""
    code, said = clabns('deploy', '-t', tests.file(TWO_NODES.replace('ip -6 addr add 2001:db8:1::1/128 dev lo', 'ls /nowhere')))
    tests.case('failing_exec_names_its_line', code == 1 and 'x.clab.yml:10:' in said, f'exit {code}: {said}')
    tests.case('failing_exec_leaves_nothing', not leftovers(), str(leftovers()))
    path = tests.file(TWO_NODES.replace('ip -6 addr add 2001:db8:1::1/128 dev lo', 'sleep 30'))
    process = subprocess.Popen([CLABNS, 'deploy', '-t', path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 10
    while len(nodes()) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    pids = list(nodes().values())
    process.send_signal(signal.SIGKILL)
    process.wait()
    code, said = clabns('destroy', '--name', LAB)
    tests.case('half_made_lab_is_removed', code == 0 and len(pids) == 2 and not any(map(alive, pids)) and not leftovers(),
               f'{said} {pids} {leftovers()}')


def smart_security(tests):
    """The lab of this repository passes this runner's reading and containerlab's schema."""
    code, said = clabns('check', '-t', SMART)
    tests.case('smart_security_is_accepted', code == 0, said)
    if schema.schema_path() is None:
        print('skip smart_security_passes_containerlab_schema # no clab.schema.json beside the checkout')
        return
    tests.case('smart_security_passes_containerlab_schema', code == 0, said)
    text = HEAD + '  links:\n    - endpoints: ["a:e1", "a:e2"]\n      mtu: many\n'
    code, said = clabns('check', '-t', tests.file(text))
    tests.case('schema_refuses_a_wrong_type', code == 2 and 'schema' in said, said)


def main():
    """Exit code 0 when every case passed, 77 without root."""
    if os.geteuid() != 0:
        print('namespaces need root')
        return 77
    with tempfile.TemporaryDirectory() as folder:
        tests = Tests(folder)
        try:
            smart_security(tests)
            refusals(tests)
            up_and_down(tests)
            failures(tests)
        finally:
            clabns('destroy', '--name', LAB)
    return 1 if tests.failed else 0


if __name__ == '__main__':
    sys.exit(main())
