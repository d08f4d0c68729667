// SPDX-License-Identifier: Apache-2.0
#include "simulator/world.hpp"

#include <algorithm>

namespace suanlu::sim {

namespace {

/// Jobs that arrived in time may end this much later and still count.
constexpr double kOvertime = 1.3;
/// A client tries again after this many service times, but not sooner than the second figure.
constexpr double kRetryServices = 2;
constexpr double kLeastRetryS = 0.2;

} // namespace

World::World(const Scenario& scenario, const DispatcherSpec& spec, const Progress& progress)
    : scenario_(scenario), spec_(spec), progress_(progress), source_(scenario, spec.size_classes),
      rtt_s_(scenario.rtt_s), way_s_(scenario.rtt_s), transfers_(scenario.data),
      network_(scenario.seed * 31 + 3), report_loss_(scenario.news.report_loss),
      bounce_s_(
          std::min(scenario.news.bounce_s, std::max(kRetryServices * source_.sizes().mean_s, kLeastRetryS))),
      measures_(scenario, out_) {
    const std::size_t sites = scenario.sites.size();
    truth_ = {std::vector<std::uint32_t>(sites, 0), std::vector<std::uint32_t>(sites, 0),
              std::vector<bool>(sites, true), std::vector<double>(sites, 1)};
    for (const SimSite& site : scenario.sites) {
        sites_.emplace_back().server = make_server(site);
        price_s_.push_back(site.price_at(0));
    }
    measure_ways();
    out_.scenario = scenario.name;
    out_.policy = spec.policy;
    out_.seed = scenario.seed;
}

Result<Outcome> World::run() {
    const auto ask = [this](std::size_t ingress, std::size_t site) { probe(ingress, site); };
    SL_TRY(dispatcher_, make_dispatcher({scenario_, source_, way_s_, price_s_, truth_, ask}, spec_));
    start();
    while (!events_.is_empty()) {
        const Event e = events_.take();
        if (e.at_s > scenario_.seconds * kOvertime) {
            break;
        }
        now_ = e.at_s;
        handle(e, e.at_s);
    }
    out_.in_flight = jobs_.size() - free_jobs_.size() - thinking_;
    for (const FlowKeeper& keeper : keepers_) {
        out_.affinity.full += keeper.full();
    }
    measures_.finish();
    return std::move(out_);
}

void World::start() {
    for (std::size_t i = 0; i < scenario_.ingresses.size(); ++i) {
        events_.add(source_.next_gap_s(i), What::kArrival, as_index(i));
    }
    const auto sites = static_cast<double>(sites_.size());
    for (std::size_t j = 0; j < sites_.size(); ++j) { // staggered, as real ones are
        const double part = static_cast<double>(j + 1) / sites;
        events_.add(scenario_.news.report_period_s * part, What::kReport, as_index(j));
        if (scenario_.news.direct_period_s > 0) {
            events_.add(scenario_.news.direct_period_s * part, What::kDirect, as_index(j));
        }
    }
    events_.add(scenario_.news.control_period_s, What::kControl);
    events_.add(1, What::kSecondOver);
    for (std::size_t k = 0; k < scenario_.happenings.size(); ++k) {
        events_.add(scenario_.happenings[k].at_s, What::kHappening, as_index(k));
    }
    expect_tariff(0);
    for (std::size_t i = 0; scenario_.affinity.slots > 0 && i < rtt_s_.size(); ++i) {
        std::vector<bool> has_path;
        for (const double rtt : rtt_s_[i]) {
            has_path.push_back(rtt >= 0);
        }
        keepers_.emplace_back(scenario_.affinity, std::move(has_path));
    }
    if (!keepers_.empty()) {
        tell_shares(0);
        tick_slots(0);
    }
}

void World::handle(const Event& e, double now) {
    switch (e.what) {
    case What::kArrival:
        arrival(e.a, now);
        break;
    case What::kDataThere:
        data_there(e.a, now);
        break;
    case What::kAtSite:
        at_site(e.a, now);
        break;
    case What::kWake:
        wake(e.a, e.b, now);
        break;
    case What::kAnswer:
        answer(e, now);
        break;
    case What::kNextJob:
        next_job(e.a, now);
        break;
    case What::kRetry:
        place(e.a, now);
        break;
    case What::kSecondOver:
        second_over(now);
        break;
    default:
        handle_news(e, now);
    }
}

void World::arrival(std::uint32_t ingress, double now) {
    if (is_over(now)) {
        return;
    }
    std::uint32_t id = as_index(jobs_.size());
    if (free_jobs_.empty()) {
        jobs_.emplace_back();
    } else {
        id = free_jobs_.back();
        free_jobs_.pop_back();
    }
    Job& job = jobs_[id];
    job = {};
    job.ingress = ingress;
    job.jobs_left = source_.next_jobs_per_flow() - 1;
    new_job(job, now);
    if (now - last_death_s_ <= scenario_.news.detection_s) {
        out_.bounce_bound += 1;
    }
    place(id, now);
    events_.add(now + source_.next_gap_s(ingress), What::kArrival, ingress);
}

void World::new_job(Job& job, double now) {
    job.work = source_.next_work();
    job.alone_s = source_.alone_s(job.work);
    job.started_s = now;
    ++out_.arrived;
    measures_.arrived();
}

void World::place(std::uint32_t id, double now) {
    Job& job = jobs_[id];
    NewFlow flow{job.ingress, now, job.alone_s, source_.size_class(job.work)};
    job.flow = ++flows_;
    if (!keepers_.empty()) {
        flow.slot_site = keepers_[job.ingress].start(job.flow, now);
    }
    Choice choice = dispatcher_->place(flow);
    if (choice.site == kNoSite) {
        ++out_.refused;
        free_jobs_.push_back(id);
        return;
    }
    job.is_exception = job.is_kept = choice.is_exception();
    if (flow.slot_site != kNoSite) {
        choice.base = flow.slot_site;
        keep(job, choice, now);
    }
    job.site = as_index(choice.site);
    ++live_;
    exceptions_ += job.is_kept ? 1 : 0;
    measures_.placed(job.site, job.is_exception);
    send(id, now);
}

/// A flow that is not to be on its slot's site is remembered; without room it stays there.
void World::keep(Job& job, Choice& choice, double now) {
    FlowKeeper& keeper = keepers_[job.ingress];
    if (choice.is_exception() && !keeper.remember(choice.site, now)) {
        choice.site = choice.base;
    }
    job.is_kept = keeper.is_kept();
}

/// The next packet of a flow goes where the data plane sends it.
void World::follow(Job& job, double now) {
    if (keepers_.empty()) {
        return;
    }
    const std::size_t site = keepers_[job.ingress].follow(job.flow, now);
    if (site != kNoSite && site != job.site) {
        ++out_.affinity.broken;
        job.site = as_index(site);
    }
}

void World::send(std::uint32_t id, double now) {
    const Job& job = jobs_[id];
    ++truth_.on_wire[job.site];
    if (scenario_.data.bytes > 0) {
        transfers_.start(id, job.ingress, job.site, now);
        expect_data();
        return;
    }
    set_off(id, now);
}

void World::expect_data() {
    ++data_version_;
    if (transfers_.next_done_s() < kNever) {
        events_.add(std::max(now_, transfers_.next_done_s()), What::kDataThere, data_version_);
    }
}

/// Every transfer that begins or ends changes when the next one is done.
void World::data_there(std::uint32_t version, double now) {
    if (version == data_version_) {
        const std::uint32_t id = transfers_.finish(now);
        expect_data();
        set_off(id, now);
    }
}

void World::set_off(std::uint32_t id, double now) {
    const Job& job = jobs_[id];
    const double jitter = 1 + scenario_.rtt_jitter * (2 * uniform() - 1);
    events_.add(now + rtt_s_[job.ingress][job.site] / 2 * jitter, What::kAtSite, id);
}

void World::at_site(std::uint32_t id, double now) {
    const Job& job = jobs_[id];
    --truth_.on_wire[job.site];
    if (!truth_.is_up[job.site]) {
        bounce(id, now);
        return;
    }
    ++jobs_begun_;
    ++truth_.jobs[job.site];
    sites_[job.site].server->add(id, job.work, now);
    schedule(job.site, now);
}

void World::schedule(std::uint32_t site, double now) {
    Site& s = sites_[site];
    const double next = s.server->next_done_s();
    if (next != s.wake_s) {
        s.wake_s = next;
        ++s.version;
        if (next < kNever) {
            events_.add(std::max(now, next), What::kWake, site, s.version);
        }
    }
}

void World::wake(std::uint32_t site, std::uint32_t version, double now) {
    Site& s = sites_[site];
    if (version != s.version) {
        return;
    }
    const std::uint32_t id = s.server->finish(now);
    --truth_.jobs[site];
    s.wake_s = -kNever;
    schedule(site, now);
    const double back = now + rtt_s_[jobs_[id].ingress][site] / 2;
    events_.add({back, 0, double(truth_.jobs[site]), now, 1, id, site, What::kAnswer});
}

void World::answer(const Event& e, double now) {
    Job& job = jobs_[e.a];
    ++out_.completed;
    measures_.answered(job.started_s, now, job.alone_s, job.site);
    if (scenario_.news.on_return_packets) {
        dispatcher_->direct_report(job.ingress, job.site, {e.jobs, e.made_at_s}, now);
    }
    if (job.jobs_left > 0 && !is_over(now)) {
        --job.jobs_left;
        ++thinking_;
        events_.add(now + scenario_.arrivals.think_s, What::kNextJob, e.a);
        return;
    }
    end_flow(e.a);
    free_jobs_.push_back(e.a);
}

void World::end_flow(std::uint32_t id) {
    const Job& job = jobs_[id];
    --live_;
    exceptions_ -= job.is_kept ? 1 : 0;
    dispatcher_->flow_ended(job.ingress, job.is_exception);
}

/// A flow stays on its site; only when that is known to be dead it is placed again.
void World::next_job(std::uint32_t id, double now) {
    Job& job = jobs_[id];
    --thinking_;
    new_job(job, now);
    if (sites_[job.site].is_believed_alive) {
        follow(job, now);
        send(id, now);
        return;
    }
    end_flow(id);
    place(id, now);
}

void World::bounce(std::uint32_t id, double now) {
    ++out_.bounced;
    measures_.bounced();
    end_flow(id);
    events_.add(now + bounce_s_, What::kRetry, id);
}

void World::second_over(double now) {
    if (is_over(now)) {
        return;
    }
    std::vector<double> busy;
    for (Site& site : sites_) {
        busy.push_back(site.server->busy_seconds(now));
    }
    measures_.second_over(now, busy, static_cast<double>(live_), static_cast<double>(exceptions_));
    if (progress_) {
        progress_(now);
    }
    events_.add(now + 1, What::kSecondOver);
}

} // namespace suanlu::sim
