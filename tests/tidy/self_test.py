#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does each rule fire? A small bad tree per rule must be refused by it, and a clean one by none."""
import shutil
import sys
import tempfile
from pathlib import Path

from check_style import RULES, run_rules

C = "// SPDX-License-Identifier: Apache-2.0\n// What it is for.\n"
PY = "# SPDX-License-Identifier: Apache-2.0\n"
DUAL = "// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)\n// What it is for.\n"


def long_function(lines):
    return "int f(int a) {\n" + "    a += 1;\n" * lines + "    return a;\n}\n"


CLEAN = {
    "core/meson.build": PY + "lib = static_library('core', 'model/site.cpp')\n",
    "core/model/site.hpp": C + '#include "core/support/result.hpp"\nstruct Site {};\n',
    "core/model/site.cpp": C + '#include "core/model/site.hpp"\n// sleep_for(1) and detached in a comment are fine\n'
                               'const char* kText = "detached";\nint kMany = 1\'000\'000; // detached\n',
    "core/support/result.hpp": C + "struct Result {};\n",
    "core/support/asio.hpp": C + "#include <boost/asio/io_context.hpp>\n",
    "telemetry/page.hpp": C + '#include "core/model/site.hpp"\nstruct Page {};\n',
    "controller/topology/graph.hpp": C + '#include "core/model/site.hpp"\n#include "telemetry/page.hpp"\nstruct Graph {};\n',
    "dataplane/steer/wire.h": DUAL + "struct sl_pkt {\n    int cur;\n};\n",
    "dataplane/steer/reasons.def": DUAL + 'SL_REASON(kTooShort, "too short")\n',
    "docs/reasons.md": "| kTooShort | the packet ends early |\n",
    "scripts/go": "#!/usr/bin/env bash\n" + PY + "echo hello\n",
}

# rule -> list of {path: text} laid over the clean tree; each must make the rule, and only needs to make that rule, fire
BAD = {
    "include-direction": [
        {"core/model/site.hpp": C + '#include "telemetry/page.hpp"\n'},
        {"core/model/site.hpp": C + '#include "core/support/asio.hpp"\n'},
        {"core/support/result.hpp": C + '#include "core/model/site.hpp"\n'},
        {"policies/cost.hpp": C + '#include "core/support/mailbox.hpp"\n'},
        {"telemetry/page.hpp": C + '#include "policies/cost.hpp"\n'},
        {"controller/topology/graph.hpp": C + '#include "dataplane/xdp/maps.hpp"\n'},
        {"controller/topology/graph.hpp": C + '#include "controller/app/config.hpp"\n'},
        {"dataplane/steer/wire.h": DUAL + '#include "core/model/site.hpp"\n'},
    ],
    "include-cycle": [{"controller/topology/graph.hpp": C + '#include "controller/paths/spf.hpp"\n',
                       "controller/paths/spf.hpp": C + '#include "controller/topology/graph.hpp"\n'}],
    "generated-types": [
        {"controller/topology/graph.hpp": C + '#include "suanlu/v1/plan.pb.h"\n'},
        {"controller/api/plan_codec.hpp": C + '#include "suanlu/v1/plan.pb.h"\n',
         "controller/topology/graph.hpp": C + '#include "controller/api/plan_codec.hpp"\n'},
    ],
    "asio-include": [{"telemetry/page.hpp": C + "#include <boost/asio/steady_timer.hpp>\n"}],
    "file-length": [{"core/model/site.hpp": C + "int a();\n" * 801}],
    "function-length": [{"core/model/site.cpp": C + long_function(70)},
                        {"lab/netns/realise.py": PY + "def f(a):\n" + "    a += 1\n" * 70 + "    return a\n"},
                        {"lab/demo": "#!/usr/bin/env python3\n" + PY + "def f(a):\n" + "    a += 1\n" * 70 + "    return a\n"}],
    "banned-name": [{"core/model/link_info.hpp": C}, {"tests/netns/helpers.py": PY}, {"core/model/ip2text.hpp": C},
                    {"core/model/site.hpp": C + "class SiteManager {};\n"}],
    "spdx": [{"core/model/site.hpp": "// What it is for.\nstruct Site {};\n"},
             {"dataplane/steer/wire.h": C + "struct sl_pkt {};\n"}, {"scripts/go": "#!/usr/bin/env bash\necho hello\n"},
             {"core/meson.build": "lib = static_library('core', 'model/site.cpp')\n"}],
    "open-mark": [{"core/model/site.hpp": C + "// TO" "DO: later\n"}],
    "machine-path": [{"lab/demo": "#!/usr/bin/env bash\n" + PY + "cat /ho" "me/me/notes\n"}],
    "detached": [{"core/model/site.cpp": C + "void f() { co_spawn(x, y(), asio::detached); }\n"},
                 {"core/model/site.cpp": C + "void f() { thread.detach(); }\n"}],
    "sleep": [{"core/model/site.cpp": C + "void f() { std::this_thread::sleep_for(1s); }\n"}],
    "lambda-coroutine": [{"core/model/site.cpp": C + "auto f = [this, n](int a) mutable -> asio::awaitable<void> { co_return; };\n"},
                         {"core/model/site.cpp": C + "auto f = [&]() -> awaitable<void> { co_return; };\n"}],
    "listed": [{"core/model/link.cpp": C}],
    "header-opening": [{"core/model/site.hpp": C.splitlines()[0] + "\n#pragma once\nstruct Site {};\n"}],
    "documented": [{"dataplane/steer/reasons.def": DUAL + 'SL_REASON(kTooLong, "too long")\n'}],
    "links": [{"docs/reasons.md": "| kTooShort | see [there](nowhere.md) |\n"},
              {"core/model/site.hpp": C + "// see docs/nowhere.md\nstruct Site {};\n"}],
    "format": [{"core/model/site.hpp": C + "struct   Site { };\n"}],
}


def rules_that_fire(files, format_file):
    """Writes the files to a new folder and returns {rule: first finding}."""
    with tempfile.TemporaryDirectory(prefix="suanlu-tidy-") as folder:
        for path, text in files.items():
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        shutil.copy(format_file, Path(folder, ".clang-format"))
        _, out = run_rules(folder)
    fired = {}
    for finding in out.failures:
        fired.setdefault(finding.rule, finding)
    return fired


def main():
    format_file = Path(__file__).resolve().parents[2] / ".clang-format"
    failed = 0
    fired = rules_that_fire(CLEAN, format_file)
    failed += bool(fired)
    print("ok clean-tree" if not fired else "not ok clean-tree: " + "; ".join(f"{r}: {f}" for r, f in fired.items()))
    for rule in RULES:
        silent = [sorted(bad) for bad in BAD.get(rule, []) if rule not in rules_that_fire({**CLEAN, **bad}, format_file)]
        wrong = not BAD.get(rule) or silent
        failed += bool(wrong)
        print(f"not ok fires-{rule}: silent on {silent or 'nothing, no example'}" if wrong else f"ok fires-{rule}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
