#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The eBPF objects built by each compiler that is here, without warnings, and taken by the kernel's verifier: what one
clang keeps in a register another spills, and the verifier judges the result. Needs root."""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

COMPILERS = ("clang-14", "clang-16")


def built(compiler, root, source, target):
    machine = os.uname().machine
    return subprocess.run([compiler, "-O2", "-g", "-target", "bpf", "-mcpu=v3", "-Wall", "-Wextra", "-Werror",
                           f"-I/usr/include/{machine}-linux-gnu", f"-I{root}", "-c", source, "-o", target],
                          capture_output=True, text=True, check=False)


def loaded(bpftool, target, pins):
    done = subprocess.run([bpftool, "prog", "loadall", target, pins], capture_output=True, text=True, check=False)
    shutil.rmtree(pins, ignore_errors=True)
    return done


def main(root, bpftool):
    failed = 0
    with tempfile.TemporaryDirectory(prefix="suanlu-compilers-") as folder:
        pins = f"{folder}/bpf"
        os.mkdir(pins)
        subprocess.run(["mount", "-t", "bpf", "bpf", pins], check=True)
        try:
            for compiler in COMPILERS:
                for source in sorted(glob.glob(f"{root}/dataplane/xdp/*.bpf.c")):
                    name = f"{compiler} {os.path.basename(source)}"
                    if shutil.which(compiler) is None:
                        print(f"skip {name} # {compiler} is not installed", flush=True)
                        continue
                    target = f"{folder}/object.o"
                    done = built(compiler, root, source, target)
                    if done.returncode == 0:
                        done = loaded(bpftool, target, f"{pins}/here")
                    failed += done.returncode != 0
                    why = (done.stderr.strip().splitlines() or ["?"])[-1]
                    print(f"ok {name}" if done.returncode == 0 else f"not ok {name}: {why}", flush=True)
        finally:
            subprocess.run(["umount", pins], check=False)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
