#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The built-in scenarios as a C++ source: embed.py OUT FILE..."""
import pathlib
import re
import sys

OPENING = """// Made by embed.py of the files below simulator/scenarios.
#include "simulator/scenario_file.hpp"

namespace suanlu::sim {

const std::vector<BuiltinScenario>& builtin_scenarios() {
    static const std::vector<BuiltinScenario> all{
"""
CLOSING = """    };
    return all;
}

} // namespace suanlu::sim
"""


def row_of(name, text):
    title = re.search(r'^title: "(.*)"$', text, re.M).group(1)
    return f'{{"{name}", R"yaml({title})yaml", R"yaml({text})yaml"}},\n'


def main():
    out, *files = map(pathlib.Path, sys.argv[1:])
    rows = [row_of(f.stem, f.read_text()) for f in files]
    out.write_text(OPENING + "".join(rows) + CLOSING)


if __name__ == "__main__":
    main()
