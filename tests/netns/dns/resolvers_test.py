#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Four resolvers and three secondaries that nobody here wrote, in front of an authoritative server of computing records: what is
asked through a resolver arrives as it is served, validated; what is signed wrongly does not; secondaries hold the same zone.

Usage: resolvers_test.py [--authority COMMAND] [--suanlu-dns PROGRAM]: COMMAND serves {zone_file} as {zone} on {address}; without it Knot
does, which proves the harness. PROGRAM, if given, is then the authority of a computed zone, found from the root and, once more,
by the configurations of docs/examples/dns. Skipped (77) without root or one of the programs."""
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
            ('anything.wild', 'SVCB'), ('mec-1.bay.site', 'TXT'), ('mec-1.bay.site', 'TYPE65280'),
            ('_index.bay.site', 'TYPE65280'), ('b._dns-sd._udp', 'PTR'), ('_compute._udp.bay', 'PTR'), ('mec-1._compute._udp.bay', 'SRV'))
DENIED = (('nobody.svc', 'SVCB', dns.rcode.NXDOMAIN), ('analysis.svc', 'TYPE65280', dns.rcode.NOERROR))
SUBNETS = {'198.18.1.0': 'mec-2.bay.site.', '198.18.2.0': 'mec-1.bay.site.', '203.0.113.0': 'mec-1.bay.site.'}
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
    for owner, rdtype, rcode in DENIED:
        reply = lab.ask(address, f'{owner}.{ZONE}', rdtype)
        check(f'{name}: {owner} {rdtype} is denied, with proof', '' if reply.rcode() == rcode and not reply.answer and is_validated(reply)
              else f'{dns.rcode.to_text(reply.rcode())}, AD {is_validated(reply)}')
    if lab.by_example:
        return  # without a root nothing leads to other zones
    reply = lab.ask(address, BOGUS, 'A')
    check(f'{name}: a zone signed by another key is refused',
          '' if reply.rcode() == dns.rcode.SERVFAIL else dns.rcode.to_text(reply.rcode()))


def check_subnets(lab, name):
    """What hands the client's subnet on gets each client's own best site, validated, whatever the cache holds already."""
    for subnet, site in SUBNETS.items():
        for rdtype in ('SVCB', 'HTTPS'):
            owner = f'analysis.svc.{ZONE}' if rdtype == 'HTTPS' else f'_compute.analysis.svc.{ZONE}'
            reply = lab.ask(RESOLVERS[name], owner, rdtype, subnet=subnet)
            got = [text.split()[1] for text in data_of(reply, rdtype)]
            check(f'{name}: clients of {subnet}/24 get {site} by {rdtype}, validated',
                  f'{got}' if got != [site + ZONE] else '' if is_validated(reply) else 'AD is not set')


def check_suanlu(program, by_example):
    with Lab(suanlu_dns=program, by_example=by_example) as lab:
        for name in RESOLVERS:
            try:
                lab.start_resolver(name)
                check_resolver(lab, name)
                if by_example and name in ('unbound', 'pdns-recursor'):
                    check_subnets(lab, name)
            except (RuntimeError, OSError) as failure:
                check(f'{name} in front of suanlu-dns runs', str(failure))


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
    parser.add_argument('--suanlu-dns', metavar='PROGRAM')
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
    for by_example in (False, True) if arguments.suanlu_dns else ():
        print(f'# suanlu-dns, found {"as in docs/examples/dns" if by_example else "from the root"}')
        check_suanlu(arguments.suanlu_dns, by_example)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
