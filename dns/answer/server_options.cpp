// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/server_options.hpp"

#include "dns/answer/query.hpp"
#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

/// One TXT record of class CHAOS, owned by the question's name.
Run chaos_run(std::string_view text) {
    Run run;
    run.octets = {0xc0, static_cast<std::uint8_t>(kHeaderBytes)};
    put_integer(run.octets, rr_type::kTxt);
    put_integer(run.octets, rr_class::kChaos);
    put_integer(run.octets, std::uint32_t{0});
    put_integer(run.octets, static_cast<std::uint16_t>(text.size() + 1));
    put_integer(run.octets, static_cast<std::uint8_t>(text.size()));
    put_bytes(run.octets, view_of(text));
    run.needed_octets = static_cast<std::uint32_t>(run.octets.size());
    run.answers = 1;
    return run;
}

} // namespace

std::vector<ChaosName> chaos_names(std::string_view id, std::string_view version) {
    std::vector<ChaosName> out;
    const auto add = [&](std::string_view name, std::string_view text) {
        if (!text.empty()) {
            out.push_back({*DomainName::parse(name), chaos_run(text)});
        }
    };
    add("id.server", id);
    add("hostname.bind", id);
    add("version.server", version);
    add("version.bind", version);
    return out;
}

} // namespace suanlu::dns
