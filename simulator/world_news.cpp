// SPDX-License-Identifier: Apache-2.0
// The part of the world that is no job: reports, probes, decisions, tariffs, what happens to sites and links.
#include <algorithm>

#include "simulator/world.hpp"

namespace suanlu::sim {

namespace {

constexpr double kTick = 0.1; ///< of the data plane

} // namespace

void World::handle_news(const Event& e, double now) {
    switch (e.what) {
    case What::kReport:
        report(e.a, now);
        break;
    case What::kReportIn:
        dispatcher_->site_report({e.a, e.jobs, e.capacity, e.made_at_s}, now);
        break;
    case What::kDirect:
        direct(e.a, now);
        break;
    case What::kDirectIn:
        dispatcher_->direct_report(e.b, e.a, {e.jobs, e.made_at_s}, now);
        break;
    case What::kProbeAt:
        probe_at(e.a, e.b, now);
        break;
    case What::kProbeBack:
        dispatcher_->probe_answered(e.b, e.a, {e.jobs, e.made_at_s}, now);
        break;
    case What::kControl:
        control(now);
        break;
    case What::kSlots:
        tick_slots(now);
        break;
    case What::kTariff:
        expect_tariff(now);
        break;
    case What::kHappening:
        happen(scenario_.happenings[e.a], now);
        break;
    case What::kDetected:
        detected(e.a, e.b == 1, now);
        break;
    default:
        break;
    }
}

void World::probe_at(std::uint32_t site, std::uint32_t ingress, double now) {
    if (truth_.is_up[site]) {
        const double back = now + rtt_s_[ingress][site] / 2;
        events_.add({back, 0, double(truth_.jobs[site]), now, 1, site, ingress, What::kProbeBack});
    }
}

/// What a way takes as the controller measures it: the round trip, and the data of one more job.
void World::measure_ways() {
    for (std::size_t i = 0; i < way_s_.size(); ++i) {
        for (std::size_t j = 0; j < way_s_[i].size(); ++j) {
            way_s_[i][j] = rtt_s_[i][j] < 0 ? -1 : rtt_s_[i][j] + transfers_.expected_s(i, j);
        }
    }
}

/// Prices of this moment; comes back when the first of them changes.
void World::expect_tariff(double now) {
    double next = kNever;
    for (std::size_t j = 0; j < sites_.size(); ++j) {
        const SimSite& site = scenario_.sites[j];
        price_s_[j] = site.price_at(now);
        next = std::min({next, site.tariff.next_step_s(now), site.carbon.next_step_s(now)});
    }
    if (next <= scenario_.seconds) {
        events_.add(next, What::kTariff);
    }
}

void World::detected(std::uint32_t site, bool is_alive, double now) {
    sites_[site].is_believed_alive = is_alive;
    const bool is_open = is_alive && !sites_[site].is_drained;
    dispatcher_->set_alive(site, is_open, now);
    tell_liveness(site,
                  is_open    ? FlowKeeper::Liveness::kAlive
                  : is_alive ? FlowKeeper::Liveness::kNoNewFlows
                             : FlowKeeper::Liveness::kDead,
                  now);
}

/// The ingresses' slots follow what the dispatcher decided; one without shares has those of capacity.
void World::tell_shares(double now) {
    for (std::size_t i = 0; i < keepers_.size(); ++i) {
        std::vector<double> shares = dispatcher_->slot_shares(i);
        if (shares.empty() && now == 0) {
            double all = 0;
            for (std::size_t j = 0; j < sites_.size(); ++j) {
                const bool has_path = rtt_s_[i][j] >= 0;
                shares.push_back(has_path ? source_.model_of(scenario_.sites[j]).capacity() : 0);
                all += shares.back();
            }
            for (double& share : shares) {
                share /= all;
            }
        }
        keepers_[i].set_shares(shares, now);
    }
}

void World::tell_liveness(std::uint32_t site, FlowKeeper::Liveness liveness, double now) {
    for (FlowKeeper& keeper : keepers_) {
        keeper.set_liveness(site, liveness, now);
    }
    tell_shares(now);
}

void World::tick_slots(double now) {
    if (is_over(now)) {
        return;
    }
    for (FlowKeeper& keeper : keepers_) {
        keeper.tick(now);
        out_.affinity.most_kept = std::max(out_.affinity.most_kept, keeper.kept());
        out_.affinity.most_moving = std::max(out_.affinity.most_moving, keeper.moving());
    }
    events_.add(now + kTick, What::kSlots);
}

void World::report(std::uint32_t site, double now) {
    if (is_over(now)) {
        return;
    }
    if (truth_.is_up[site] && !is_lost()) {
        events_.add({now + scenario_.news.report_delay_s, 0, double(truth_.jobs[site]), now,
                     truth_.capacity[site], site, 0, What::kReportIn});
    }
    events_.add(now + scenario_.news.report_period_s, What::kReport, site);
}

void World::direct(std::uint32_t site, double now) {
    if (is_over(now)) {
        return;
    }
    for (std::size_t i = 0; truth_.is_up[site] && i < rtt_s_.size(); ++i) {
        if (rtt_s_[i][site] >= 0 && !is_lost()) {
            events_.add({now + rtt_s_[i][site] / 2, 0, double(truth_.jobs[site]), now, 1, site, as_index(i),
                         What::kDirectIn});
        }
    }
    events_.add(now + scenario_.news.direct_period_s, What::kDirect, site);
}

void World::probe(std::size_t ingress, std::size_t site) {
    events_.add(now_ + rtt_s_[ingress][site] / 2, What::kProbeAt, as_index(site), as_index(ingress));
}

void World::control(double now) {
    if (is_over(now)) {
        return;
    }
    measure_ways();
    const double moved = dispatcher_->control(now, jobs_begun_);
    tell_shares(now);
    if (now > scenario_.seconds * scenario_.warm_up_share) {
        out_.moved_share = std::max(out_.moved_share, moved);
    }
    jobs_begun_ = 0;
    events_.add(now + scenario_.news.control_period_s, What::kControl);
}

void World::happen(const Happening& what, double now) {
    std::vector<std::uint32_t> ingresses = what.ingresses;
    for (std::size_t i = 0; what.ingresses.empty() && i < scenario_.ingresses.size(); ++i) {
        ingresses.push_back(as_index(i));
    }
    switch (what.kind) {
    case Happening::Kind::kSiteDies:
        die(what.site, now);
        break;
    case Happening::Kind::kSiteReturns:
        come_back(what.site, now);
        break;
    case Happening::Kind::kDrain:
        sites_[what.site].is_drained = true;
        dispatcher_->set_alive(what.site, false, now);
        tell_liveness(what.site, FlowKeeper::Liveness::kNoNewFlows, now);
        break;
    case Happening::Kind::kLoadStep:
        for (const std::uint32_t i : ingresses) {
            source_.scale_arrivals(i, what.factor);
        }
        break;
    case Happening::Kind::kCapacity:
        truth_.capacity[what.site] = what.factor;
        sites_[what.site].server->set_capacity(what.factor, now);
        schedule(what.site, now);
        break;
    case Happening::Kind::kLinkSlower:
        for (const std::uint32_t i : ingresses) {
            rtt_s_[i][what.site] *= what.factor;
        }
        measure_ways();
        break;
    case Happening::Kind::kReportsLost:
        report_loss_ = what.factor;
        break;
    }
}

void World::die(std::uint32_t site, double now) {
    if (!truth_.is_up[site]) {
        return;
    }
    Site& s = sites_[site];
    truth_.is_up[site] = false;
    last_death_s_ = now;
    out_.bounce_bound += truth_.jobs[site] + truth_.on_wire[site];
    truth_.jobs[site] = 0;
    for (const std::uint32_t id : s.server->kill(now)) {
        bounce(id, now);
    }
    schedule(site, now);
    events_.add(now + scenario_.news.detection_s, What::kDetected, site, 0);
}

void World::come_back(std::uint32_t site, double now) {
    if (!truth_.is_up[site]) {
        truth_.is_up[site] = true;
        events_.add(now + scenario_.news.detection_s, What::kDetected, site, 1);
    }
}

} // namespace suanlu::sim
