#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Style as a test: one line `ok RULE` or `not ok RULE: file:line what` per rule; warnings are shown and do not fail."""
import argparse
import sys

import include_rules
import size_rules
import text_rules
from source_tree import Findings, SourceTree

RULES = {
    "include-direction": include_rules.check_direction,
    "include-cycle": include_rules.check_cycles,
    "generated-types": include_rules.check_generated,
    "asio-include": include_rules.check_asio,
    "file-length": size_rules.check_file_length,
    "function-length": size_rules.check_functions_and_types,
    "banned-name": size_rules.check_file_names,
    "spdx": text_rules.check_spdx,
    "open-mark": text_rules.check_words,
    "machine-path": None,
    "detached": None,
    "sleep": None,
    "lambda-coroutine": text_rules.check_lambda_coroutines,
    "listed": text_rules.check_listed,
    "header-opening": text_rules.check_header_opening,
    "documented": text_rules.check_documented,
    "links": text_rules.check_links,
    "format": text_rules.check_format,
}


def run_rules(root):
    """All findings of a tree. A rule without a function is reported by the one before it."""
    tree, out = SourceTree(root), Findings()
    for check in RULES.values():
        if check:
            check(tree, out)
    return tree, out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", default=".")
    parser.add_argument("--only", help="comma-separated rules to show")
    options = parser.parse_args()
    tree, out = run_rules(options.root)
    if not tree.files:
        print(f"not ok tree: {options.root}: no files")
        return 1
    shown = options.only.split(",") if options.only else list(RULES)
    for finding in out.warnings:
        if finding.rule in shown:
            print(f"# warning {finding.rule}: {finding}")
    failed = 0
    for rule in shown:
        found = [f for f in out.failures if f.rule == rule]
        failed += bool(found)
        print(f"not ok {rule}: " + "; ".join(map(str, found)) if found else f"ok {rule}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
