// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/plan_store.hpp"

#include "proto/codec/plan_codec.hpp"

namespace suanlu {

namespace {

constexpr std::uintmax_t kMaxFile = 256U << 20;

} // namespace

Result<PlanStore> PlanStore::open(const std::string& folder, const std::string& node) {
    SL_TRY(SavedFile file,
           SavedFile::open(folder + "/" + node + ".plan", "plan-1", kMaxFile).map_error([](Error e) {
               return std::move(e).with("state_dir");
           }));
    return PlanStore(std::move(file));
}

Result<std::optional<Plan>> PlanStore::load() const {
    SL_TRY(const std::optional<std::string> bytes, file_.load());
    if (!bytes) {
        return std::optional<Plan>{};
    }
    SL_TRY(Plan plan, plan_from_bytes(*bytes));
    return std::optional<Plan>(std::move(plan));
}

Status PlanStore::save(const Plan& plan) const {
    return file_.save(to_bytes(plan));
}

} // namespace suanlu
