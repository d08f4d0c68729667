#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""suanluctl dns decode in all its forms, its JSON against docs/reference/dns-decode.schema.json.

dnspython writes the records. Usage: decode_test.py SUANLUCTL ROOT"""
import base64
import json
import pathlib
import subprocess
import sys

try:
    import dns.rdata
    import jsonschema
except ImportError as missing:
    print(f'skip dns-decode # not installed: python3 {missing.name}')
    sys.exit(77)

ctl, root = sys.argv[1], pathlib.Path(sys.argv[2])
schema = json.loads((root / 'docs/reference/dns-decode.schema.json').read_text())
failed = 0


def decode(*words, stdin=b''):
    run = subprocess.run([ctl, 'dns', 'decode', *words], input=stdin, capture_output=True, check=False)
    return run.returncode, run.stdout.decode()


def check(name, holds, what=''):
    global failed
    failed += not holds
    print(f'ok {name}' if holds else f'not ok {name}: {what}')


def octets(rtype, text):
    return dns.rdata.from_text('IN', rtype, text).to_wire()


SVCB = '1 sz.gba.site.compute.example. alpn=h3 port=8080 key65283="\\001\\164\\000\\003\\000\\000\\000\\012" key65400=x'
wire = octets('SVCB', SVCB)
forms = {'text': ('_compute.a.svc.compute.example. 5 IN SVCB ' + SVCB,),
         'hex': (wire.hex(), '--form', 'hex', '--type', 'svcb'),
         'base64': (base64.b64encode(wire).decode(), '--form', 'base64', '--type', 'SVCB')}
answers = {form: decode('-o', 'json', *words) for form, words in forms.items()}
answers['wire'] = decode('-o', 'json', '-', '--form', 'wire', '--type', 'SVCB', stdin=wire)
for form, (status, out) in answers.items():
    check(f'form-{form}', status == 0 and out == answers['hex'][1], out)
jsonschema.validate(json.loads(answers['hex'][1]), schema)
seen = json.loads(answers['hex'][1])['records'][0]
check('svcb', seen['priority'] == 1 and seen['keys'][0]['fields'] == {'free_permille': 420, 'queue': 3, 'free_units': 12}
      and {'name': 'key65400', 'value': '78'} in seen['others'], seen)

status, out = decode('sz.compute.example. 300 IN TXT "txtvers=1" "region=gba-sz" "odd"', '-o', 'json')
jsonschema.validate(json.loads(out), schema)
check('txt', status == 0 and json.loads(out)['records'][0]['keys'][0]['fields'] == {'name': 'gba-sz'}, out)
DIG = f''';; ANSWER SECTION:
_compute.a.svc.compute.example. 5 IN SVCB {SVCB}
_compute.a.svc.compute.example. 5 IN SVCB 2 hk.compute.example. port=8080

;; ADDITIONAL SECTION:
hk.compute.example. 300 IN A 192.0.2.1
'''
status, out = decode('-', '-o', 'json', stdin=DIG.encode())
jsonschema.validate(json.loads(out), schema)
check('what-dig-prints', status == 0 and [r['priority'] for r in json.loads(out)['records']] == [1, 2], out)
check('nothing-to-decode', decode('-', stdin=b';; ANSWER SECTION:\nhk.compute.example. 300 IN A 192.0.2.1\n')[0] == 2)
status, out = decode('010100000000001100001267ff0a00020802', '--form', 'hex', '--type', 'CMP')
check('cmp-table', status == 0 and 'cats (65290)' in out and 'draining' in out, out)
status, out = decode('0001 00 ff01 0001 61 ff00 0001 62', '--form', 'hex', '--type', 'SVCB', '-o', 'json')
jsonschema.validate(json.loads(out), schema)
check('malformed-is-an-answer', status == 1 and 'offset 8' in json.loads(out)['error'], out)
check('wrong-usage', decode('zz', '--form', 'hex', '--type', 'SVCB')[0] == 2 and decode('00', '--form', 'hex')[0] == 2)
sys.exit(1 if failed else 0)
