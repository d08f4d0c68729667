// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/ended_view.hpp"

namespace suanlu::dns {

namespace {

void forget_measured(DnsCompute& compute) {
    compute.capacity.reset();
    compute.inference.reset();
    compute.score.reset();
}

} // namespace

DnsView ended(DnsView view) {
    for (auto& site : view.sites) {
        DnsSite left = *site;
        forget_measured(left.compute);
        site = std::make_shared<const DnsSite>(std::move(left));
    }
    for (auto& service : view.services) {
        DnsService left = *service;
        for (DnsInstance& instance : left.instances) {
            forget_measured(instance.compute);
        }
        for (DnsAnswer& answer : left.answers) {
            answer = {answer.mode, DnsBasis::kEnded, {}};
        }
        service = std::make_shared<const DnsService>(std::move(left));
    }
    return view;
}

bool is_ended(const DnsView& view) {
    const auto* const answers = view.services.empty() ? nullptr : &view.services.front()->answers;
    return answers != nullptr && !answers->empty() && answers->front().basis == DnsBasis::kEnded;
}

} // namespace suanlu::dns
