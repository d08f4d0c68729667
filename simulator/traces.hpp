// SPDX-License-Identifier: Apache-2.0
// Real load as a simulation uses it: gaps and tokens of requests (Azure LLM inference trace), durations of
// jobs (Alibaba openb pods), a curve of load over time (Alibaba GenAI request rates). Sources and licences of
// such files: docs/simulator.md. Refusals are "FILE:LINE: what". Pure.
#pragma once

#include <utility>
#include <vector>

#include "simulator/file_search.hpp"

namespace suanlu::sim {

/// Requests in the order of their arrival.
struct RequestTrace {
    std::vector<double> gaps_s;                    ///< between one request and the next
    std::vector<std::pair<double, double>> tokens; ///< of the prompt and of the answer
};

/// TIMESTAMP,ContextTokens,GeneratedTokens. An answer without a token counts as one token.
Result<RequestTrace> read_request_trace(const NamedText& data);

/// Seconds from scheduled_time to deletion_time of the pods that have both.
Result<std::vector<double>> read_pod_durations(const NamedText& data);

/// Request rates (timestamp_anon, value; a .tar with one table) summed over `steps` equal parts of their
/// time, over their mean: what a load is to be multiplied by. A part without requests counts as 1 % of the
/// mean, so that a load never ends.
Result<std::vector<double>> read_load_curve(const NamedText& data, std::size_t steps);

} // namespace suanlu::sim
