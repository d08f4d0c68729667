// SPDX-License-Identifier: Apache-2.0
// The core at the clsact hook: for interfaces and kernels that refuse the XDP programs. The programs share
// the maps of the XDP object. A filter outlives its maker; which interfaces carry one is remembered by a pin
// beside the links (tc_NAME). Owned by XdpDataplane; errors name the interface.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/support/result.hpp"

struct bpf_object;
struct steer_tc_bpf;

namespace suanlu {

class TcPrograms {
public:
    /// Loads the programs upon the maps of `maps`, by name.
    static Result<std::unique_ptr<TcPrograms>> load(const bpf_object& maps);
    ~TcPrograms();

    /// Puts a program ("suanlu_external", ...) on the interface, in place of the one of a predecessor.
    Status attach(const std::string& folder, const std::string& interface, const std::string& program);

private:
    explicit TcPrograms(steer_tc_bpf* skeleton) : skeleton_(skeleton) {}
    steer_tc_bpf* skeleton_;
};

/// The interface carries a filter of ours.
bool is_tc_attached(const std::string& folder, const std::string& interface);
/// Removes the filters of interfaces that are not in `kept`.
void detach_tc_others(const std::string& folder, const std::vector<std::string>& kept);

} // namespace suanlu
