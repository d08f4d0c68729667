// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/decision_loop.hpp"

#include <algorithm>

#include "core/support/log.hpp"

namespace suanlu {

namespace {

constexpr std::size_t kInboxCapacity = 16384;
constexpr auto kTick = std::chrono::milliseconds(100);
constexpr int kTicksPerSecond = 10;

/// The newest report of a site takes the place of the one that waits. Links and ingress reports too: both
/// say everything again.
bool fold(DecisionInput& waiting, DecisionInput& incoming) {
    if (auto* old = std::get_if<SiteReported>(&waiting)) {
        auto* fresh = std::get_if<SiteReported>(&incoming);
        if (fresh == nullptr || fresh->report.site != old->report.site) {
            return false;
        }
        *old = std::move(*fresh);
        return true;
    }
    auto* old = std::get_if<IngressReported>(&waiting);
    auto* fresh = std::get_if<IngressReported>(&incoming);
    if (old == nullptr || fresh == nullptr || fresh->report.node != old->report.node) {
        return false;
    }
    *old = std::move(*fresh);
    return true;
}

} // namespace

DecisionLoop::DecisionLoop(Strand strand, std::unique_ptr<Decision> decision, Programmer& programmer,
                           Strand storage, StateFolder folder,
                           std::function<void(const Decision&, MonoTime)> observe,
                           std::unique_ptr<DecisionJournal> journal)
    : journal_(std::move(journal)), decision_(strand, std::move(decision)),
      inbox_(strand, kInboxCapacity, fold), programmer_(programmer), storage_(storage),
      folder_(std::move(folder)), observe_(std::move(observe)), timer_(strand) {
}

void DecisionJournal::append(const Strand& storage, bool in_new_file) {
    asio::post(storage, [file = file_, failed = has_failed_, bytes = writer_.take(), in_new_file] {
        if (*failed) {
            return;
        }
        Status stored = in_new_file ? file->rotate() : Status();
        stored = stored ? file->append(bytes) : stored;
        if (!stored) {
            *failed = true;
            log_error("journal.stopped", {{"why", stored.error().text()}});
        }
    });
}

void DecisionJournal::store(const Strand& storage, const Decision& decision, MonoTime now) {
    largest_ = std::max(largest_, writer_.pending());
    written_ += writer_.pending();
    append(storage, false);
    if (written_ + largest_ > most_bytes_ / 2) { // the next batch might not fit
        writer_.begin_again(decision, now);
        written_ = writer_.pending();
        append(storage, true);
    }
}

void DecisionLoop::start() {
    asio::post(decision_.strand(), [this] {
        if (journal_) {
            decision_.get()->set_listener(&journal_->listener());
        }
    });
    spawn_owned(decision_.strand(), "decision", consume());
    spawn_owned(decision_.strand(), "decision-clock", keep_time());
}

void DecisionLoop::stop() {
    inbox_.close();
    asio::post(decision_.strand(), [this] {
        stopping_ = true;
        timer_.cancel();
    });
}

Task<void> DecisionLoop::consume() {
    publish(clock_.now()); // local SIDs wait for nobody
    while (auto input = co_await inbox_.pop()) {
        publish(handle(*input, clock_.now()));
    }
}

Task<void> DecisionLoop::keep_time() {
    for (int count = 0; !stopping_; ++count) {
        co_await wait_for(timer_, kTick);
        const MonoTime now = clock_.now();
        decision_.get()->tick(now);
        publish(now);
        log_state();
        if (journal_) {
            journal_->store(storage_, *decision_.get(), now);
        }
        if (count % kTicksPerSecond == 0) {
            store_shares();
            observe_(*decision_.get(), now);
        }
    }
    store_shares();
}

/// Gives the moment from which the reaction counts.
MonoTime DecisionLoop::handle(DecisionInput& input, MonoTime now) {
    Decision& decision = *decision_.get();
    if (auto* site = std::get_if<SiteReported>(&input)) {
        const std::uint64_t sequence = site->report.sequence;
        const std::string name = site->report.site;
        const Status taken = decision.take(std::move(site->report), now, site->wall_unix_ns);
        if (!taken) {
            log_warn("site.report_refused", {{"site", name}, {"why", taken.error().text()}});
        }
        if (taken) {
            pass_on(decision, name, site->received);
        }
        if (site->answer) {
            site->answer(sequence, taken ? "" : taken.error().text());
        }
        return site->received;
    }
    if (auto* ingress = std::get_if<IngressReported>(&input)) {
        if (const Status taken = decision.take(std::move(ingress->report), now); !taken) {
            log_warn("ingress.report_refused", {{"why", taken.error().text()}});
        }
        return ingress->received;
    }
    if (auto* links = std::get_if<LinksReported>(&input)) {
        if (const Status taken = decision.take(std::move(links->report), now); !taken) {
            log_warn("links.refused", {{"why", taken.error().text()}});
        }
        return links->received;
    }
    auto& command = std::get<DecisionCommand>(input);
    command.run(decision, now);
    return command.received;
}

/// Ingresses place flows by the freshest report, so it goes to them without waiting for a decision.
void DecisionLoop::pass_on(const Decision& decision, const std::string& site, MonoTime received) {
    auto loads = loads_of(*decision.sites().view(site, received)->report);
    if (!loads.empty()) { // a full mailbox counts it; the next report comes in a moment
        (void)programmer_.push(
            LoadsHeard{std::make_shared<const std::vector<SiteLoad>>(std::move(loads)), received});
    }
}

void DecisionLoop::publish(MonoTime cause) {
    std::vector<Plan> plans = decision_.get()->take_plans();
    if (!plans.empty() && !programmer_.push(PlansWanted{std::move(plans), cause})) {
        log_error("plan.dropped", {{"why", "the programmer's mailbox is full"}});
    }
}

void DecisionLoop::store_shares() {
    const ShareTable* changed = decision_.get()->take_changed_shares();
    if (changed == nullptr) {
        return;
    }
    asio::post(storage_, [folder = folder_, shares = *changed] {
        if (const Status stored = folder.store_shares(shares); !stored) {
            log_error("shares.not_stored", {{"why", stored.error().text()}});
        }
    });
}

void DecisionLoop::log_state() {
    const DecisionState state = decision_.get()->state();
    if (state != logged_) {
        log_info("decision.state", {{"state", to_text(state)}, {"was", to_text(logged_)}});
        logged_ = state;
    }
}

} // namespace suanlu
