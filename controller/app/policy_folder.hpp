// SPDX-License-Identifier: Apache-2.0
// The folder of policy files of suanlud: every *.yaml is a policy that services may name, `sites.yaml` is
// what the network states of its sites and of the flows of its services. Read once at start-up, before
// anything runs. On failure nothing starts: the caller gets every complaint of every file, with line and
// column.
#pragma once

#include <string>

#include "core/support/result.hpp"

namespace suanlu {

/// Makes the policies of the folder known by name (policies/policy_set.hpp), then the built-in files whose
/// names are still free. An empty name = no folder. kNotFound: no such folder.
Status load_policies(const std::string& folder);

} // namespace suanlu
