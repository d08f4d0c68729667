// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "policies/policy_set.hpp"
#include "simulator/dispatch_kinds.hpp"

namespace suanlu::sim {

namespace {

using Named = std::pair<std::string_view, Reference>;
constexpr std::array kReferences{Named{"clairvoyant-greedy", Reference::kClairvoyantGreedy},
                                 Named{"clairvoyant-externality", Reference::kClairvoyantExternality},
                                 Named{"instant-joint", Reference::kInstantJoint}};

} // namespace

std::vector<std::string> known_dispatchers() {
    std::vector<std::string> out{"default", "split", "fixed"};
    for (const std::string_view name : known_choosers()) {
        out.emplace_back(name);
    }
    for (const auto& [name, kind] : kReferences) {
        out.emplace_back(name);
    }
    return out;
}

Result<std::unique_ptr<Dispatcher>> make_dispatcher(const Surroundings& around, const DispatcherSpec& spec) {
    if (spec.policy == "default" || spec.policy == "split" || spec.policy == "fixed") {
        const bool has_second_choice = spec.policy == "default";
        const bool is_fixed = spec.policy == "fixed";
        return std::unique_ptr<Dispatcher>(
            std::make_unique<SteeredDispatcher>(around, spec, default_policy(), has_second_choice, is_fixed));
    }
    for (const auto& [name, kind] : kReferences) {
        if (name == spec.policy) {
            return std::unique_ptr<Dispatcher>(std::make_unique<ReferenceDispatcher>(around, kind));
        }
    }
    // Policies of files: as suanlud steers by them, with shares and nothing else.
    const bool is_chooser = std::count(known_choosers().begin(), known_choosers().end(), spec.policy) > 0;
    if (const auto policy = find_policy(spec.policy); policy && !is_chooser) {
        if (spec.size_classes > 1) {
            return Error{Errc::kRefused, "policy '" + spec.policy +
                                             "' is of a file: it does not know classes of size, so "
                                             "dispatch.size_classes must be 1"};
        }
        return std::unique_ptr<Dispatcher>(
            std::make_unique<SteeredDispatcher>(around, spec, **policy, false, false));
    }
    std::vector<std::unique_ptr<FlowChooser>> choosers;
    for (std::size_t i = 0; i < around.scenario.ingresses.size(); ++i) {
        Result<std::unique_ptr<FlowChooser>> chooser = make_chooser(spec.policy);
        if (!chooser) {
            std::string known;
            for (const std::string& name : known_dispatchers()) {
                known += known.empty() ? name : ", " + name;
            }
            return Error{Errc::kNotFound, "no policy is called '" + spec.policy + "'; known: " + known};
        }
        choosers.push_back(*std::move(chooser));
    }
    return std::unique_ptr<Dispatcher>(std::make_unique<ChoosingDispatcher>(around, std::move(choosers)));
}

} // namespace suanlu::sim
