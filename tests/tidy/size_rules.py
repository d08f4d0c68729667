# SPDX-License-Identifier: Apache-2.0
"""Length of files and functions, and names of types, all from universal-ctags."""
import re
import subprocess

FILE_WARN, FILE_FAIL = 400, 800
FUNCTION_WARN, FUNCTION_FAIL = 40, 70

BANNED = {"manager", "helper", "helpers", "util", "utils", "common", "misc", "data", "info"}
_DIGIT_TWO = re.compile(r"(^|[a-z])2([A-Z]|$)")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

FUNCTION_KINDS = {"function", "member"}
TYPE_KINDS = {"class", "struct", "enum", "union", "typedef", "alias"}


def check_file_length(tree, out):
    for source in tree.files:
        if not source.is_source:
            continue
        count = len(source.lines)
        where = f"{source.path}:{count}"
        if count > FILE_FAIL:
            out.fail("file-length", where, f"{count} lines, at most {FILE_FAIL}")
        elif count > FILE_WARN:
            out.warn("file-length", where, f"{count} lines, better below {FILE_WARN}")


def _tags(tree):
    """(path, kind, name, first line, last line) of functions and types; one ctags process for the tree."""
    listing = [f.path for f in tree.files if f.is_cpp or f.suffix == ".py" or "python3" in f.text[:40]]
    if not listing:
        return []
    run = subprocess.run(
        ["ctags", "-f", "-", "-n", "-L", "-", "--fields=neK", "--guess-language-eagerly", "--langmap=C++:+.h.c.cu",
         "--kinds-C++=fcsgut", "--kinds-Python=fmc"],
        input="\n".join(listing) + "\n", capture_output=True, text=True, cwd=tree.root, check=True)
    tags = []
    for line in run.stdout.splitlines():
        name, path, _, kind, *fields = line.split("\t")
        ends = dict(f.split(":", 1) for f in fields if ":" in f)
        first = int(ends.get("line", 0))
        tags.append((path, kind, name, first, int(ends.get("end", first))))
    return tags


def check_functions_and_types(tree, out):
    for path, kind, name, first, last in _tags(tree):
        where = f"{path}:{first}"
        if kind in FUNCTION_KINDS:
            count = last - first + 1
            if count > FUNCTION_FAIL:
                out.fail("function-length", where, f"{name} has {count} lines, at most {FUNCTION_FAIL}")
            elif count > FUNCTION_WARN:
                out.warn("function-length", where, f"{name} has {count} lines, better below {FUNCTION_WARN}")
        elif kind in TYPE_KINDS and not name.startswith("__anon"):
            words = {w.lower() for w in _WORD.findall(name)}
            if words & BANNED or _DIGIT_TWO.search(name):
                out.fail("banned-name", where, f"type {name}: say what it is")


def check_file_names(tree, out):
    for source in tree.files:
        if not (source.is_source or source.path.endswith("meson.build")):
            continue
        stem = source.path.rsplit("/", 1)[-1].split(".")[0]
        words = set(re.split(r"[_\-]", stem.lower()))
        if words & BANNED or "2" in words or any(re.fullmatch(r"[a-z]{2,}2[a-z]{2,}", w) for w in words):
            out.fail("banned-name", f"{source.path}:1", "file name: say what is in it")
