# SPDX-License-Identifier: Apache-2.0
"""Cases: what a test program reports, whatever language it is written in.

A GoogleTest program reports through the XML file that GTEST_OUTPUT asks for. Any other program prints a line per case:
`ok NAME`, `not ok NAME: what`, `skip NAME # reason`; one that prints none is a single case judged by its exit status
(77 = skipped). A program that ends badly without naming a failed case is a failed case itself.
"""
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
SHOWN_LINES = 80

_LINE = re.compile(r"^(ok|not ok|skip)\b[ \t]*(?:\d+[ \t]+-[ \t]+)?(.*)$")
_TAP_SKIP = re.compile(r"#\s*skip\b\s*(.*)$", re.I)


@dataclass
class Case:
    test: str
    name: str
    status: str
    detail: str = ""

    def __str__(self):
        return f"{self.test} {self.name}".rstrip()


def tail(text, lines=SHOWN_LINES):
    kept = text.rstrip().splitlines()[-lines:]
    return "\n".join(kept)


def _skip(test, name, reason):
    reason = reason.strip()
    if not reason:
        return Case(test, name, FAILED, "skipped without a reason")
    return Case(test, name, SKIPPED, reason)


def from_lines(test, output):
    """Cases of a program that prints one line per case."""
    cases = []
    for line in output.splitlines():
        match = _LINE.match(line)
        if not match:
            continue
        verdict, rest = match.groups()
        tap_skip = _TAP_SKIP.search(rest)
        if verdict == "skip":
            name, _, reason = rest.partition("#")
            cases.append(_skip(test, name.strip(), reason))
        elif tap_skip and verdict == "ok":
            cases.append(_skip(test, rest[:tap_skip.start()].strip(), tap_skip.group(1)))
        elif verdict == "ok":
            cases.append(Case(test, rest.strip(), PASSED))
        else:
            name, _, what = rest.partition(": ")
            cases.append(Case(test, name.strip(), FAILED, what))
    return cases


def from_gtest(test, xml_text):
    """Cases of a GoogleTest XML report. Disabled tests are not cases. Raises ParseError on a truncated report."""
    cases = []
    for node in ElementTree.fromstring(xml_text).iter("testcase"):
        name = f"{node.get('classname')}.{node.get('name')}"
        failures = [f.get("message") or f.text or "" for f in node.findall("failure")]
        skipped = node.find("skipped")
        if failures:
            cases.append(Case(test, name, FAILED, "\n".join(failures)))
        elif skipped is not None or node.get("result") == "skipped":
            cases.append(_skip(test, name, _skip_reason(skipped)))
        elif node.get("status") == "run":
            cases.append(Case(test, name, PASSED))
    return cases


def _skip_reason(node):
    """GoogleTest writes FILE:LINE, then what GTEST_SKIP() was given."""
    text = "" if node is None else (node.get("message") or node.text or "")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines and re.match(r"^\S+:\d+$", lines[0]):
        lines = lines[1:]
    return " ".join(lines)


def judge(test, cases, status, output, timed_out_after=None):
    """Adds what the exit status says to what the program itself reported."""
    if timed_out_after is not None:
        return cases + [Case(test, "timeout", FAILED, f"killed after {timed_out_after} s\n" + tail(output))]
    if not cases and status == 77:
        return [_skip(test, "", tail(output, 1))]
    if not cases and status == 0:
        return [Case(test, "", PASSED)]
    if status not in (0, 77) and not any(c.status == FAILED for c in cases):
        return cases + [Case(test, "exit", FAILED, f"exit status {status}\n" + tail(output))]
    return cases


def closing_line(cases):
    count = {s: sum(c.status == s for c in cases) for s in (PASSED, FAILED, SKIPPED)}
    line = f"{count[PASSED]} passed, {count[FAILED]} failed"
    return line + (f", {count[SKIPPED]} skipped" if count[SKIPPED] else "")
