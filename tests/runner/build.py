# SPDX-License-Identifier: Apache-2.0
"""Build directories: the one of everybody (build/) and one per sanitizer, which hold the unit and sim programs only."""
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PROGRESS_EVERY_S = 20
_SANITIZED = ["--buildtype=plain", "-Doptimization=1", "-Dpure_only=true", "-Db_lundef=false",
              "-Dc_args=-g1 -fno-omit-frame-pointer -fno-sanitize-recover=all",
              "-Dcpp_args=-g1 -fno-omit-frame-pointer -fno-sanitize-recover=all"]


class BuildFailed(Exception):
    """Configuring or compiling failed; the text is the end of the log."""


def say(text):
    print(text, flush=True)


@dataclass
class BuildDir:
    name: str
    folder: Path
    options: list

    @property
    def logs(self):
        path = self.folder / "logs"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def _run(self, command, log_name, watch):
        log = self.logs / log_name
        with open(log, "w", encoding="utf-8") as sink:
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as child:
                for line in child.stdout:
                    sink.write(line)
                    watch(line)
        if child.returncode != 0:
            raise BuildFailed(f"{' '.join(map(str, command))}: exit status {child.returncode}, all of it in {log}\n"
                              + _end_of_failure(log.read_text(encoding="utf-8")))

    def configure(self):
        exists = (self.folder / "build.ninja").exists()
        options = self.options + [f"-Dwerror={'true' if os.environ.get('CI') == 'true' else 'false'}"]
        say(f"{self.name}: meson setup {self.folder.name}" + (" (again)" if exists else ""))
        self._run(["meson", "setup", *(["--reconfigure"] if exists else []), *options, str(self.folder)], "setup.log", lambda _: None)

    def compile(self, targets):
        """Targets are paths relative to the folder; none means everything."""
        began, last = time.monotonic(), [time.monotonic()]

        def watch(line):
            step = re.match(r"\[(\d+)/(\d+)\]", line)
            if step and time.monotonic() - last[0] >= PROGRESS_EVERY_S:
                last[0] = time.monotonic()
                say(f"{self.name}: compiled {step.group(1)} of {step.group(2)}, {last[0] - began:.0f} s")

        say(f"{self.name}: ninja " + (f"({len(targets)} targets)" if targets else "(everything)"))
        self._run(["ninja", "-C", str(self.folder), *targets], "ninja.log", watch)
        say(f"{self.name}: built in {time.monotonic() - began:.0f} s")

    def introspect(self, what):
        found = subprocess.run(["meson", "introspect", f"--{what}", str(self.folder)], capture_output=True, text=True, check=True)
        return json.loads(found.stdout)

    def targets_of(self, tests):
        """What must be compiled so that these tests can run."""
        files = {t["id"]: t["filename"] for t in self.introspect("targets")}
        wanted = {name for test in tests for target in test["depends"] for name in files.get(target, [])}
        wanted |= {test["cmd"][0] for test in tests}
        below = [os.path.relpath(path, self.folder) for path in wanted if Path(path).is_relative_to(self.folder)]
        return sorted(below)


def _end_of_failure(log):
    """From the first failed step on, at most 60 lines; else the end."""
    lines = log.splitlines()
    first = next((i for i, line in enumerate(lines) if line.startswith("FAILED") or "ERROR:" in line), None)
    return "\n".join(lines[first:first + 60] if first is not None else lines[-60:])


def build_dirs(root):
    def folder(name):
        return root / name
    return {
        "build": BuildDir("build", folder("build"), []),
        "asan": BuildDir("asan", folder("build-asan"), ["-Db_sanitize=address,undefined", *_SANITIZED]),
        "tsan": BuildDir("tsan", folder("build-tsan"), ["-Db_sanitize=thread", *_SANITIZED]),
    }


if __name__ == "__main__":
    sys.exit("use tests/run")
