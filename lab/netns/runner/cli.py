# SPDX-License-Identifier: Apache-2.0
"""clabns deploy|destroy|exec|inspect: the command line of the runner.

Exit codes: 0 fine, 1 the lab could not be made or removed, 2 wrong usage or a file that is refused.
"""
import argparse
import json
import os
import sys

from . import destroy as destroyer
from . import topology
from .deploy import MGMT, Deployer
from .init import environment
from .isolate import NodeFailed
from .source import Refused
from .state import State, is_alive


def parser():
    """The argument parser."""
    top = argparse.ArgumentParser(prog='clabns', description=__doc__.split('\n')[0])
    commands = top.add_subparsers(dest='command', required=True)
    for name, text in (('deploy', 'bring the lab up'), ('destroy', 'take it down, whatever is left of it'),
                       ('inspect', 'list the nodes'), ('check', 'only read the file'), ('exec', 'run a command in a node')):
        sub = commands.add_parser(name, help=text)
        sub.add_argument('-t', '--topo', metavar='FILE', required=name not in ('destroy', 'inspect', 'exec'))
        if name in ('destroy', 'inspect', 'exec'):
            sub.add_argument('--name', metavar='LAB', help='the lab by name, without its file')
        if name == 'inspect':
            sub.add_argument('-o', '--output', choices=('table', 'json'), default='table')
        if name == 'exec':
            sub.add_argument('node')
            sub.add_argument('arguments', nargs=argparse.REMAINDER, metavar='COMMAND ...')
    return top


def enter_arguments(record):
    """The nsenter words that put a command into a node; root and working folder too, for hosts inside a chroot."""
    return ['nsenter', '-t', str(record['pid']), '-n', '-m', '-u', '-p', '-r', '-w']


def _lab_name(arguments):
    if getattr(arguments, 'name', None):
        return arguments.name
    if not arguments.topo:
        raise Refused('say which lab: -t FILE or --name LAB')
    return topology.load(arguments.topo).name


def _deploy(arguments):
    lab = topology.load(arguments.topo)
    seconds = Deployer(lab, sys.stdout).run()
    print(f'deployed {lab.name}: {len(lab.nodes)} nodes, {len(lab.links)} links in {seconds:.2f} s')
    return 0


def _destroy(arguments):
    name = _lab_name(arguments)
    was_there = State(name).exists()
    left = destroyer.destroy(name)
    for item in left:
        print(f'could not remove {item}', file=sys.stderr)
    print(f'destroyed {name}' if was_there else f'{name} is not deployed')
    return 1 if left else 0


def _inspect(arguments):
    records = {n: r for n, r in State(_lab_name(arguments)).nodes().items() if n != MGMT}
    rows = [{'node': n, 'pid': r['pid'], 'state': 'running' if is_alive(r) else 'dead', 'image': r.get('image', ''),
             'mgmt_ipv4': r.get('mgmt_ipv4', '')} for n, r in records.items()]
    if arguments.output == 'json':
        print(json.dumps(rows, indent=1))
        return 0
    for row in rows:
        print(f'{row["node"]:12} {row["pid"]:>7} {row["state"]:8} {row["mgmt_ipv4"]:16} {row["image"]}')
    return 0


def _exec(arguments):
    record = State(_lab_name(arguments)).nodes().get(arguments.node)
    command = arguments.arguments[1:] if arguments.arguments[:1] == ['--'] else arguments.arguments
    if record is None or not is_alive(record):
        raise Refused(f'there is no running node "{arguments.node}"')
    if not command:
        raise Refused('say which command to run')
    sys.stdout.flush()
    os.execvpe('nsenter', enter_arguments(record) + command, environment(record.get('env', {})))


def main(argv):
    """Returns the exit code."""
    arguments = parser().parse_args(argv)
    actions = {'deploy': _deploy, 'destroy': _destroy, 'inspect': _inspect, 'exec': _exec,
               'check': lambda a: print(f'{topology.load(a.topo).name}: fine') or 0}
    if arguments.command in ('deploy', 'destroy', 'exec') and os.geteuid() != 0:
        print('clabns: namespaces can only be made and removed as root', file=sys.stderr)
        return 2
    try:
        return actions[arguments.command](arguments)
    except Refused as error:
        print(f'clabns: {error}', file=sys.stderr)
        return 2
    except NodeFailed as error:
        print(f'clabns: {error}', file=sys.stderr)
        return 1
