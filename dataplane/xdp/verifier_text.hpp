// SPDX-License-Identifier: Apache-2.0
// What the kernel's verifier has against a program, out of the thousands of lines that it writes: the
// program, its last words, and the line of source they are about. Pure.
#pragma once

#include <string>
#include <string_view>

namespace suanlu {

/// "suanlu_external: invalid access to packet (at `p->x = 1` @ steer.bpf.c:12)"; empty when `log` holds no
/// verdict.
std::string verifier_verdict(std::string_view log);

} // namespace suanlu
