// SPDX-License-Identifier: Apache-2.0
// What is left of a view that no longer holds: names, addresses and what the inventory states. Figures that
// were measured are unknown now, and services answer by their static sites or their fail policy. Pure.
#pragma once

#include "core/model/dns_view.hpp"

namespace suanlu::dns {

DnsView ended(DnsView view);
/// Made by `ended`. A view without services does not show it.
bool is_ended(const DnsView& view);

} // namespace suanlu::dns
