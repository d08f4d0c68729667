// SPDX-License-Identifier: Apache-2.0
#include "controller/app/policy_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "controller/decision/policy_texts.hpp"
#include "core/support/whole_file.hpp"
#include "policies/policy_set.hpp"
#include "policies/strategy/builtin_policies.hpp"
#include "policies/strategy/file_walk.hpp"
#include "policies/strategy/flow_policy.hpp"
#include "policies/strategy/policy_file.hpp"
#include "policies/strategy/site_file.hpp"

namespace suanlu {

namespace {

constexpr const char* kSitesFile = "sites.yaml";

/// By name, so that which of two policies of one name is refused does not depend on the file system.
Result<std::vector<std::string>> yaml_files(const std::string& folder) {
    std::error_code ec;
    std::vector<std::string> out;
    for (std::filesystem::directory_iterator at(folder, ec), end; !ec && at != end; at.increment(ec)) {
        if (at->path().extension() == ".yaml") {
            out.push_back(at->path().string());
        }
    }
    if (ec) {
        return Error{Errc::kNotFound, "cannot read the folder " + folder + ": " + ec.message()};
    }
    std::sort(out.begin(), out.end());
    return out;
}

void note(const std::string& file, const std::vector<YamlComplaint>& complaints, std::string& out) {
    for (const YamlComplaint& complaint : complaints) {
        out += (out.empty() ? "" : "\n") + complaint_text(file, complaint);
    }
}

PlacementFacts facts_of(SiteFile file) {
    PlacementFacts out;
    for (SiteAttributes& site : file.sites) {
        out.sites[site.name] = std::move(site);
    }
    for (Request& request : file.requests) {
        if (request.kind == RequestKind::kFlow) {
            out.flows[request.service] = std::move(request);
        }
    }
    return out;
}

/// Built-in files whose name is not taken by a policy in code or by the folder.
Status add_builtin(const PlacementFacts& facts) {
    for (const BuiltinPolicy& builtin : builtin_policies()) {
        if (const auto known = find_policy(builtin.name); !known && known.error().code == Errc::kNotFound) {
            SL_TRY(PolicyDefinition policy, find_builtin_policy(builtin.name));
            SL_TRY_VOID(add_policy_file(std::move(policy), facts));
        }
    }
    for (const RefusedPolicy& refused : refused_policies()) {
        if (const auto known = find_policy(refused.name); !known && known.error().code == Errc::kNotFound) {
            SL_TRY_VOID(add_refused_policy(std::string(refused.name), std::string(refused.reason)));
        }
    }
    return {};
}

} // namespace

Result<PolicyTexts> read_policy_texts(const std::string& folder) {
    PolicyTexts out;
    if (!folder.empty()) {
        SL_TRY(const std::vector<std::string> files, yaml_files(folder));
        for (const std::string& file : files) {
            SL_TRY(out[std::filesystem::path(file).filename().string()], read_whole_file(file));
        }
    }
    return out;
}

Status load_policies(const PolicyTexts& texts, const std::string& where) {
    std::string complaints;
    PlacementFacts facts;
    std::vector<std::pair<std::string, PolicyDefinition>> policies;
    for (const auto& [name, text] : texts) {
        const std::string file = where + name;
        if (name == kSitesFile) {
            SiteFileReading reading = read_sites(text, file);
            note(file, reading.complaints, complaints);
            facts = facts_of(std::move(reading.file).value_or(SiteFile{}));
            continue;
        }
        PolicyReading reading = read_policy(text, file);
        note(file, reading.complaints, complaints);
        if (reading.policy) {
            policies.emplace_back(file, *std::move(reading.policy));
        }
    }
    if (!complaints.empty()) {
        return Error{Errc::kBadInput, complaints};
    }
    for (auto& [file, policy] : policies) {
        if (Status added = add_policy_file(std::move(policy), facts); !added) {
            return std::move(added).error().with(file);
        }
    }
    return add_builtin(facts);
}

Status load_policies(const std::string& folder) {
    SL_TRY(const PolicyTexts texts, read_policy_texts(folder));
    return load_policies(texts, folder.empty() ? folder : (std::filesystem::path(folder) / "").string());
}

} // namespace suanlu
