// SPDX-License-Identifier: Apache-2.0
#include "controller/cli/policy_commands.hpp"

#include <algorithm>
#include <filesystem>

#include "controller/offline/policy_answer.hpp"
#include "core/support/whole_file.hpp"

namespace suanlu {

namespace {

Result<offline::NamedText> read_text(const std::string& path) {
    SL_TRY(std::string text, read_whole_file(path));
    return offline::NamedText{path, std::move(text)};
}

/// A file, or the name of a built-in policy when there is no such file.
Result<PolicyDefinition> read_policy_argument(const std::string& given) {
    if (given.find_first_of("./") == std::string::npos && !std::filesystem::exists(given)) {
        return offline::policy_from({given, {}});
    }
    SL_TRY(const offline::NamedText file, read_text(given));
    return offline::policy_from(file);
}

std::string dumped(const offline::Json& json) {
    return json.dump(2, ' ', false, offline::Json::error_handler_t::replace) + "\n";
}

} // namespace

PolicyCommands::PolicyCommands(CLI::App& app)
    : policy_(app.add_subcommand("policy", "policy files; needs no suanlud")),
      validate_(policy_->add_subcommand("validate", "reads policy files and tells all that is wrong")),
      simulate_(policy_->add_subcommand("simulate", "ranks stated sites for stated requests")),
      diff_(policy_->add_subcommand("diff", "two policies side by side, on the same requests")) {
    policy_->require_subcommand(1);
    for (CLI::App* command : {policy_, validate_, simulate_, diff_}) {
        command->fallthrough();
    }
    validate_->add_option("file", files_, "policy files")->required();
    simulate_->add_option("policy", first_, "policy file, or the name of a built-in one")->required();
    simulate_->add_flag("--explain", explain_, "what every term is made of");
    diff_->add_option("first", first_, "policy file, or the name of a built-in one")->required();
    diff_->add_option("second", second_, "the other one")->required();
    simulate_->add_option("--sites", sites_, "file with sites and requests")->required();
    diff_->add_option("--sites", sites_, "file with sites and requests");
    for (CLI::App* command : {simulate_, diff_}) {
        command->add_option("--request", request_, "only this request of the file");
        command->add_option("--time", time_, "instead of the file's, e.g. 2026-03-02T14:00+08:00");
    }
}

bool PolicyCommands::is_asked() const {
    return policy_->parsed();
}

Result<OfflineAnswer> PolicyCommands::validate(bool as_json) const {
    std::vector<offline::PolicyCheck> checks;
    for (const std::string& path : files_) {
        SL_TRY(const offline::NamedText file, read_text(path));
        checks.push_back(offline::check_policy(file));
    }
    const bool is_fine = std::all_of(checks.begin(), checks.end(), [](const offline::PolicyCheck& check) {
        return check.reading.policy.has_value();
    });
    return OfflineAnswer{as_json ? dumped(offline::to_json(checks)) : offline::to_text(checks),
                         is_fine ? Exit::kFine : Exit::kBad};
}

Result<OfflineAnswer> PolicyCommands::compare(const std::vector<std::string>& given, bool as_json,
                                              bool colour) const {
    std::vector<PolicyDefinition> policies;
    for (const std::string& name : given) {
        SL_TRY(PolicyDefinition policy, read_policy_argument(name));
        policies.push_back(std::move(policy));
    }
    std::optional<SiteFile> sites;
    if (!sites_.empty()) {
        SL_TRY(const offline::NamedText file, read_text(sites_));
        SL_TRY(sites, offline::sites_from(file));
        if (!time_.empty()) {
            sites->time = WallTime::parse(time_);
            if (!sites->time) {
                return Error{Errc::kBadInput, "'" + time_ + "' is not a time like 2026-03-02T14:00+08:00"};
            }
        }
    }
    SL_TRY(const offline::PolicyReport report, offline::try_policies(policies, sites, request_));
    return OfflineAnswer{as_json ? dumped(offline::to_json(report))
                                 : offline::to_text(report, explain_, colour),
                         report.is_fine() ? Exit::kFine : Exit::kBad};
}

Result<OfflineAnswer> PolicyCommands::run(bool as_json, bool colour) const {
    if (validate_->parsed()) {
        return validate(as_json);
    }
    return compare(simulate_->parsed() ? std::vector{first_} : std::vector{first_, second_}, as_json, colour);
}

} // namespace suanlu
