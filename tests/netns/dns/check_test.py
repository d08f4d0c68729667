#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""suanlu-dns --check: the reference dns.yaml, as it is printed, is accepted with the files that it names; what is wrong with a file is said as a
whole, a line each. Nothing listens. Usage: check_test.py SUANLU_DNS ROOT"""
import base64
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

from tls_authority import Authority

ZONE = '@ 300 SOA ns1 hostmaster 1 3600 600 86400 5\n@ 300 NS ns1\nns1 300 A 192.0.2.1\n'
KEY = 'Private-key-format: v1.2\nAlgorithm: 15 (ED25519)\nPrivateKey: ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjI=\n'
LEAST = 'listen: ["127.0.0.1:53"]\nzones: [{name: c.example, file: "FOLDER/c.example.zone"}]\n'


class Folder:
    """With all files that the reference names below /etc/suanlu."""

    def __init__(self, name, program, root):
        self.path, self.program, self.reference = pathlib.Path(name), program, root / 'docs/reference'
        Authority(self.path)
        for file, text in (('c.example.zone', ZONE), ('Kc.example.+015+12345.private', KEY), ('dns-cookies', 'e5' * 16 + '\n'),
                           ('xfr.secret', base64.b64encode(bytes(32)).decode()), ('c.example.view.yaml', self.read('dns-view.yaml'))):
            (self.path / file).write_text(text)

    def read(self, name):
        return (self.reference / name).read_text(encoding='utf-8')

    def check(self, text):
        (self.path / 'dns.yaml').write_text(re.sub('/etc/suanlu|FOLDER', str(self.path), text))
        done = subprocess.run([self.program, '--check', '-c', self.path / 'dns.yaml'], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr.replace(f'{self.path}/', '')


def check_reference(folder):
    code, said, complaints = folder.check(folder.read('dns.yaml'))
    assert code == 0 and 'c.example.' in said and '\tDS\t' in said, (code, said, complaints)


def check_all_complaints(folder):
    """Each at its line, those of YAML itself among them."""
    code, _, complaints = folder.check('metrics: "127.0.0.1"\n' + LEAST + 'workers: 0\nworkers: 1\ndnstap: {file: /no/such/folder/queries.tap}\nspare: 1\n')
    lines = complaints.splitlines()
    wanted = [('dns.yaml:1: metrics: ', 'port'), ('dns.yaml:4: workers: ', '1 to 128'), ('dns.yaml:5: ', "duplicate key 'workers'"),
              ('dns.yaml:6: dnstap.file: ', 'no folder /no/such/folder'), ('dns.yaml:7: ', "unknown key 'spare'")]
    assert code == 2 and len(lines) == len(wanted), complaints
    assert all(line.startswith(place) and words in line for line, (place, words) in zip(lines, wanted)), complaints


def check_missing_key(folder):
    """It is said once, not again by whoever reads it."""
    code, _, complaints = folder.check('listen: ["127.0.0.1:53"]\nzones: [{file: "FOLDER/c.example.zone"}]\n')
    assert code == 2 and complaints == "dns.yaml:2: zones[0]: missing key 'name'\n", complaints


def check_tap_of_the_front(folder):
    code, _, complaints = folder.check(LEAST + 'xdp: {interfaces: [lo], tap_one_in: 10}\n')
    assert code == 2 and complaints == 'dns.yaml:3: xdp.tap_one_in: needs dnstap\n', complaints


def check_reader_to_come(folder):
    code, _, complaints = folder.check(LEAST + 'dnstap: {socket: /no/such/folder/reader.sock}\n')
    assert code == 0 and '/no/such/folder/reader.sock' in complaints, (code, complaints)


CASES = {'reference': check_reference, 'all-complaints': check_all_complaints, 'missing-key': check_missing_key, 'tap-of-the-front': check_tap_of_the_front, 'reader-to-come': check_reader_to_come}


def main():
    failed = 0
    with tempfile.TemporaryDirectory(prefix='suanlu-check-') as name:
        folder = Folder(name, sys.argv[1], pathlib.Path(sys.argv[2]))
        for case, check in CASES.items():
            try:
                check(folder)
                print(f'ok {case}', flush=True)
            except (AssertionError, OSError, subprocess.SubprocessError) as failure:
                print(f'not ok {case}: {failure!r}', flush=True)
                failed = 1
    return failed


sys.exit(main())
