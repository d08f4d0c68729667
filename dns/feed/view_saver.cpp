// SPDX-License-Identifier: Apache-2.0
#include "dns/feed/view_saver.hpp"

#include "core/support/log.hpp"
#include "core/support/priority.hpp"

namespace suanlu::dns {

ViewSaver::ViewSaver(ViewStore store) : store_(std::move(store)), thread_([this] { run(); }) {
}

ViewSaver::~ViewSaver() {
    {
        std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void ViewSaver::save(std::shared_ptr<const DnsView> view) {
    std::lock_guard lock(mutex_);
    waiting_ = std::move(view);
    changed_.notify_all();
}

void ViewSaver::renew() {
    std::lock_guard lock(mutex_);
    is_renewed_ = true;
    changed_.notify_all();
}

void ViewSaver::run() {
    give_way();
    auto due = std::chrono::steady_clock::now();
    std::unique_lock lock(mutex_);
    while (!is_stopping_ || waiting_) {
        if (waiting_ && (is_stopping_ || std::chrono::steady_clock::now() >= due)) {
            const auto view = std::exchange(waiting_, nullptr);
            lock.unlock();
            write(*view);
            due = std::chrono::steady_clock::now() + kEvery;
            lock.lock();
        } else if (waiting_) {
            changed_.wait_until(lock, due); // what is saved is not what holds: no use to renew it
        } else if (std::exchange(is_renewed_, false)) {
            lock.unlock();
            store_.renew();
            lock.lock();
        } else {
            changed_.wait(lock);
        }
    }
}

void ViewSaver::write(const DnsView& view) {
    if (const Status saved = store_.save(view); !saved) {
        ++failures_;
        log_warn("dns.view-not-saved", {{"why", saved.error().text()}});
    }
}

} // namespace suanlu::dns
