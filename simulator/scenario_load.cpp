// SPDX-License-Identifier: Apache-2.0
// Sections sizes, arrivals, news and happenings.
#include <algorithm>
#include <numeric>

#include "simulator/field_text.hpp"
#include "simulator/scenario_sections.hpp"
#include "simulator/traces.hpp"

namespace suanlu::sim {

namespace {

constexpr double kMostLoad = 10;
constexpr std::size_t kMostSteps = 10'000;

/// Tokens as they are for batching sites, otherwise seconds of work.
void use_tokens(YamlNode node, const RequestTrace& trace, Reading& reading) {
    Sizes& sizes = reading.scenario.sizes;
    YamlNode prompt = node.optional("prompt_token");
    YamlNode answer = node.optional("answer_token");
    const bool is_batching =
        std::any_of(reading.scenario.sites.begin(), reading.scenario.sites.end(),
                    [](const SimSite& site) { return site.discipline == Discipline::kBatching; });
    if (is_batching) {
        if (prompt.is_present() || answer.is_present()) {
            node.complain("batching sites tell what a token takes; no prompt_token, no answer_token");
        }
        sizes.tokens = trace.tokens;
        return;
    }
    const double prompt_s = read_seconds(prompt, 1, 0);
    const double answer_s = read_seconds(node.required("answer_token"), 1, 0);
    for (const auto& [in, out] : trace.tokens) {
        sizes.values.push_back(in * prompt_s + out * answer_s);
    }
    if (answer_s <= 0) {
        answer.complain("must be above 0s");
    }
}

void read_size_trace(YamlNode node, Reading& reading) {
    Sizes& sizes = reading.scenario.sizes;
    const std::string format = node.required("format").one_of({"azure-llm", "alibaba-pods"}, "azure-llm");
    YamlNode file = node.required("file");
    YamlNode mean = node.optional("mean");
    const NamedText* data = reading.load(file);
    if (data == nullptr) {
        return;
    }
    if (format == "azure-llm") {
        if (const auto trace = accept(file, read_request_trace(*data))) {
            use_tokens(node, *trace, reading);
        }
    } else {
        sizes.values = accept(file, read_pod_durations(*data)).value_or(std::vector<double>{});
    }
    if (mean.is_present() && !sizes.values.empty()) {
        const double wanted = read_seconds(mean, kLongestTime, 1);
        const double sum = std::accumulate(sizes.values.begin(), sizes.values.end(), 0.0);
        for (double& value : sizes.values) {
            value *= wanted * static_cast<double>(sizes.values.size()) / sum;
        }
    }
}

/// Steps of the load that follow a curve, its mean being the load.
void read_curve(YamlNode node, Reading& reading) {
    if (!node.is_present()) {
        return;
    }
    YamlNode file = node.required("file");
    const std::size_t steps = node.optional("steps").integer(2, kMostSteps, 60);
    const NamedText* data = reading.load(file);
    const auto curve = data != nullptr ? accept(file, read_load_curve(*data, steps)) : std::nullopt;
    double before = 1;
    for (std::size_t k = 0; curve && k < steps; ++k) {
        Happening step;
        step.kind = Happening::Kind::kLoadStep;
        step.at_s = reading.scenario.seconds * static_cast<double>(k) / static_cast<double>(steps);
        step.factor = (*curve)[k] / before;
        before = (*curve)[k];
        reading.scenario.happenings.push_back(step);
    }
}

struct Word {
    std::string_view name;
    Happening::Kind kind;
    bool has_site, has_ingresses, has_factor;
};

constexpr Word kWords[] = {{"site-dies", Happening::Kind::kSiteDies, true, false, false},
                           {"site-returns", Happening::Kind::kSiteReturns, true, false, false},
                           {"drain", Happening::Kind::kDrain, true, false, false},
                           {"load-step", Happening::Kind::kLoadStep, false, true, true},
                           {"capacity", Happening::Kind::kCapacity, true, false, true},
                           {"link-slower", Happening::Kind::kLinkSlower, true, true, true},
                           {"reports-lost", Happening::Kind::kReportsLost, false, false, true}};

Happening read_happening(YamlNode& node, const Reading& reading) {
    std::vector<std::string_view> names;
    for (const Word& word : kWords) {
        names.push_back(word.name);
    }
    const std::string what = node.required("what").one_of(names, "drain");
    const Word word = *std::find_if(std::begin(kWords), std::end(kWords),
                                    [&](const Word& candidate) { return candidate.name == what; });
    Happening out;
    out.kind = word.kind;
    out.at_s = read_seconds(node.required("at"), kLongestTime, 0);
    YamlNode site = word.has_site ? node.required("site") : node.optional("site");
    YamlNode ingresses = node.optional("ingresses");
    YamlNode factor = word.has_factor ? node.required("factor") : node.optional("factor");
    const std::pair<YamlNode*, bool> allowed[] = {
        {&site, word.has_site}, {&ingresses, word.has_ingresses}, {&factor, word.has_factor}};
    for (const auto& [field, is_allowed] : allowed) {
        if (field->is_present() && !is_allowed) {
            field->complain("has no meaning for " + what);
        }
    }
    out.site = reading.site(site);
    for (const YamlNode& item : ingresses.items()) {
        out.ingresses.push_back(reading.ingress(item));
    }
    const double most = word.kind == Happening::Kind::kReportsLost ? 1 : 1000;
    out.factor = factor.number(0, most, 1);
    return out;
}

} // namespace

void read_sizes(YamlNode node, Reading& reading) {
    Sizes& sizes = reading.scenario.sizes;
    const std::string kind =
        node.required("kind").one_of({"lognormal", "exponential", "constant", "trace"}, "constant");
    sizes.kind = kind == "lognormal"     ? Sizes::Kind::kLognormal
                 : kind == "exponential" ? Sizes::Kind::kExponential
                 : kind == "trace"       ? Sizes::Kind::kTrace
                                         : Sizes::Kind::kConstant;
    if (sizes.kind == Sizes::Kind::kTrace) {
        read_size_trace(node, reading);
        return;
    }
    YamlNode mean = node.required("mean");
    sizes.mean = read_seconds(mean, kLongestTime, 1);
    if (sizes.mean <= 0) {
        mean.complain("must be above 0s");
        sizes.mean = 1;
    }
    if (sizes.kind == Sizes::Kind::kLognormal) {
        sizes.sigma = node.optional("sigma").number(0, 10, 1);
    }
}

void read_arrivals(YamlNode node, Reading& reading) {
    Arrivals& arrivals = reading.scenario.arrivals;
    const std::string kind = node.optional("kind").one_of({"poisson", "trace"}, "poisson");
    YamlNode load = node.required("load");
    arrivals.load = read_share(load, kMostLoad, 0.8);
    if (arrivals.load <= 0) {
        load.complain("must be above 0%");
    }
    if (kind == "trace") {
        arrivals.kind = Arrivals::Kind::kTrace;
        YamlNode file = node.required("file");
        const NamedText* data = reading.load(file);
        const auto trace = data != nullptr ? accept(file, read_request_trace(*data)) : std::nullopt;
        arrivals.gaps = trace ? trace->gaps_s : std::vector<double>{1};
    }
    YamlNode jobs = node.optional("jobs_per_connection");
    if (jobs.is_present()) {
        arrivals.least_jobs_per_flow =
            static_cast<std::uint32_t>(jobs.required("least").integer(1, 1'000'000, 1));
        arrivals.most_jobs_per_flow =
            static_cast<std::uint32_t>(jobs.required("most").integer(1, 1'000'000, 1));
        if (arrivals.most_jobs_per_flow < arrivals.least_jobs_per_flow) {
            jobs.complain("most is below least");
        }
    }
    arrivals.think_s = read_seconds(node.optional("think"), kLongestTime, 0);
    read_curve(node.optional("curve"), reading);
}

void read_news(YamlNode node, Reading& reading) {
    News& news = reading.scenario.news;
    YamlNode report = node.optional("report");
    news.report_period_s = read_seconds(report.optional("period"), 3600, news.report_period_s);
    news.report_delay_s = read_seconds(report.optional("delay"), 3600, news.report_delay_s);
    news.report_loss = read_share(report.optional("loss"), 1, news.report_loss);
    news.direct_period_s = read_seconds(node.optional("direct"), 3600, news.direct_period_s);
    news.on_return_packets = node.optional("on_return_packets").boolean(news.on_return_packets);
    news.control_period_s = read_seconds(node.optional("control"), 3600, news.control_period_s);
    news.detection_s = read_seconds(node.optional("detection"), 3600, news.detection_s);
    news.bounce_s = read_seconds(node.optional("bounce"), kLongestTime, news.bounce_s);
}

void read_happenings(YamlNode node, Reading& reading) {
    for (YamlNode item : node.items()) {
        reading.scenario.happenings.push_back(read_happening(item, reading));
        if (reading.scenario.happenings.size() > 2 * kMostSteps) {
            node.complain("too many happenings");
            return;
        }
    }
}

} // namespace suanlu::sim
