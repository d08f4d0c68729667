// SPDX-License-Identifier: Apache-2.0
// Asks the path engine what an operator asked and gathers its answers: paths, segment lists, the checker's
// verdict, repairs. Pure.
#pragma once

#include "controller/offline/path_report.hpp"
#include "controller/offline/path_request.hpp"
#include "controller/topology/files/topology_file.hpp"

namespace suanlu::offline {

/// An error is a question that makes no sense; a question without a path is an answer with a refusal.
Result<PathReport> answer_path(const std::string& file, const ReadTopology& read, const PathWords& words);

} // namespace suanlu::offline
