#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the policy files given as arguments into a C++ table: name, text."""
import pathlib
import sys

ROW = '    {{"{name}", R"policy({text})policy"}},\n'


def main():
    target, *sources = map(pathlib.Path, sys.argv[1:])
    rows = "".join(ROW.format(name=source.stem, text=source.read_text()) for source in sources)
    target.write_text('#include "policies/strategy/builtin_policies.hpp"\n\nnamespace suanlu {\n\n'
                      "namespace {\nconstexpr BuiltinPolicy kTexts[] = {\n" + rows + "};\n}\n\n"
                      "std::span<const BuiltinPolicy> builtin_policies() {\n    return kTexts;\n}\n\n} // namespace suanlu\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
