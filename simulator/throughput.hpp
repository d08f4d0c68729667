// SPDX-License-Identifier: Apache-2.0
// What an accelerator infers per second, from published MLPerf Inference results (a JSON array, one object a
// result). Refusals name the file. Pure.
#pragma once

#include "simulator/file_search.hpp"

namespace suanlu::sim {

struct AcceleratorQuery {
    std::string accelerator; ///< as the file writes it: "NVIDIA H200-SXM-141GB"
    std::string model;       ///< "llama2-70b-99"
    std::string scenario;    ///< "Offline", "Server"
    std::string unit;        ///< "Tokens/s", "Samples/s"
};

/// Median over the results of the closed division, per accelerator. kNotFound lists the accelerators that
/// have this model.
Result<double> read_throughput(const NamedText& data, const AcceleratorQuery& query);

} // namespace suanlu::sim
