#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""suanluctl's offline commands as people use them: every console block of docs/paths.md, docs/policies.md and README.md gives what it
says, exit codes, JSON against its schema. `--write` puts the real output into the pages."""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys

import jsonschema
import yaml

METRO = "docs/examples/metro.clab.yml"
GREEN = "docs/examples/policies/green.yaml"
BROKEN = "docs/examples/policies/broken.yaml"
SITES = "docs/examples/policies/sites.yaml"
BLOCK = re.compile(r"(```console\n)(.*?)(```\n)", re.S)


class Shell:
    """A shell in the checkout, in which `suanluctl` is the one that was built."""

    def __init__(self, root, binary):
        self.root = root
        self.env = dict(os.environ, PATH=f"{binary.parent}:{os.environ['PATH']}", NO_COLOR="1", LC_ALL="C.UTF-8")

    def run(self, command):
        return subprocess.run(["bash", "-c", command], cwd=self.root, env=self.env, text=True, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


class Cases:
    def __init__(self):
        self.failed = 0

    def check(self, name, complaint):
        self.failed += bool(complaint)
        print(f"not ok {name}: {complaint}" if complaint else f"ok {name}")


def commands_of(block):
    """(command, expected output) in order; a command goes on while its lines end in a backslash."""
    found = []
    is_open = False
    for line in block.splitlines(keepends=True):
        if is_open:
            found[-1][0] += line
        elif line.startswith("$ "):
            found.append([line[2:], ""])
        elif found:
            found[-1][1] += line
        is_open = (is_open or line.startswith("$ ")) and line.endswith("\\\n")
    return found


def check_page(page, least, shell, cases):
    blocks = [match.group(2) for match in BLOCK.finditer(page.read_text())]
    cases.check(f"{page.stem}-has-blocks", "" if len(blocks) >= least else f"{len(blocks)} console blocks, not {least}")
    for number, block in enumerate(blocks, 1):
        for command, expected in commands_of(block):
            got = shell.run(command).stdout
            cases.check(f"{page.stem}-block-{number}",
                        "" if got == expected else f"{command.strip()}\nsays\n{got}\nand not\n{expected}")


def write_page(page, shell):
    def real(match):
        return match.group(1) + "".join(f"$ {c}{shell.run(c).stdout}" for c, _ in commands_of(match.group(2))) + match.group(3)
    page.write_text(BLOCK.sub(real, page.read_text()))


# (question, exit code, what the answer has in it)
QUESTIONS = [
    ("topology show " + METRO, 0, "7 routers, 22 directed links, connected"),
    ("topology show " + METRO + " --limit 1", 0, "... and 21 more links"),
    ("topology show lab/smart-security/smart-security.clab.yml", 0, "delay       unknown for every link"),
    ("topology show README.md", 2, "README.md:1: "),
    ("topology show no-such-file", 2, "cannot read no-such-file"),
    ("topology show " + METRO + " --format nonsense", 2, "known: graphml"),
    ("topology", 2, "subcommand"),
    ("path " + METRO + " --from GZ --to HK", 0, "GZ > DG > SZ > HK"),
    ("path " + METRO + " --from GZ", 2, "--to is required"),
    ("path " + METRO + " --from GX --to HK", 2, "did you mean GZ?"),
    ("path " + METRO + " --from gz --to HK", 2, "did you mean GZ?"),
    ("path " + METRO + " --from GZ --to HK --max-delay 5", 2, "not a duration with a unit (us, ms, s, m, h)"),
    ("path " + METRO + " --from GZ --to HK --min-bandwidth 10", 2, "not a bandwidth with a unit"),
    ("path " + METRO + " --from GZ --to HK --max-loss 1", 2, "not a loss with a unit (%, ppm)"),
    ("path " + METRO + " --from GZ --to HK --exclude 32", 2, "not in range"),
    ("path " + METRO + " --from GZ --to HK --layer tin", 2, "not in"),
    ("path " + METRO + " --from GZ --to HK --disjoint link --k 2", 2, "--disjoint asks for one pair"),
    ("path " + METRO + " --from GZ --to HK --data-class no-need", 2, "needs --sites"),
    ("path " + METRO + " --from GZ --to HK --algorithm 129", 2, "defines no Flex-Algo 129; it defines 128"),
    ("path " + METRO + " --from GZ --to HK --algorithm 128 --metric te", 2, "leave --metric out"),
    ("path " + METRO + " --from GZ --to HK --algorithm 128", 0, "GZ > DG > SZ > HK"),
    ("path " + METRO + " --from GZ --to MO --algorithm 128", 1, "no path from GZ to MO"),
    ("path " + METRO + " --from GZ --to HK --max-segments 1", 0, "HK(algo 128)"),
    ("path " + METRO + " --from GZ --to HK --service-id 0x10000", 2, "from 1 to 0xffff"),
    ("path " + METRO + " --from GZ --to HK --max-delay 100us", 1, "within a delay of 100 us: the least is 850 us"),
    ("path " + METRO + " --from GZ --to MO --area CN,HK", 1, "legal area"),
    ("path " + METRO + " --from GZ --to HK --protection qkd", 1, "qkd"),
    ("path " + METRO + " --from FS --to HK --via MO --max-segments 1", 1, "no segment list: "),
    ("path " + METRO + " --from GZ --to HK --max-segments 1 --max-delay 2ms", 0, "equal cost over"),
    ("path " + METRO + " --from GZ --to HK --min-bandwidth 50Gbps --max-jitter 20us --max-loss 10ppm --max-hops 3", 0, "otn"),
    ("path " + METRO + " --from GZ --to HK --include-any 5 --metric igp", 0, "path 1 of 1: GZ > HK"),
    ("path " + METRO + " --from GZ --to HK --disjoint node --exclude 5", 0, "partner, node-disjoint: GZ > FS > ZH > HK"),
    ("path " + METRO + " --from GZ --to HK --via MO --encode sid --service-id 0xe100", 0, "SRH"),
    ("path " + METRO + " --from GZ --to HK --encode usid-f4816 --service-id 0xe100", 0, "usid F4816"),
    ("path " + METRO + " --from GZ --to HK --protect srlg --k 3 --metric igp", 0, "srlg 3"),
    ("path " + METRO + " --from GZ --to HK --protect node --explain", 0, "router SZ"),
    ("path " + METRO + " --from GZ --to HK --sites edge --data-class no-need --explain", 0, "rule "),
    ("path " + METRO + " --from HK --to HK", 0, "path 1 of 1: HK"),
    ("policy validate " + GREEN, 0, "ok, policy green: load + energy + network + qos"),
    ("policy validate docs/reference/policy.yaml policies/builtin/*.yaml", 0, "ok, policy qos"),
    ("policy validate " + BROKEN + " " + GREEN, 1, "broken.yaml:5:38: filters.residency.not_in[0]: 'HK' is asked for and excluded"),
    ("policy validate no-such-file", 2, "cannot read no-such-file"),
    ("policy validate docs", 2, "cannot read docs"),
    ("policy", 2, "subcommand"),
    ("policy simulate energy --sites " + SITES, 0, "request records: transfer, policy energy"),
    ("policy simulate energy --sites docs/reference/sites.yaml", 0, "request r: job"),
    ("policy simulate network --request chat --sites " + SITES, 0, "SHARE"),
    ("policy simulate fcfs --request chat --sites " + SITES, 1, "fcfs is for jobs and transfers only"),
    ("policy simulate fastest --sites " + SITES, 2, "built in: data, default"),
    ("policy simulate price --request train --time 2026-03-02T23:00+08:00 --explain --sites " + SITES, 0, "CNY/kWh"),
    ("policy simulate price --time noon --sites " + SITES, 2, "is not a time"),
    ("policy simulate price --request none --sites " + SITES, 2, "no request 'none'; known: chat"),
    ("policy simulate " + BROKEN + " --sites " + SITES, 2, "broken.yaml:5:"),
    ("policy simulate load --sites " + GREEN, 2, "green.yaml:2:1: policy: unknown key"),
    ("policy diff default " + GREEN, 0, "filters.residency.in"),
    ("policy diff load load", 0, "the policies say the same"),
    ("policy diff default price --request chat --sites " + SITES, 0, "request chat: flow, policy default | price"),
]


def schema_of(question):
    words = question.split()
    if words[0] != "policy":
        return words[0]
    return "policy-validate" if words[1] == "validate" else "policy-simulate"


def schema_complaint(root, command, text):
    schema = json.loads((root / f"docs/reference/{command}.schema.json").read_text())
    try:
        jsonschema.validate(json.loads(text), schema)
    except (ValueError, jsonschema.ValidationError) as e:
        return str(e).splitlines()[0]
    return ""


def check_questions(root, shell, cases):
    for number, (question, code, part) in enumerate(QUESTIONS):
        answer = shell.run("suanluctl " + question)
        complaint = "" if answer.returncode == code else f"exit {answer.returncode}, not {code}: {answer.stdout}"
        if part not in answer.stdout:
            complaint = complaint or f"no '{part}' in {answer.stdout}"
        cases.check(f"question-{number}", complaint and f"{question}: {complaint}")
        if code == 2:
            continue
        as_json = shell.run(f"suanluctl {question} -o json")
        complaint = "" if as_json.returncode == code else f"exit {as_json.returncode} with -o json"
        cases.check(f"question-{number}-json",
                    complaint or schema_complaint(root, schema_of(question), as_json.stdout))


def check_policy_schema(root, cases):
    """The schema of policy files takes every file that suanluctl takes."""
    schema = json.loads((root / "docs/reference/policy.schema.json").read_text())
    files = [root / "docs/reference/policy.yaml", root / GREEN, *sorted((root / "policies/builtin").glob("*.yaml"))]
    for file in files:
        errors = jsonschema.Draft7Validator(schema).iter_errors(yaml.safe_load(file.read_text()))
        cases.check(f"policy-schema-{file.stem}", "; ".join(e.message for e in errors))
    broken = yaml.safe_load((root / BROKEN).read_text())
    cases.check("policy-schema-broken", "" if list(jsonschema.Draft7Validator(schema).iter_errors(broken)) else "accepted")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--suanluctl", type=pathlib.Path, required=True)
    parser.add_argument("--write", action="store_true", help="put the real output into the pages")
    options = parser.parse_args()
    shell = Shell(options.root, options.suanluctl.resolve())
    # Page and the fewest blocks that it has: a page without blocks would check nothing.
    pages = [(options.root / "docs/paths.md", 8), (options.root / "README.md", 1),
             (options.root / "docs/policies.md", 7)]
    if options.write:
        for page, _ in pages:
            write_page(page, shell)
        return 0
    cases = Cases()
    for page, least in pages:
        check_page(page, least, shell, cases)
    check_questions(options.root, shell, cases)
    check_policy_schema(options.root, cases)
    return 1 if cases.failed else 0


if __name__ == "__main__":
    sys.exit(main())
