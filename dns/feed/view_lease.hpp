// SPDX-License-Identifier: Apache-2.0
// Whether what the controller said last still holds: every word of it, a beat too, renews the view for its
// validity. Pure value; one owner.
#pragma once

#include "core/model/units.hpp"
#include "core/support/clock.hpp"

namespace suanlu::dns {

class ViewLease {
public:
    void renew(Seconds validity, MonoTime heard) {
        ends_ = heard + Duration(static_cast<Duration::rep>(validity.value * 1e9));
    }
    [[nodiscard]] bool holds(MonoTime now) const { return now < ends_; }

private:
    MonoTime ends_;
};

} // namespace suanlu::dns
