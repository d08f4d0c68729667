# SPDX-License-Identifier: Apache-2.0
"""Starts this machine's FRR inside a node, as the FRR image's own start script would: daemons file, then vtysh -b."""
import os
import shlex
import subprocess

from .isolate import NodeFailed

FOLDER = '/usr/lib/frr'
ALWAYS = ('zebra', 'staticd')
KNOWN = ('bgpd', 'ospfd', 'ospf6d', 'ripd', 'ripngd', 'isisd', 'pimd', 'ldpd', 'nhrpd', 'eigrpd', 'babeld', 'pbrd',
         'bfdd', 'fabricd', 'vrrpd', 'pathd')


def _daemons_file():
    """KEY=value lines of /etc/frr/daemons; absent = no daemon beside zebra and staticd."""
    values = {}
    try:
        with open('/etc/frr/daemons', encoding='utf-8') as file:
            for line in file:
                key, mark, value = line.strip().partition('=')
                if mark and not key.startswith('#'):
                    values[key.strip()] = ' '.join(shlex.split(value, comments=True))
    except OSError:
        pass
    return values


def start():
    """Starts the enabled daemons and loads /etc/frr/frr.conf; raises NodeFailed with FRR's own words."""
    if not os.path.isdir(FOLDER):
        raise NodeFailed('FRR is not installed here (Debian package frr)')
    values = _daemons_file()
    for daemon in ALWAYS + tuple(d for d in KNOWN if values.get(d) == 'yes'):
        options = shlex.split(values.get(f'{daemon}_options', ''))
        _call([f'{FOLDER}/{daemon}', '-d'] + [o for o in options if o not in ('-d', '--daemon')])
    _call(['vtysh', '-b'])


def _call(arguments):
    done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise NodeFailed(f'{" ".join(arguments)} failed ({done.returncode}): {done.stdout.strip()[:800]}')
