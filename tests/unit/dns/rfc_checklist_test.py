#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every test that docs/reference/dns-rfcs.md names exists, and every line names one. Usage: rfc_checklist_test.py ROOT"""
import pathlib
import re
import sys

NAMED = re.compile(r'`([A-Za-z]+)\.([A-Za-z0-9_]+)`|`(\w+\.py): ([\w-]+)`')


def unit_tests(root):
    text = ''.join(path.read_text(encoding='utf-8') for path in (root / 'tests/unit/dns').glob('*.cpp'))
    return set(re.findall(r'^TEST(?:_F|_P)?\((\w+), (\w+)\)', text, re.M))


def faults(root):
    known = unit_tests(root)
    page = (root / 'docs/reference/dns-rfcs.md').read_text(encoding='utf-8')
    rows = [line for line in page.splitlines() if line.startswith('| ') and not line.startswith('| RFC')]
    if len(rows) < 20:
        yield f'only {len(rows)} lines were found'
    for row in rows:
        named = NAMED.findall(row)
        if not named:
            yield f'no test: {row}'
        for subject, name, script, case in named:
            if subject and (subject, name) not in known:
                yield f'no unit test {subject}.{name}'
            elif script and f"'{case}'" not in (root / 'tests/netns/dns' / script).read_text(encoding='utf-8'):
                yield f'no case {case} in {script}'


def main():
    found = list(faults(pathlib.Path(sys.argv[1])))
    print('\n'.join(f'not ok {fault}' for fault in found) or 'ok rfc-checklist')
    return 1 if found else 0


sys.exit(main())
