// SPDX-License-Identifier: Apache-2.0
// Loads an eBPF object and says in one line what the kernel has against it. Called on the engine's strand; a
// refusal is kKernel with the verifier's words, kUnsupported without rights.
#pragma once

#include <string>

#include "core/support/result.hpp"

struct bpf_object_skeleton;

namespace suanlu {

/// `what`, e.g. "the XDP programs". After a refusal errno is the kernel's answer.
Status load_object(bpf_object_skeleton* skeleton, const std::string& what);

} // namespace suanlu
