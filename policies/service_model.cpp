// SPDX-License-Identifier: Apache-2.0
#include "policies/service_model.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/model/limits.hpp"

namespace suanlu {

namespace {

/// Highest load at which a balance is looked for.
constexpr double kMostLoad = 0.98;

bool is_number(double value, double least) {
    return std::isfinite(value) && value >= least;
}

Error bad(const char* what, double value) {
    return Error{Errc::kBadInput, std::string("service model: ") + what + " is " + std::to_string(value)};
}

} // namespace

Result<ServiceModel> ServiceModel::workers(const Servers& servers) {
    if (!is_number(servers.slots, 0) || servers.slots <= 0 || servers.slots > kMostWorkers) {
        return bad("number of workers", servers.slots);
    }
    if (!is_number(servers.rate_per_slot, 0) || servers.rate_per_slot <= 0) {
        return bad("jobs per second of a worker", servers.rate_per_slot);
    }
    if (!is_number(servers.cv2, 0)) {
        return bad("squared coefficient of variation", servers.cv2);
    }
    ServiceModel out;
    out.full_at_ = static_cast<std::uint32_t>(std::ceil(servers.slots));
    out.rate_ = servers.capacity() / out.full_at_;
    out.spread_ = (1 + servers.cv2) / 2;
    return out;
}

Result<ServiceModel> ServiceModel::sharing(const Servers& servers) {
    SL_TRY(ServiceModel out, workers(servers));
    out.spread_ = 1;
    return out;
}

Result<ServiceModel> ServiceModel::batching(const BatchingService& service) {
    for (const double part :
         {service.base_s, service.per_request_s, service.prefill_s, service.prompt_tokens}) {
        if (!is_number(part, 0)) {
            return bad("a part of the step time", part);
        }
    }
    if (!is_number(service.answer_tokens, 1)) {
        return bad("tokens of an answer", service.answer_tokens);
    }
    if (!is_number(service.prefix_hit, 0) || service.prefix_hit > 1) {
        return bad("prefix hit share", service.prefix_hit);
    }
    const double one_step = service.base_s + service.per_request_s;
    if (service.batch == 0 || one_step <= 0) {
        return bad("batch limit or step time", service.batch == 0 ? 0 : one_step);
    }
    if (!is_number(service.kv_tokens, 1)) {
        return bad("KV cache", service.kv_tokens);
    }
    ServiceModel out;
    const double fit = service.kv_tokens / (service.prompt_tokens + service.answer_tokens);
    out.full_at_ = static_cast<std::uint32_t>(std::clamp(std::floor(fit), 1.0, double(service.batch)));
    out.step_base_s_ = service.answer_tokens * service.base_s;
    out.step_more_s_ = service.answer_tokens * service.per_request_s;
    out.prefill_job_s_ = service.prompt_tokens * (1 - service.prefix_hit) * service.prefill_s;
    return out;
}

double ServiceModel::departure_rate(double jobs) const {
    const double served = std::min(jobs, double(full_at_));
    if (!(served > 0)) {
        return 0;
    }
    if (step_base_s_ + step_more_s_ <= 0) {
        return served * rate_;
    }
    return 1 / ((step_base_s_ + step_more_s_ * served) / served + prefill_job_s_);
}

double ServiceModel::balanced_jobs(double arrivals) const {
    const double wanted = std::clamp(arrivals, 0.0, kMostLoad * capacity());
    if (step_base_s_ + step_more_s_ <= 0) {
        return wanted / rate_;
    }
    // wanted = 1 / (base / n + more + prefill), solved for n
    const double rest = wanted > 0 ? 1 / wanted - step_more_s_ - prefill_job_s_ : 0;
    return rest > 0 ? std::min(step_base_s_ / rest, double(full_at_)) : 0;
}

Servers ServiceModel::as_servers() const {
    return {double(full_at_), capacity() / full_at_, 2 * spread_ - 1};
}

double prefix_bonus_s(const BatchingService& service, double cached_tokens) {
    return std::clamp(cached_tokens, 0.0, std::max(0.0, service.prompt_tokens)) * service.prefill_s;
}

} // namespace suanlu
