#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds and runs the suites that tests/run names; see there for usage and exit codes."""
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree.ElementTree import ParseError

from build import BuildFailed, build_dirs, say
from cases import FAILED, PASSED, SKIPPED, Case, closing_line, from_gtest, from_lines, judge

ROOT = Path(__file__).resolve().parents[2]
SUITES = ("tidy", "unit", "packets", "sim", "netns", "fuzz", "bench")
SANITIZED = {"asan": ("unit", "sim"), "tsan": ("unit", "sim")}
ONE_AT_A_TIME = ("netns", "fuzz")
SANITIZER_ENVIRONMENT = {
    "asan": {"ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1", "UBSAN_OPTIONS": "print_stacktrace=1"},
    "tsan": {"TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1"},
}
SANITIZER_SLOWDOWN = 10
GRACE_S = 20

running = set()


def suite_of(test):
    """The suite that a meson test names, without the project; None if it names none of ours."""
    names = {s.split(":")[-1] for s in test["suite"]}
    return next((s for s in SUITES if s in names), None)


def stop(child):
    """SIGTERM first: a netns test removes its namespaces on it."""
    for sig in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, sig)
        except ProcessLookupError:
            return
        try:
            child.wait(GRACE_S)
            return
        except subprocess.TimeoutExpired:
            continue


def run_program(command, environment, folder, limit, log):
    """(exit status, output, timed out)."""
    with open(log, "wb") as sink:
        child = subprocess.Popen(command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=sink,
                                 stderr=subprocess.STDOUT, start_new_session=True)
        running.add(child)
        timed_out = False
        try:
            child.wait(limit)
        except subprocess.TimeoutExpired:
            timed_out = True
            stop(child)
        finally:
            running.discard(child)
    return child.returncode, Path(log).read_text(encoding="utf-8", errors="replace"), timed_out


def run_test(build, test):
    """Runs one meson test and returns its cases."""
    label = f"{build.name}/{suite_of(test)}/{test['name']}" if build.name != "build" else f"{suite_of(test)}/{test['name']}"
    stem = re.sub(r"[^\w.-]", "_", label)
    report = build.logs / f"{stem}.xml"
    report.unlink(missing_ok=True)
    command = list(test["cmd"])
    environment = {**os.environ, "GTEST_OUTPUT": f"xml:{report}", **SANITIZER_ENVIRONMENT.get(build.name, {}), **test["env"]}
    limit = test["timeout"] * (SANITIZER_SLOWDOWN if build.name in SANITIZED else 1) or None
    began = time.monotonic()
    status, output, timed_out = run_program(command, environment, test["workdir"] or build.folder, limit, build.logs / f"{stem}.log")
    cases = read_cases(label, test, report, output)
    cases = judge(label, cases, status, output, limit if timed_out else None)
    show(label, cases, time.monotonic() - began)
    return cases


def read_cases(label, test, report, output):
    is_gtest = test["protocol"] == "gtest" or re.search(r"^\[==========\] Running", output, re.M)
    if not is_gtest and not report.exists():
        return from_lines(label, output)
    if not report.exists():
        return [Case(label, "report", FAILED, "ended before it wrote its report\n" + output[-4000:])]
    try:
        cases = from_gtest(label, report.read_text(encoding="utf-8", errors="replace"))
    except ParseError as error:
        return [Case(label, "report", FAILED, f"{report}: {error}")]
    return cases or [Case(label, "report", FAILED, "a test program without a case")]


def show(label, cases, seconds):
    lines = [f"{label}: {closing_line(cases)} ({seconds:.1f} s)"]
    for case in cases:
        if case.status == FAILED:
            lines += [f"  FAILED {case}"] + [f"    {line}" for line in case.detail.splitlines()]
        elif case.status == SKIPPED:
            lines.append(f"  skipped {case}: {case.detail}")
    say("\n".join(lines))


def run_suite(build, suite, tests):
    """Cases of one suite; a suite that executed none has failed."""
    parallel = [t for t in tests if t["is_parallel"] and suite not in ONE_AT_A_TIME]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        cases = [c for found in pool.map(lambda t: run_test(build, t), parallel) for c in found]
    for test in tests:
        if test not in parallel:
            cases += run_test(build, test)
    if not any(c.status in (PASSED, FAILED) for c in cases):
        cases.append(Case(f"{build.name}/{suite}", "", FAILED, "the suite ran no case"))
        show(f"{build.name}/{suite}", cases[-1:], 0)
    return cases


def run_build(build, suites, everything):
    """Configures, compiles what the suites need, runs them. A build that fails is one failed case.

    A sanitizer build leaves out the tests that name the suite 'unsanitized' beside their own.
    """
    try:
        build.configure()
        tests = [t for t in build.introspect("tests") if suite_of(t) in suites]
        homeless = [t["name"] for t in build.introspect("tests") if suite_of(t) is None]
        if build.name in SANITIZED:
            tests = [t for t in tests if not any(s.endswith(":unsanitized") for s in t["suite"])]
        targets = build.targets_of(tests)
        if everything or targets:
            build.compile([] if everything else targets)
    except BuildFailed as failure:
        case = Case(build.name, "compile", FAILED, str(failure))
        show(build.name, [case], 0)
        return [case]
    cases = [Case(build.name, name, FAILED, "is in no suite") for name in homeless]
    if cases:
        show(build.name, cases, 0)
    for suite in suites:
        cases += run_suite(build, suite, [t for t in tests if suite_of(t) == suite])
    return cases


def run_all(names):
    builds = build_dirs(ROOT)
    plain = [s for s in SUITES if s in names]
    cases = []
    if plain:
        cases += run_build(builds["build"], plain, everything="netns" in plain)
    for name, suites in SANITIZED.items():
        if name in names:
            cases += run_build(builds[name], list(suites), everything=False)
    return cases


def interrupted(number, _frame):
    for child in list(running):
        stop(child)
    print(f"tests/run: stopped by signal {number}", file=sys.stderr, flush=True)
    os._exit(128 + number)


def main():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    os.chdir(ROOT)
    began = time.monotonic()
    cases = run_all(sys.argv[1:])
    failed = [c for c in cases if c.status == FAILED]
    say(f"{time.monotonic() - began:.0f} s, logs in build*/logs")
    for case in failed:
        say(f"FAILED {case}")
    say(closing_line(cases))
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
