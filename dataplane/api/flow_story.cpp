// SPDX-License-Identifier: Apache-2.0
#include "dataplane/api/flow_story.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "dataplane/api/host_engine.hpp"
#include "dataplane/api/outer_text.hpp"

namespace suanlu {

namespace {

using std::to_string;

const char* reason_text(std::uint8_t reason) {
#define SL_REASON(name, text, severity) text,
    static constexpr const char* kTexts[] = {
#include "dataplane/steer/reasons.def"
    };
#undef SL_REASON
    return reason < SL_REASON_COUNT ? kTexts[reason] : "unknown";
}

std::string age_text(std::uint64_t now, std::uint64_t tick) {
    const std::uint64_t ticks = now >> SL_TICK_SHIFT;
    char text[32];
    const double age = ticks > tick ? static_cast<double>((ticks - tick) << SL_TICK_SHIFT) * 1e-9 : 0;
    std::snprintf(text, sizeof text, "%.1f s ago", age);
    return text;
}

/// A slot's `since`: 0 until it has moved for the first time.
std::string since_text(std::uint64_t now, std::uint64_t tick) {
    return tick == 0 ? "never moved" : "since " + age_text(now, tick);
}

class Teller {
public:
    Teller(const FlowRun& run, const Plan* plan, FlowStory& out)
        : run_(run), story_(run.story), plan_(plan), out_(out) {}

    void tell() {
        say("packet", to_string(run_.before.size()) + " bytes in by " + run_.interface);
        tell_parse();
        const std::size_t count = std::min<std::size_t>(story_.count, SL_STEPS);
        for (std::size_t i = 0; i < count; ++i) {
            tell_step(story_.steps[i], i + 1 < count ? &story_.steps[i + 1] : nullptr);
        }
        if (story_.count > SL_STEPS) {
            say("more", to_string(story_.count - SL_STEPS) + " further steps were not written down");
        }
        tell_path();
        tell_outer();
        say("verdict", out_.verdict + ", " + out_.reason + ": " + out_.reason_text);
    }

    [[nodiscard]] std::string service_name(std::uint64_t id) const {
        if (plan_ != nullptr) {
            for (const ServicePlan& service : plan_->services) {
                if (service.id.value == id) {
                    return service.name;
                }
            }
        }
        return "service " + to_string(id);
    }
    [[nodiscard]] std::string site_name(std::uint64_t id) const {
        const SitePlan* site = site_plan(id);
        return id == 0 ? "nobody" : site != nullptr ? site->name : "site " + to_string(id);
    }

private:
    void say(const char* stage, std::string what) { out_.steps.push_back({stage, std::move(what)}); }
    [[nodiscard]] bool is_border() const {
        return story_.trace.reason >= SL_R_border_sid && story_.trace.reason <= SL_R_border_unreadable;
    }
    [[nodiscard]] const SitePlan* site_plan(std::uint64_t id) const {
        if (plan_ != nullptr) {
            for (const SitePlan& site : plan_->sites) {
                if (site.id.value == id) {
                    return &site;
                }
            }
        }
        return nullptr;
    }

    void tell_parse() {
        const bool is_parsed = story_.count > 0 && story_.steps[0].kind != SL_STEP_COUNT;
        say("border", is_border() ? "refused: " + out_.reason_text : "passed");
        if (!is_border()) {
            say("parse", is_parsed ? "headers read" : out_.reason_text);
        }
    }

