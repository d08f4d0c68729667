#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""zonemaster-cli on a signed zone of suanlu-dns, by NSEC and by NSEC3: nothing worse than a notice, and it does look, for a DS of another key is
an error. In a network namespace of its own, since it asks port 53 only.

Usage: zonemaster_test.py SUANLU_DNS"""
import ctypes
import pathlib
import shutil
import subprocess
import sys
import tempfile

from server_lab import run_case, wait_for

SERVERS = {'ns1.c.example': '198.18.0.1', 'ns2.c.example': '198.18.0.2'}
ZONE = '''$ORIGIN c.example.
$TTL 3600
@    SOA ns1 hostmaster 1 14400 3600 1209600 3600
@    NS  ns1
@    NS  ns2
@    MX  10 mail
ns1  A   198.18.0.1
ns2  A   198.18.0.2
mail A   198.18.0.3
'''
MODULES = ['Basic', 'Consistency', 'Delegation', 'DNSSEC', 'Nameserver', 'Syntax', 'Zone']
WORSE = ('WARNING', 'ERROR', 'CRITICAL')
CLONE_NEWNET = 0x40000000


def enter_namespace():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        return False
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    for address in SERVERS.values():
        subprocess.run(['ip', 'address', 'add', f'{address}/24', 'dev', 'lo'], check=True)
    return True


def judged(ds):
    """(level, test case, tag) of all that zonemaster says."""
    command = ['zonemaster-cli', '--no-ipv6', '--raw', '--show-testcase', '--level', 'INFO', '--ds', ds]
    for name, address in SERVERS.items():
        command += ['--ns', f'{name}/{address}']
    for module in MODULES:
        command += ['--test', module]
    ran = subprocess.run([*command, 'c.example'], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=120)
    return [tuple(line.split(None, 4)[1:4]) for line in ran.stdout.splitlines() if len(line.split()) > 3]


def check_zone(program, denial):
    with tempfile.TemporaryDirectory(prefix='suanlu-dns-') as name:
        work = pathlib.Path(name)
        (work / 'c.example.zone').write_text(ZONE)
        key = subprocess.run(['ldns-keygen', '-a', 'ED25519', '-k', 'c.example'], cwd=work, capture_output=True, text=True, check=True).stdout.strip()
        listen = ', '.join(f'"{address}:53"' for address in SERVERS.values())
        (work / 'dns.yaml').write_text(f'listen: [{listen}]\nzones: [{{name: c.example, file: {work}/c.example.zone, '
                                       f'key: {work}/{key}.private, denial: {denial}}}]\n')
        ds = subprocess.run([program, '--check', '-c', work / 'dns.yaml'], capture_output=True, text=True, check=True).stdout.split()[-4:]
        log = work / 'suanlu-dns.log'
        with open(log, 'wb') as out:
            server = subprocess.Popen([program, '-c', work / 'dns.yaml'], stderr=out)
        try:
            wait_for('suanlu-dns', lambda: 'dns.started' in log.read_text(), server)
            said = judged(','.join(ds))
            assert not [line for line in said if line[0] in WORSE], [line for line in said if line[0] in WORSE]
            tags = {tag for _, _, tag in said}
            assert {'EDNS0_SUPPORT', 'NO_UPWARD_REFERRAL', 'ONE_SOA_SERIAL', 'ARE_AUTHORITATIVE', 'ALGORITHM_OK'} <= tags, tags
            assert f'DS10_HAS_{denial.upper()}' in tags, tags
            foreign = judged(','.join([*ds[:3], ds[3][:-8] + 'deadbeef']))
            assert [line for line in foreign if line[0] == 'ERROR' and line[1].startswith('DNSSEC')], foreign
        finally:
            server.terminate()
            server.wait(20)


def main():
    missing = [tool for tool in ('zonemaster-cli', 'ldns-keygen') if shutil.which(tool) is None]
    if missing:
        print(f'skip dns-zonemaster # {", ".join(missing)} not installed')
        return 77
    if not enter_namespace():
        print('skip dns-zonemaster # needs root for a network namespace')
        return 77
    return 1 if sum([run_case('zonemaster-nsec', lambda: check_zone(sys.argv[1], 'nsec')),
                     run_case('zonemaster-nsec3', lambda: check_zone(sys.argv[1], 'nsec3'))]) else 0


sys.exit(main())
