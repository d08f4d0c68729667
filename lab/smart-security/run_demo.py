#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""run_demo.py BUILD KEEP ENGINE PORTS: the steps of lab/demo after the build. Called by lab/demo."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from demo import main  # noqa: E402

if __name__ == '__main__':
    sys.exit(main.run(sys.argv[1], sys.argv[2] == '1', *sys.argv[3:5]))
