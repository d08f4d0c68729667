#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How the reports of test programs are counted, row by row."""
import sys

from cases import FAILED, PASSED, SKIPPED, closing_line, from_gtest, from_lines, judge

GTEST = """<testsuites><testsuite name="Site">
<testcase name="Parses" status="run" result="completed" classname="Site"/>
<testcase name="Disabled" status="notrun" result="suppressed" classname="Site"/>
<testcase name="Refuses" status="run" result="completed" classname="Site"><failure message="a.cpp:1&#x0A;Expected: 1"/></testcase>
<testcase name="NeedsFile" status="run" result="skipped" classname="Site"><skipped message="a.cpp:9&#x0A;no SUANLU_DATA"/></testcase>
<testcase name="Silent" status="run" result="skipped" classname="Site"><skipped message="a.cpp:9&#x0A;"/></testcase>
</testsuite></testsuites>"""

# name, cases that the runner made of it, what they must be: (name, status, start of the detail)
ROWS = [
    ("lines", from_lines("t", "noise\nok one\nnot ok two: broke: here\nskip three # no FRR\nokay is no case\n"),
     [("one", PASSED, ""), ("two", FAILED, "broke: here"), ("three", SKIPPED, "no FRR")]),
    ("tap", from_lines("t", "1..3\nok 1 - one\nnot ok 2 - two\nok 3 - three # SKIP no FRR\n"),
     [("one", PASSED, ""), ("two", FAILED, ""), ("three", SKIPPED, "no FRR")]),
    ("skip-without-reason", from_lines("t", "skip three\n"), [("three", FAILED, "skipped without")]),
    ("gtest", from_gtest("t", GTEST),
     [("Site.Parses", PASSED, ""), ("Site.Refuses", FAILED, "a.cpp:1"), ("Site.NeedsFile", SKIPPED, "no SUANLU_DATA"),
      ("Site.Silent", FAILED, "skipped without")]),
    ("silent-success", judge("t", [], 0, "words"), [("", PASSED, "")]),
    ("silent-failure", judge("t", [], 3, "words"), [("exit", FAILED, "exit status 3")]),
    ("silent-skip", judge("t", [], 77, "no kernel module\n"), [("", SKIPPED, "no kernel module")]),
    ("crash-after-cases", judge("t", from_lines("t", "ok one\n"), -11, "ok one\n"),
     [("one", PASSED, ""), ("exit", FAILED, "exit status -11")]),
    ("named-failure-counts-once", judge("t", from_lines("t", "not ok one: no\n"), 1, ""), [("one", FAILED, "no")]),
    ("timeout", judge("t", from_lines("t", "ok one\n"), -15, "ok one\n", 30), [("one", PASSED, ""), ("timeout", FAILED, "killed after 30")]),
]
LINES = [("ok a\n", "1 passed, 0 failed"), ("ok a\nnot ok b: c\nskip d # e\n", "1 passed, 1 failed, 1 skipped")]


def main():
    failed = 0
    for name, cases, expected in ROWS:
        got = [(c.name, c.status, c.detail) for c in cases]
        right = len(got) == len(expected) and all(
            g[:2] == e[:2] and g[2].startswith(e[2]) for g, e in zip(got, expected))
        failed += not right
        print(f"ok {name}" if right else f"not ok {name}: got {got}")
    for output, expected in LINES:
        got = closing_line(from_lines("t", output))
        failed += got != expected
        print(f"ok closing-{expected}" if got == expected else f"not ok closing-{expected}: got {got}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