    void tell_step(const sl_step& step, const sl_step* next) {
        switch (step.kind) {
        case SL_STEP_TENANT:
            return say("tenant", "interface " + to_string(step.a) + ", VLAN " + to_string(step.b & 0xffff) +
                                     "/" + to_string(step.b >> 16) + ": " +
                                     (step.c == 0 ? "none" : "tenant " + to_string(step.c - 1)));
        case SL_STEP_SERVICE:
            return tell_service(step);
        case SL_STEP_WIDE:
            return say("rules", "prefix of length " + to_string(step.a) + ": " +
                                    (step.b == 0 ? "none" : to_string(step.b) + " rules"));
        case SL_STEP_RULE:
            return tell_rule(step);
        case SL_STEP_ACCESS:
            return say("access", step.b == 0   ? "source in no list: denied"
                                 : step.c == 0 ? "source is denied"
                                               : "source is allowed");
        case SL_STEP_SID:
            return say("sid", step.a == 0 ? "none of this router" : "of this router");
        case SL_STEP_BUCKET:
            return tell_bucket(step);
        case SL_STEP_SERVER:
            return say("quic", "server id " + to_string(step.a) + ": " + site_name(step.b));
        case SL_STEP_FRAGMENT:
            return say("fragment", "line " + to_string(step.a));
        case SL_STEP_SITE:
            return tell_site(step);
        default:
            return tell_flow_step(step, next);
        }
    }

    void tell_service(const sl_step& step) {
        const std::string asked = "protocol " + to_string(step.a >> 16 & 0xff) + ", port " +
                                  to_string(step.a & 0xffff) + ", tenant " + to_string(step.a >> 24);
        if ((step.b & 1) == 0) {
            return say("service", asked + ": none by address and port");
        }
        const std::uint64_t flags = step.b >> 8 & 0xff;
        say("service", asked + ": " + service_name(step.b >> 16) + ", " + to_string(step.c) + " slots" +
                           ((flags & SL_SERVICE_STEERED) == 0 ? ", steering off" : "") +
                           ((flags & SL_SERVICE_NARROWED) != 0 ? ", rules are asked first" : ""));
    }
    void tell_rule(const sl_step& step) {
        const std::uint64_t protocol = step.b & 0xff;
        const std::uint64_t dscp = step.b >> 8 & 0xff;
        const std::uint64_t vlan = step.b >> 16 & 0xffff;
        std::string text = "rule " + to_string(step.a) + " of " + service_name(step.b >> 32) + ": ";
        text += protocol == 0 ? "any protocol" : "protocol " + to_string(protocol);
        text += ", ports " + to_string(step.c & 0xffff) + ".." + to_string(step.c >> 16);
        text += dscp == SL_ANY_DSCP ? "" : ", DSCP " + to_string(dscp);
        say("rules", text + (vlan == 0 ? "" : ", VLAN " + to_string(vlan)));
    }
    void tell_bucket(const sl_step& step) {
        const double room = static_cast<double>(story_.now + step.c) -
                            static_cast<double>(std::max<std::uint64_t>(step.b, story_.now));
        char text[64];
        std::snprintf(text, sizeof text, "bucket %llu is filled to %.0f %%",
                      static_cast<unsigned long long>(step.a),
                      step.c == 0 ? 0.0 : std::clamp(room / static_cast<double>(step.c), 0.0, 1.0) * 100);
        say("rate", text);
    }
    void tell_site(const sl_step& step) {
        static constexpr const char* kStates[] = {"alive", "suspect", "dead"};
        const std::uint64_t state = step.c & 0xff;
        say("site", site_name(step.a) + ": " +
                        (step.b == 0 ? "not in the tables"
                                     : std::string(state < 3 ? kStates[state] : "unknown") + ", " +
                                           to_string(step.c >> 8) + " usable paths"));
    }

