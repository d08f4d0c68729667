// SPDX-License-Identifier: Apache-2.0
#include "dns/feed/view_intake.hpp"

namespace suanlu::dns {

ViewIntake::ViewIntake(ViewStore store, const std::optional<SavedView>& known, Mailbox<FeedNews>& out)
    : saver_(std::move(store)), out_(out) {
    if (known) {
        newest_ = known->view;
        lease_.renew(newest_->validity, clock_.now() - known->age);
    }
}

bool ViewIntake::take(std::shared_ptr<const DnsView> view) {
    const MonoTime now = clock_.now();
    if (newest_ && lease_.holds(now) && newest_->stamp.is_newer_than(view->stamp)) {
        ++older_;
        return false;
    }
    newest_ = view;
    lease_.renew(view->validity, now);
    ++views_;
    (void)out_.push({view, now});
    saver_.save(std::move(view));
    return true;
}

void ViewIntake::beat() {
    lease_.renew(newest_->validity, clock_.now());
    (void)out_.push({nullptr, clock_.now()});
    saver_.renew();
}

void ViewIntake::add_to(FeedCounters& counters) const {
    counters.views += views_;
    counters.older += older_;
    counters.save_failures += saver_.failures();
}

} // namespace suanlu::dns
