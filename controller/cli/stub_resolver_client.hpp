// SPDX-License-Identifier: Apache-2.0
// Questions to the resolvers of this machine (resolv.conf(5)) or to one that is named: by UDP, by TCP what is
// cut, the next resolver where one is silent or cannot answer. Waits; one thread.
#pragma once

#include "dns/push/push_discovery.hpp"

namespace suanlu {

class StubResolverClient {
public:
    /// `resolver`: ADDRESS or ADDRESS:PORT; empty = those of `resolv_conf`.
    static Result<StubResolverClient> open(const std::string& resolver,
                                           const std::string& resolv_conf = "/etc/resolv.conf");

    /// kUnreachable: no resolver answers, each with its reason.
    [[nodiscard]] Result<dns::ResolverAnswer> ask(const dns::ResolverQuestion& question) const;

private:
    explicit StubResolverClient(std::vector<Endpoint> resolvers) : resolvers_(std::move(resolvers)) {}

    std::vector<Endpoint> resolvers_;
};

} // namespace suanlu