    void tell_flow_step(const sl_step& step, const sl_step* next) {
        switch (step.kind) {
        case SL_STEP_SLOT:
            if (!std::exchange(is_entry_told_, true)) {
                say("entry", "none: the entry marks say so");
            }
            slot_base_ = step.b & 0xffff;
            return say("slot", "slot " + to_string(step.a) + ": base " + site_name(slot_base_) + ", " +
                                   since_text(story_.now, step.b >> 16));
        case SL_STEP_TARGET:
            return tell_target(step);
        case SL_STEP_COST:
            return say("second choice", "cost row " + to_string(step.a) + ": " +
                                            (step.b == SL_NO_COST ? "no news"
                                                                  : to_string(step.b) + " us a flow, gap " +
                                                                        to_string(step.c) + " us"));
        case SL_STEP_START:
            // The core looks at the line, and writes it when the start has found its site.
            return say("start cache",
                       next != nullptr && next->kind == SL_STEP_COUNT && next->a == SL_R_start_repeated
                           ? "written: the start followed its earlier one"
                           : "line " + to_string(step.a) + (step.b == 0 ? " is empty" : " is in use"));
        case SL_STEP_ENTRY:
            is_entry_told_ = true;
            return say("entry", step.a == 0 ? "none: an ordinary flow follows its slot"
                                            : "at " + site_name(step.b & 0xffff) + ", last packet " +
                                                  age_text(story_.now, step.b >> 16));
        case SL_STEP_RECORD:
            return say("entry", "would be written: " + site_name(step.a));
        case SL_STEP_FORGET:
            return say("entry", "would be erased: the slot leads there again");
        case SL_STEP_SWAP:
            return say("word", "would be changed by compare-and-swap (a slot's since, or a bucket)");
        case SL_STEP_NEW_FLOW:
            return say("event", "would tell of a new flow at " + site_name(step.a));
        case SL_STEP_COUNT:
            return tell_count(step);
        default:
            return say("step", "of kind " + to_string(step.kind));
        }
    }
    void tell_target(const sl_step& step) {
        const bool is_moving = step.c != 0 && slot_base_ != step.c;
        say("slot", "next " + site_name(step.b) + ", effective " + site_name(step.c) +
                        (is_moving ? ": the slot is moving" : ": the slot rests"));
    }
    void tell_count(const sl_step& step) {
        if (step.a != story_.trace.reason) { // that one is the verdict
            say("count", std::string(reason_name(static_cast<sl_reason>(step.a))) + ": " +
                             reason_text(static_cast<std::uint8_t>(step.a)));
        }
    }

    void tell_path() {
        if (story_.trace.site == 0) {
            return;
        }
        std::string text = "rank " + to_string(story_.trace.path % kPathsPerSite);
        if (const SitePlan* site = site_plan(story_.trace.site)) {
            for (const PathPlan& path : site->paths) {
                if (path.id.value == story_.trace.path) {
                    text += " by " + path.egress + ", weight " + to_string(path.weight) + ", path MTU " +
                            to_string(path.mtu.value);
                }
            }
        }
        say("path", text + "; four bits of the flow's hash choose among the usable ones");
    }
    void tell_outer() {
        if (story_.trace.reason != SL_R_steered) {
            return;
        }
        const OuterText outer = outer_text(run_.after);
        say("outer", outer.header);
        if (!outer.segments.empty()) {
            say("segments", outer.segments);
        }
        say("link", run_.out_interface + ", " + outer.ethernet);
    }

    const FlowRun& run_;
    const sl_story& story_;
    const Plan* plan_;
    FlowStory& out_;
    std::uint64_t slot_base_ = 0;
    bool is_entry_told_ = false;
};

} // namespace

FlowStory tell_story(const FlowRun& run, const Plan* plan, const std::string& engine) {
    static constexpr const char* kVerdicts[] = {"pass", "drop", "redirect"};
    const sl_story& story = run.story;
    FlowStory out;
    out.engine = engine;
    out.verdict = story.verdict < 3 ? kVerdicts[story.verdict] : "unknown";
    out.reason = reason_name(static_cast<sl_reason>(story.trace.reason));
    out.reason_text = reason_text(story.trace.reason);
    out.path = story.trace.site == 0 ? 0 : story.trace.path;
    out.interface = run.out_interface;
    out.frame = run.after;
    Teller teller(run, plan, out);
    out.service = story.trace.service == 0 ? "" : teller.service_name(story.trace.service);
    out.site = story.trace.site == 0 ? "" : teller.site_name(story.trace.site);
    teller.tell();
    return out;
}

} // namespace suanlu
