#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""suanlu-sim as people use it: every console block of docs/simulator.md gives what it says, exit codes, JSON against its
schema, plots. `--write` puts the real output into the page."""
import argparse
import json
import os
import pathlib
import sys
import tempfile
import time
import xml.dom.minidom

import jsonschema

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "offline"))
from offline_test import Cases, Shell, check_page, write_page  # noqa: E402

LEAST_BLOCKS = 7
# (question, exit code, what the answer has in it)
QUESTIONS = [
    ("list", 0, "bay-area"),
    ("list", 0, "clairvoyant-greedy"),
    ("show edge", 0, "based_on: llm"),
    ("show nothing", 2, "built in: llm, edge"),
    ("run llm --seconds 5s --policy default,nearest", 0, "\nnearest "),
    ("run nothing", 2, "no file 'nothing'"),
    ("run README.md", 2, "README.md:"),
    ("run llm --policy nobody", 2, "no policy is called 'nobody'"),
    ("run llm --seconds 5", 2, "not a duration"),
    ("run llm --seconds 0s", 2, "above 0s"),
    ("run llm --load 0", 2, "not in range"),
    ("run llm --seed x", 2, "--seed"),
    ("run llm --seconds 2s --plot no/such/folder/x.svg", 2, "cannot write no/such/folder/x.svg"),
    ("run llm --nonsense", 2, "--nonsense"),
    ("", 2, "subcommand"),
    ("run docs/reference/scenario.yaml", 0, "reference: every field"),
]


def check_questions(shell, cases):
    for number, (question, code, part) in enumerate(QUESTIONS):
        answer = shell.run("suanlu-sim " + question)
        complaint = "" if answer.returncode == code else f"exit {answer.returncode}, not {code}: {answer.stdout}"
        if part not in answer.stdout:
            complaint = complaint or f"no '{part}' in {answer.stdout}"
        cases.check(f"question-{number}", complaint and f"{question}: {complaint}")


def check_json(root, shell, cases):
    schema = json.loads((root / "docs/reference/sim.schema.json").read_text())
    for name in ("llm", "fail", "keepalive"):
        runs = [shell.run(f"suanlu-sim run {name} --seconds 5s --policy default,jsq2 --seed 7 -o json").stdout for _ in range(2)]
        try:
            jsonschema.validate(json.loads(runs[0]), schema)
            complaint = "" if runs[0] == runs[1] else "two runs differ"
        except (ValueError, jsonschema.ValidationError) as e:
            complaint = str(e).splitlines()[0]
        cases.check(f"json-{name}", complaint)


def check_plot(shell, cases):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "plot.svg")
        shell.run(f"suanlu-sim run edge --seconds 5s --policy default,nearest --plot {path}")
        texts = {t.firstChild.data for t in xml.dom.minidom.parse(str(path)).getElementsByTagName("text")}
        missing = {"default", "nearest", "icc-1", "response time, s", "utilisation, %", "share of new jobs, %", "99th percentile"} - texts
        cases.check("plot", f"no {missing}" if missing else "")


def check_data(shell, cases):
    missing = shell.run("SUANLU_DATA=/nowhere suanlu-sim run bay-area")
    cases.check("absent-data", "" if missing.returncode == 2 and "set SUANLU_DATA" in missing.stdout else missing.stdout)
    data = pathlib.Path(os.environ.get("SUANLU_DATA", shell.root / "../shared/data"))
    if data.exists():
        for name, seconds, column in (("bay-area", "5s", "kg CO2"), ("tariffs", "20s", "EUR")):
            found = shell.run(f"suanlu-sim run {name} --seconds {seconds} --policy default")
            cases.check(f"data-{name}", "" if found.returncode == 0 and column in found.stdout else found.stdout)


def check_interrupt(shell, cases):
    started = time.monotonic()
    stopped = shell.run("timeout --signal=INT --preserve-status 0.3 suanlu-sim run llm --seconds 10000s")
    is_fine = stopped.returncode == 130 and "interrupted" in stopped.stdout and time.monotonic() - started < 10
    cases.check("interrupt", "" if is_fine else f"exit {stopped.returncode}: {stopped.stdout}")


def check_terminal(shell, cases):
    piped = shell.run("suanlu-sim run llm --seconds 2s --policy default")
    cases.check("no-bar-in-a-pipe", "\r" in piped.stdout and "a bar")
    shown = shell.run("script -qec 'suanlu-sim run llm --seconds 200s --policy default' /dev/null")
    cases.check("bar-on-a-terminal", "" if "of 200 s" in shown.stdout else shown.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--suanlu-sim", type=pathlib.Path, required=True)
    parser.add_argument("--write", action="store_true", help="put the real output into the page")
    options = parser.parse_args()
    shell = Shell(options.root, options.suanlu_sim.resolve())
    page = options.root / "docs/simulator.md"
    if options.write:
        write_page(page, shell)
        return 0
    cases = Cases()
    check_page(page, LEAST_BLOCKS, shell, cases)
    check_questions(shell, cases)
    check_json(options.root, shell, cases)
    check_plot(shell, cases)
    check_data(shell, cases)
    check_interrupt(shell, cases)
    check_terminal(shell, cases)
    return 1 if cases.failed else 0


if __name__ == "__main__":
    sys.exit(main())
