# SPDX-License-Identifier: Apache-2.0
"""Rules that look at lines: licence line, forbidden words, sources without a build line, formatting, undocumented rows."""
import posixpath
import re
import shutil
import subprocess

from source_tree import CODE_FOLDERS

_MARK = re.compile(r"\b(TO" r"DO|FIX" r"ME)\b")  # spelled in two halves: this file is checked too
_DETACHED = re.compile(r"\bdetached\b|\.\s*detach\s*\(")
_SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(")
_MACHINE_PATH = re.compile(r"(?<![\w.$}\-])/(?:work|home|root|Users)/[\w.]")
_LAMBDA_COROUTINE = re.compile(r"\[[^\[\]]*[&=\w][^\[\]]*\]\s*(?:\([^()]*\))?\s*(?:mutable\s*)?(?:noexcept\s*)?->\s*[\w:]*awaitable\s*<")
_QUOTED = re.compile(r"'([^'\n]+)'")
_DOC_PAGE = re.compile(r"\b(docs/[\w/-]+(?:\.md)?)")
_MD_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
_DEF_ROW = re.compile(r"^\s*[A-Z][A-Z0-9_]*\(\s*\"?(\w+)\"?\s*,")


def check_spdx(tree, out):
    for source in tree.files:
        name = posixpath.basename(source.path)
        if not (source.is_source or name in ("meson.build", "meson_options.txt")):
            continue
        first = 1 if source.text.startswith("#!") else 0
        line = source.lines[first] if len(source.lines) > first else ""
        where = f"{source.path}:{first + 1}"
        if "SPDX-License-Identifier:" not in line:
            out.fail("spdx", where, "no SPDX licence line")
        elif source.path.startswith("dataplane/steer/") or source.path.endswith(".bpf.c"):
            if not ("GPL-2.0" in line and "BSD-2-Clause" in line) and name != "meson.build":
                out.fail("spdx", where, "the packet core is (BSD-2-Clause OR GPL-2.0-only)")
        elif "Apache-2.0" not in line and not ("GPL-2.0" in line and source.path.startswith(("dataplane/", "dns/xdp/"))):
            out.fail("spdx", where, "the licence is Apache-2.0")


def _lines_with(source, pattern, code):
    lines = source.code_lines if code else source.lines
    return [n for n, line in enumerate(lines, 1) if pattern.search(line)]


def check_words(tree, out):
    for source in tree.files:
        for n in _lines_with(source, _MARK, code=False):
            out.fail("open-mark", f"{source.path}:{n}", "finish it or open an issue")
        for n in _lines_with(source, _MACHINE_PATH, code=False):
            out.fail("machine-path", f"{source.path}:{n}", "a path of one machine")
        if not source.is_cpp:
            continue
        for n in _lines_with(source, _DETACHED, code=True):
            out.fail("detached", f"{source.path}:{n}", "spawn with an owner: an exception in a detached task vanishes")
        if source.path.split("/", 1)[0] in CODE_FOLDERS:
            for n in _lines_with(source, _SLEEP, code=True):
                out.fail("sleep", f"{source.path}:{n}", "wait on a timer of the strand")


def check_lambda_coroutines(tree, out):
    for source in tree.cpp():
        code = "\n".join(source.code_lines)
        for match in _LAMBDA_COROUTINE.finditer(code):
            n = code.count("\n", 0, match.start()) + 1
            out.fail("lambda-coroutine", f"{source.path}:{n}", "a coroutine outlives the captures of its lambda")


def check_listed(tree, out):
    listed = set()
    for source in tree.files:
        if posixpath.basename(source.path) == "meson.build":
            for quoted in _QUOTED.findall(source.text):
                listed.add(posixpath.normpath(posixpath.join(source.folder, quoted)))
    for source in tree.files:
        if source.suffix in (".cpp", ".c", ".cu", ".proto"):
            if source.path not in listed and source.path.rsplit(".", 1)[0] not in listed:
                out.fail("listed", f"{source.path}:1", "in no meson.build")


def check_header_opening(tree, out):
    for source in tree.cpp():
        if source.suffix in (".hpp", ".h") and not source.path.startswith("tests/"):
            if not any(line.lstrip().startswith(("//", "/*", "*")) for line in source.lines[1:8]):
                out.fail("header-opening", f"{source.path}:1", "says nothing on what it is for, who owns it, what happens on failure")


def check_documented(tree, out):
    """Every row of a *.def list (metrics, reasons, errors) is named somewhere below docs/."""
    text = "\n".join(f.text for f in tree.below("docs"))
    for source in tree.files:
        if source.suffix != ".def":
            continue
        for n, line in enumerate(source.lines, 1):
            match = _DEF_ROW.match(line)
            if match and not re.search(rf"\b{re.escape(match.group(1))}\b", text):
                out.fail("documented", f"{source.path}:{n}", f"{match.group(1)} is in no page of docs/")


def check_links(tree, out):
    """Pages of docs/ that comments name, and relative links between pages, exist."""
    for source in tree.files:
        if source.path.startswith("tests/tidy/") or not (source.is_source or source.suffix == ".md"):
            continue
        for n, line in enumerate(source.lines, 1):
            named = [m.rstrip("/") for m in _DOC_PAGE.findall(line)]
            if source.suffix == ".md":
                named = [posixpath.normpath(posixpath.join(source.folder, m)) for m in _MD_LINK.findall(line)]
            for target in named:
                if not any(p.startswith(target) for p in tree.by_path):
                    out.fail("links", f"{source.path}:{n}", f"{target} does not exist")


def check_format(tree, out):
    program = shutil.which("clang-format-14")
    if program is None:
        out.fail("format", ".clang-format:1", "clang-format-14 is not installed")
        return
    if ".clang-format" not in tree.by_path:
        out.fail("format", ".clang-format:1", "missing")
        return
    paths = [f.path for f in tree.cpp()]
    for at in range(0, len(paths), 50):
        run = subprocess.run([program, "--dry-run", "--ferror-limit=1", *paths[at:at + 50]],
                             cwd=tree.root, capture_output=True, text=True, check=False)
        seen = set()
        for path, line in re.findall(r"^([^\s:]+):(\d+):\d+: (?:warning|error)", run.stderr, re.M):
            if path not in seen:
                seen.add(path)
                out.fail("format", f"{path}:{line}", "clang-format-14 -i makes it right")
