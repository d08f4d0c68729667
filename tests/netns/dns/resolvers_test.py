#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Four resolvers and three secondaries that nobody here wrote, in front of an authoritative server of computing records: what is
asked through a resolver arrives as it is served, validated; what is signed wrongly does not; secondaries hold the same zone.

Usage: resolvers_test.py [--authority COMMAND]: COMMAND serves {zone_file} as {zone} on {address}; without it Knot does, which
proves the harness. Skipped (77) without root or one of the programs."""
import argparse
import os
import shutil
import sys
import time

sys.dont_write_bytecode = True
try:
    import dns.flags
    import dns.rcode
    import dns.rdatatype
except ImportError:
    print('skip resolvers # python3-dnspython is not installed')
    sys.exit(77)

from resolver_lab import AUTHORITY, BOGUS, RESOLVERS, SECONDARIES, ZONE, Lab

PROGRAMS = ('ldns-signzone', 'ldns-verify-zone', 'knotd', 'kdig', 'unbound', 'named', 'kresd', 'pdns_recursor', 'nsd')
POSITIVE = (('analysis.svc', 'HTTPS'), ('analysis.svc', 'A'), ('analysis.svc', 'AAAA'), ('_compute.analysis.svc', 'SVCB'),
            ('anything.wild', 'SVCB'), ('mec-1.bay.site', 'TXT'), ('mec-1.bay.site', 'TYPE65280'))
WITHIN_S = 20
failed = 0


def check(name, problem):
    """Prints one case; `problem` empty = it passed."""
    global failed
    print(f'not ok {name}: {problem}' if problem else f'ok {name}', flush=True)
    failed += 1 if problem else 0


def data_of(reply, rdtype):
    wanted = dns.rdatatype.from_text(rdtype)
    return sorted(rdata.to_text() for rrset in reply.answer if rrset.rdtype == wanted for rdata in rrset)


def is_validated(reply):
    return bool(reply.flags & dns.flags.AD)


def check_resolver(lab, name):
    address = RESOLVERS[name]
    for owner, rdtype in POSITIVE:
        served = data_of(lab.ask(AUTHORITY, f'{owner}.{ZONE}', rdtype), rdtype)
        reply = lab.ask(address, f'{owner}.{ZONE}', rdtype)
        got = data_of(reply, rdtype)
        check(f'{name}: {owner} {rdtype} arrives as served, validated',
              'nothing is served' if not served else f'{got} instead of {served}' if got != served
              else '' if is_validated(reply) else f'AD is not set ({dns.rcode.to_text(reply.rcode())})')
    for owner, rdtype, rcode in (('nobody.svc', 'SVCB', dns.rcode.NXDOMAIN), ('mec-2.bay.site', 'TYPE65280', dns.rcode.NOERROR)):
        reply = lab.ask(address, f'{owner}.{ZONE}', rdtype)
        check(f'{name}: {owner} {rdtype} is denied, with proof', '' if reply.rcode() == rcode and not reply.answer and is_validated(reply)
              else f'{dns.rcode.to_text(reply.rcode())}, AD {is_validated(reply)}')
    reply = lab.ask(address, BOGUS, 'A')
    check(f'{name}: a zone signed by another key is refused',
          '' if reply.rcode() == dns.rcode.SERVFAIL else dns.rcode.to_text(reply.rcode()))


def check_secondary(lab, name):
    """Waits for the zone, for a secondary answers before it has it."""
    wanted, got, deadline = lab.transfer(AUTHORITY), [], time.monotonic() + WITHIN_S
    while got != wanted and time.monotonic() < deadline:
        try:
            got = lab.transfer(SECONDARIES[name])
        except RuntimeError:
            continue
    check(f'{name} as a secondary holds the zone', '' if got == wanted and len(wanted) > 20
          else f'{len(got)} records, {len(set(got) ^ set(wanted))} differ')


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--authority', metavar='COMMAND')
    arguments = parser.parse_args()
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if os.geteuid() != 0 or missing:
        print(f'skip resolvers # {"needs root" if os.geteuid() != 0 else "not installed: " + " ".join(missing)}')
        return 77
    with Lab(arguments.authority) as lab:
        for kind, names, start, run in (('resolver', RESOLVERS, lab.start_resolver, check_resolver),
                                        ('secondary', SECONDARIES, lab.start_secondary, check_secondary)):
            for name in names:
                try:
                    start(name)
                    run(lab, name)
                except (RuntimeError, OSError) as failure:
                    check(f'{name} as a {kind} runs', str(failure))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
