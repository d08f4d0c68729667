# SPDX-License-Identifier: Apache-2.0
"""One line of claim and one line of evidence per check; the closing line and the exit code come from here."""
import time


class Report:
    """Counts checks and prints them; `began` is when the demo started."""

    def __init__(self, out):
        self.out = out
        self.passed = 0
        self.failed = 0
        self.began = time.monotonic()

    def step(self, text):
        """A heading with the time since the start."""
        self._line(f'\n[{time.monotonic() - self.began:5.1f} s] {text}')

    def note(self, text):
        """Something worth seeing that is no check."""
        for line in text.rstrip().splitlines():
            self._line(f'         {line}')

    def check(self, claim, ok, evidence):
        """One check; returns `ok`."""
        self.passed += bool(ok)
        self.failed += not ok
        self._line(f'  {"ok  " if ok else "FAIL"} - {claim}')
        self._line(f'         {evidence}')
        return ok

    def close(self):
        """Prints the closing line; returns the exit code."""
        self._line(f'\ndemo: {self.passed} checks passed, {self.failed} failed')
        return 0 if self.failed == 0 and self.passed else 1

    def _line(self, text):
        self.out.write(text + '\n')
        self.out.flush()
