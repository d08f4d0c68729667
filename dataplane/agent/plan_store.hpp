// SPDX-License-Identifier: Apache-2.0
// The last good Plan in a file, so that a restarted agent goes on without a controller. Owned by the agent's
// strand. A file that is damaged is an error and is not used; the next good Plan overwrites it.
#pragma once

#include <optional>
#include <string>

#include "core/model/plan.hpp"
#include "core/support/saved_file.hpp"

namespace suanlu {

class PlanStore {
public:
    /// Makes `folder` if it is missing.
    static Result<PlanStore> open(const std::string& folder, const std::string& node);
    /// Empty when nothing was ever saved.
    Result<std::optional<Plan>> load() const;
    Status save(const Plan& plan) const;
    Status remove() const { return file_.remove(); }

private:
    explicit PlanStore(SavedFile file) : file_(std::move(file)) {}
    SavedFile file_;
};

} // namespace suanlu
