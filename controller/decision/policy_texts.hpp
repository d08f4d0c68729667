// SPDX-License-Identifier: Apache-2.0
// The policy files that a controller runs with, as texts: what its journal keeps, so that a replay runs with
// the very same policies whatever became of the folder. Used at start-up, before anything runs.
#pragma once

#include <map>
#include <string>

#include "core/support/result.hpp"

namespace suanlu {

/// File name without folder -> text; policies and sites.yaml.
using PolicyTexts = std::map<std::string, std::string>;

/// Every *.yaml of the folder; an empty name = no folder, no texts. kNotFound: cannot be read.
Result<PolicyTexts> read_policy_texts(const std::string& folder);
/// Makes these policies known by name (policies/policy_set.hpp), then the built-in files whose names are
/// still free. `where` stands before the file names in complaints; all of them come at once.
Status load_policies(const PolicyTexts& texts, const std::string& where);

} // namespace suanlu
