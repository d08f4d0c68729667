// SPDX-License-Identifier: Apache-2.0
#include "dns/feed/view_saver.hpp"

#include "core/support/log.hpp"

namespace suanlu::dns {

namespace {

constexpr const char* kSave = "save";
constexpr const char* kRenew = "renew";

} // namespace

void ViewSaver::save(std::shared_ptr<const DnsView> view) {
    jobs_.put(
        kSave, [this, view = std::move(view)] { write(*view); }, kEvery);
}

void ViewSaver::renew() {
    jobs_.put(kRenew, [this] {
        if (!jobs_.waits(kSave)) { // what is saved is not what holds: no use to renew it
            store_.renew();
        }
    });
}

void ViewSaver::write(const DnsView& view) {
    if (const Status saved = store_.save(view); !saved) {
        ++failures_;
        log_warn("dns.view-not-saved", {{"why", saved.error().text()}});
    }
}

} // namespace suanlu::dns
