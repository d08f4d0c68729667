// SPDX-License-Identifier: Apache-2.0
// The dry programs of explain.bpf.c over the maps of the engine, run by BPF_PROG_TEST_RUN. Owned by
// XdpDataplane, called on its strand; errors are the kernel's.
#pragma once

#include <memory>

#include "core/support/result.hpp"
#include "dataplane/api/dataplane.hpp"
#include "dataplane/xdp/xdp_dataplane.hpp"

struct bpf_object;
struct explain_bpf;

namespace suanlu {

class ExplainProgram {
public:
    /// Loads the programs upon the maps of `maps`, by name.
    static Result<std::unique_ptr<ExplainProgram>> load(const bpf_object& maps);
    ~ExplainProgram();
    ExplainProgram(const ExplainProgram&) = delete;
    ExplainProgram& operator=(const ExplainProgram&) = delete;

    /// The frame comes in by an interface of that role and index.
    Result<FlowRun> run(std::vector<std::uint8_t> frame, InterfaceRole role, std::uint32_t interface) const;

private:
    explicit ExplainProgram(explain_bpf* skeleton) : skeleton_(skeleton) {}
    explain_bpf* skeleton_;
};

} // namespace suanlu
