# SPDX-License-Identifier: Apache-2.0
"""The files of a checkout as the style rules see them: paths relative to the root, text, and code without comments."""
import os
import re
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

CPP = (".cpp", ".hpp", ".c", ".h", ".cu")
SOURCE = CPP + (".py", ".sh", ".proto", ".def")
CODE_FOLDERS = ("core", "proto", "telemetry", "policies", "controller", "dns", "dataplane")
SKIPPED_FOLDERS = {".git", "build", "build-asan", "build-tsan", "__pycache__", "subprojects"}

_LITERAL_OR_COMMENT = re.compile(
    r"""R"(?P<d>[^()\\\s]{0,16})\(.*?\)(?P=d)"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.S)


def blank(match):
    """Keeps the line structure of what is removed, so that line numbers stay true."""
    text = match.group(0)
    if text.startswith("'") and len(text) > 6:
        return text  # a digit separator (1'000'000) opened it, not a character literal
    return '""' + "\n" * text.count("\n") if text[0] in "\"R'" else " " + "\n" * text.count("\n")


@dataclass
class SourceFile:
    path: str
    text: str

    @property
    def suffix(self):
        return Path(self.path).suffix

    @property
    def folder(self):
        return str(Path(self.path).parent)

    @property
    def is_cpp(self):
        return self.suffix in CPP

    @property
    def is_source(self):
        return self.suffix in SOURCE or self.text.startswith("#!")

    @cached_property
    def lines(self):
        return self.text.splitlines()

    @cached_property
    def code_lines(self):
        """C and C++ lines without comments and literals; other files line by line as they are."""
        if not self.is_cpp:
            return self.lines
        return _LITERAL_OR_COMMENT.sub(blank, self.text).splitlines()


@dataclass
class Finding:
    rule: str
    where: str
    what: str

    def __str__(self):
        return f"{self.where} {self.what}"


@dataclass
class Findings:
    failures: list = field(default_factory=list)
    warnings: list = field(default_factory=list)

    def fail(self, rule, where, what):
        self.failures.append(Finding(rule, where, what))

    def warn(self, rule, where, what):
        self.warnings.append(Finding(rule, where, what))


def _listed_by_git(root):
    """Tracked files and new ones that are not ignored; None where git does not know the folder."""
    if not (root / ".git").exists():
        return None
    listing = subprocess.run(["git", "-c", "safe.directory=*", "-C", str(root), "ls-files", "-co", "--exclude-standard", "-z"],
                             capture_output=True, check=False)
    if listing.returncode != 0:
        return None
    return sorted({p for p in listing.stdout.decode().split("\0") if p})


def _listed_by_walk(root):
    found = []
    for folder, names, files in os.walk(root):
        names[:] = [n for n in names if n not in SKIPPED_FOLDERS]
        found += [os.path.relpath(os.path.join(folder, f), root) for f in files]
    return sorted(found)


class SourceTree:
    """All text files below a root. Binary files (a NUL byte, not UTF-8) and links are left out."""

    def __init__(self, root):
        self.root = Path(root).resolve()
        self.files = []
        for path in _listed_by_git(self.root) or _listed_by_walk(self.root):
            full = self.root / path
            if full.is_symlink() or not full.is_file():
                continue
            raw = full.read_bytes()
            if b"\0" in raw:
                continue
            try:
                self.files.append(SourceFile(path, raw.decode()))
            except UnicodeDecodeError:
                continue
        self.by_path = {f.path: f for f in self.files}

    def cpp(self):
        return [f for f in self.files if f.is_cpp]

    def below(self, *folders):
        return [f for f in self.files if f.path.split("/", 1)[0] in folders]
