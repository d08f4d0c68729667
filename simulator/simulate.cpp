// SPDX-License-Identifier: Apache-2.0
#include "simulator/simulate.hpp"

#include <algorithm>
#include <cmath>

#include "core/support/text_table.hpp"
#include "simulator/world.hpp"

namespace suanlu::sim {

namespace {

Status bad(const std::string& field, const std::string& why) {
    return Error{Errc::kBadInput, "scenario: " + field + " " + why};
}

bool is_positive(double value) {
    return std::isfinite(value) && value > 0;
}

bool is_none_negative(double value) {
    return std::isfinite(value) && value >= 0;
}

Status check_energy(const SimSite& site, const std::string& name) {
    for (const double figure : {site.idle_w, site.full_w, site.tariff_worth_s, site.carbon_worth_s}) {
        if (!is_none_negative(figure)) {
            return bad(name + "an energy figure", "is negative or no number");
        }
    }
    if (!site.tariff.is_finite() || !site.carbon.is_finite()) {
        return bad(name + "tariff or carbon", "has a value that is no number");
    }
    return std::isfinite(site.pue) && site.pue >= 1 ? Status{} : bad(name + "pue", "is below 1 or no number");
}

/// A series of real prices may end before the run does.
Status check_courses(const Scenario& s) {
    for (const SimSite& site : s.sites) {
        for (const Course* course : {&site.tariff, &site.carbon}) {
            if (course->ends_s() < s.seconds) {
                return bad("site '" + site.name + "': " + (course == &site.carbon ? "carbon" : "tariff"),
                           "is known for " + number_text(course->ends_s(), 0) + " s, the run takes " +
                               number_text(s.seconds, 0) + " s");
            }
        }
    }
    return is_positive(s.clock_speed) && std::isfinite(s.wall_start_s)
               ? Status{}
               : bad("clock_speed", "must be above 0");
}

Status check_data(const Scenario& s) {
    if (!is_none_negative(s.data.bytes)) {
        return bad("data.bytes", "is negative or no number");
    }
    if (s.data.bytes == 0) {
        return {};
    }
    if (!std::all_of(s.data.link_bytes_per_s.begin(), s.data.link_bytes_per_s.end(), is_positive)) {
        return bad("data.link_bytes_per_s", "has an entry that is not above 0");
    }
    const bool has_rows = s.data.routes.size() == s.ingresses.size() &&
                          std::all_of(s.data.routes.begin(), s.data.routes.end(),
                                      [&](const auto& row) { return row.size() == s.sites.size(); });
    if (!has_rows) {
        return bad("data.routes", "must have one row per ingress and one entry per site");
    }
    for (const auto& row : s.data.routes) {
        for (const std::vector<std::uint32_t>& links : row) {
            const auto is_known = [&](std::uint32_t l) { return l < s.data.link_bytes_per_s.size(); };
            if (!std::all_of(links.begin(), links.end(), is_known)) {
                return bad("data.routes", "names a link that does not exist");
            }
        }
    }
    return {};
}

Status check_site(const SimSite& site, bool has_tokens) {
    const std::string name = "site '" + site.name + "': ";
    if (!is_none_negative(site.price_s)) {
        return bad(name + "price_s", "is negative or no number");
    }
    SL_TRY_VOID(check_energy(site, name));
    if (site.discipline != Discipline::kBatching) {
        if (has_tokens) {
            return bad(name + "discipline", "is not batching, but sizes are in tokens");
        }
        if (site.workers == 0 || site.workers > 65536) {
            return bad(name + "workers", "must be 1 to 65536");
        }
        return is_positive(site.speed) ? Status{} : bad(name + "speed", "must be above 0");
    }
    const BatchModel& b = site.batching;
    if (!is_none_negative(b.base_s) || !is_none_negative(b.per_request_s) || !is_none_negative(b.prefill_s) ||
        b.base_s + b.per_request_s <= 0) {
        return bad(name + "step times", "must be at least 0 and more than 0 together");
    }
    if (b.batch == 0 || b.batch > 65536) {
        return bad(name + "batch", "must be 1 to 65536");
    }
    return b.kv_tokens >= 1 && std::isfinite(b.kv_tokens) ? Status{} : bad(name + "kv_tokens", "is below 1");
}

Status check_network(const Scenario& s) {
    if (s.rtt_s.size() != s.ingresses.size()) {
        return bad("rtt_s", "must have one row per ingress");
    }
    if (!is_none_negative(s.rtt_jitter) || s.rtt_jitter > 1) {
        return bad("rtt_jitter", "must be 0 to 1");
    }
    double weight = 0;
    for (std::size_t i = 0; i < s.ingresses.size(); ++i) {
        const std::string name = "ingress '" + s.ingresses[i].name + "': ";
        if (s.rtt_s[i].size() != s.sites.size()) {
            return bad(name + "rtt_s", "must have one entry per site");
        }
        if (!is_none_negative(s.ingresses[i].weight)) {
            return bad(name + "weight", "is negative or no number");
        }
        weight += s.ingresses[i].weight;
        const auto has_path = [](double rtt) { return rtt >= 0; };
        if (std::any_of(s.rtt_s[i].begin(), s.rtt_s[i].end(),
                        [](double rtt) { return !std::isfinite(rtt); })) {
            return bad(name + "rtt_s", "has an entry that is no number");
        }
        if (std::none_of(s.rtt_s[i].begin(), s.rtt_s[i].end(), has_path)) {
            return bad(name + "rtt_s", "has no path to any site");
        }
    }
    return weight > 0 ? Status{} : bad("ingresses", "have no weight above 0");
}

Status check_sizes(const Sizes& sizes) {
    for (const auto& [prompt, answer] : sizes.tokens) {
        if (!is_none_negative(prompt) || !is_positive(answer)) {
            return bad("sizes.tokens", "has an entry without an answer, or no number");
        }
    }
    if (!sizes.tokens.empty()) {
        return {};
    }
    if (sizes.kind == Sizes::Kind::kTrace) {
        if (sizes.values.empty()) {
            return bad("sizes.values", "is empty");
        }
        return std::all_of(sizes.values.begin(), sizes.values.end(), is_positive)
                   ? Status{}
                   : bad("sizes.values", "has an entry that is not above 0");
    }
    if (!is_positive(sizes.mean)) {
        return bad("sizes.mean", "must be above 0");
    }
    return is_none_negative(sizes.sigma) ? Status{} : bad("sizes.sigma", "is negative or no number");
}

Status check_arrivals(const Arrivals& a) {
    if (!is_positive(a.load)) {
        return bad("arrivals.load", "must be above 0");
    }
    if (a.least_jobs_per_flow == 0 || a.most_jobs_per_flow < a.least_jobs_per_flow) {
        return bad("arrivals: jobs per flow", "must be at least 1, least before most");
    }
    if (!is_none_negative(a.think_s)) {
        return bad("arrivals.think_s", "is negative or no number");
    }
    if (a.kind == Arrivals::Kind::kTrace) {
        double sum = 0;
        for (const double gap : a.gaps) {
            if (!is_none_negative(gap)) {
                return bad("arrivals.gaps", "has an entry that is negative or no number");
            }
            sum += gap;
        }
        return sum > 0 ? Status{} : bad("arrivals.gaps", "is empty or all zero");
    }
    return {};
}

Status check_news(const News& n) {
    if (!is_positive(n.report_period_s) || !is_positive(n.control_period_s)) {
        return bad("news: report_period_s and control_period_s", "must be above 0");
    }
    for (const double figure : {n.report_delay_s, n.direct_period_s, n.detection_s, n.bounce_s}) {
        if (!is_none_negative(figure)) {
            return bad("news: a time", "is negative or no number");
        }
    }
    return is_none_negative(n.report_loss) && n.report_loss <= 1 ? Status{}
                                                                 : bad("news.report_loss", "must be 0 to 1");
}

Status check_happenings(const Scenario& s) {
    for (const Happening& h : s.happenings) {
        if (!is_none_negative(h.at_s) || !is_none_negative(h.factor)) {
            return bad("happenings: at_s or factor", "is negative or no number");
        }
        const bool has_site = h.kind != Happening::Kind::kLoadStep && h.kind != Happening::Kind::kReportsLost;
        if (has_site && h.site >= s.sites.size()) {
            return bad("happenings: site", "does not exist");
        }
        for (const std::uint32_t i : h.ingresses) {
            if (i >= s.ingresses.size()) {
                return bad("happenings: ingress", "does not exist");
            }
        }
    }
    return {};
}

} // namespace

double SimSite::price_at(double at_s) const {
    return price_s + std::max(0.0, tariff.at(at_s)) * tariff_worth_s +
           std::max(0.0, carbon.at(at_s)) * carbon_worth_s;
}

Status check(const Scenario& s) {
    if (s.sites.empty() || s.sites.size() >= 65535) {
        return bad("sites", "must be 1 to 65534");
    }
    if (s.ingresses.empty()) {
        return bad("ingresses", "are missing");
    }
    if (!is_positive(s.seconds)) {
        return bad("seconds", "must be above 0");
    }
    if (!is_none_negative(s.warm_up_share) || s.warm_up_share >= 1) {
        return bad("warm_up_share", "must be 0 to below 1");
    }
    SL_TRY_VOID(check_sizes(s.sizes));
    for (const SimSite& site : s.sites) {
        SL_TRY_VOID(check_site(site, !s.sizes.tokens.empty()));
    }
    SL_TRY_VOID(check_network(s));
    SL_TRY_VOID(check_arrivals(s.arrivals));
    SL_TRY_VOID(check_news(s.news));
    SL_TRY_VOID(check_courses(s));
    SL_TRY_VOID(check_data(s));
    return check_happenings(s);
}

Result<Outcome> simulate(const Scenario& scenario, const DispatcherSpec& spec, const Progress& progress) {
    SL_TRY_VOID(check(scenario));
    if (!is_none_negative(spec.exception_share) || !is_none_negative(spec.kappa) || spec.size_classes == 0 ||
        spec.size_classes > 16) {
        return Error{Errc::kBadInput,
                     "policy: exception_share and kappa must be at least 0, size_classes 1 to 16"};
    }
    World world(scenario, spec, progress);
    return world.run();
}

} // namespace suanlu::sim
