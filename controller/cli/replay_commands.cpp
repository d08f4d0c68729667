// SPDX-License-Identifier: Apache-2.0
#include "controller/cli/replay_commands.hpp"

#include <charconv>
#include <cmath>

#include "controller/decision/inventory_file.hpp"
#include "controller/decision/journal_file.hpp"
#include "core/model/quantity_text.hpp"
#include "core/support/whole_file.hpp"

namespace suanlu {

namespace {

/// "LEFT=RIGHT" or "LEFT>RIGHT".
Result<std::pair<std::string, std::string>> halves(const std::string& word, char between, const char* form) {
    const std::size_t at = word.find(between);
    if (at == std::string::npos || at == 0 || at + 1 == word.size()) {
        return Error{Errc::kBadInput, "'" + word + "' is not " + form};
    }
    return std::pair(word.substr(0, at), word.substr(at + 1));
}

Result<double> number_of(const std::string& word, std::string text) {
    text.erase(0, text.front() == '+' ? 1 : 0);
    double out = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (ec != std::errc{} || end != text.data() + text.size() || !std::isfinite(out)) {
        return Error{Errc::kBadInput, "'" + word + "': '" + text + "' is no number"};
    }
    return out;
}

} // namespace

ReplayCommands::ReplayCommands(CLI::App& app)
    : replay_(app.add_subcommand("replay", "a journal of suanlud again: are the Plans the same?")),
      what_if_(
          app.add_subcommand("what-if", "a journal of suanlud, then something changes: before and after")) {
    declare_files(*replay_);
    declare_files(*what_if_);
    const auto add = [this](const char* name, std::vector<std::string>& into, const char* what) {
        what_if_->add_option(name, into, what)->group("What changes; each may be given several times");
    };
    add("--fail-link", links_, "A>B: the link fails, in both directions");
    add("--fail-site", failed_, "S: the site is silent and dead everywhere");
    add("--drain", drained_, "S: the site takes no new flows");
    add("--capacity", capacity_, "S=+8: that many workers more, or with - fewer");
    add("--policy", policies_, "SERVICE=NAME, built in or of a file");
    add("--price", prices_, "S=0.2: what a job there costs, in the seconds it is worth");
}

void ReplayCommands::declare_files(CLI::App& command) {
    command.fallthrough();
    command.add_option("journal", journal_, "decision.journal of suanlud")->required();
    command.add_option("--inventory", inventory_, "the inventory that suanlud ran with")->required();
    command.add_option("--policies", policy_folder_,
                       "folder of policy files instead of those that the journal holds");
    command.add_option("--at", at_, "only so far from the journal's start, e.g. 90s");
}

bool ReplayCommands::is_asked() const {
    return replay_->parsed() || what_if_->parsed();
}

Result<WhatIfChange> ReplayCommands::change() const {
    WhatIfChange out;
    for (const std::string& word : links_) {
        SL_TRY(auto ends, halves(word, '>', "A>B"));
        out.failed_links.push_back(std::move(ends));
    }
    out.failed_sites.insert(failed_.begin(), failed_.end());
    out.drained_sites.insert(drained_.begin(), drained_.end());
    for (const std::string& word : capacity_) {
        SL_TRY(const auto parts, halves(word, '=', "SITE=+WORKERS"));
        SL_TRY(out.added_slots[parts.first], number_of(word, parts.second));
    }
    for (const std::string& word : policies_) {
        SL_TRY(const auto parts, halves(word, '=', "SERVICE=POLICY"));
        out.policies[parts.first] = parts.second;
    }
    for (const std::string& word : prices_) {
        SL_TRY(const auto parts, halves(word, '=', "SITE=SECONDS"));
        SL_TRY(const double price, number_of(word, parts.second));
        if (price < 0) {
            return Error{Errc::kBadInput, "'" + word + "': a price is not negative"};
        }
        out.prices[parts.first] = price;
    }
    if (out.is_empty()) {
        return Error{Errc::kBadInput, "what-if needs a change, e.g. --fail-site NAME (see --help)"};
    }
    return out;
}

/// Before the inventory, whose services name policies. Only one run per process: names stay known.
Status ReplayCommands::load_policies_of(const JournalStart& start, ReplayNotes& notes) const {
    if (policy_folder_.empty()) {
        return load_policies(start.policies, journal_ + ": ");
    }
    SL_TRY(const PolicyTexts texts, read_policy_texts(policy_folder_));
    for (const auto& [name, text] : start.policies) {
        const auto found = texts.find(name);
        if (found == texts.end() || found->second != text) {
            notes.notes.push_back("policy file " + name +
                                  (found == texts.end() ? " is gone" : " has changed") +
                                  " since the recording: other Plans are to be expected");
        }
    }
    for (const auto& [name, text] : texts) {
        if (!start.policies.contains(name)) {
            notes.notes.push_back("policy file " + name + " is new since the recording");
        }
    }
    return load_policies(texts, policy_folder_ + "/");
}

Result<OfflineAnswer> ReplayCommands::run(bool as_json, bool colour) const {
    std::optional<Duration> until;
    if (!at_.empty()) {
        SL_TRY(const Seconds at, parse_duration(at_));
        until = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(at.value));
    }
    WhatIfChange wanted;
    if (what_if_->parsed()) {
        SL_TRY(wanted, change());
    }
    SL_TRY(const std::string bytes, read_whole_file(journal_));
    SL_TRY(const JournalReading journal, read_journal(bytes));
    const auto& start = std::get<JournalStart>(journal.records.front().content);
    ReplayNotes notes;
    SL_TRY_VOID(load_policies_of(start, notes));
    SL_TRY(const std::string file, read_whole_file(inventory_));
    SL_TRY(const Inventory inventory, load_inventory(inventory_));
    if (!journal.torn.empty()) {
        notes.notes.push_back(journal.torn);
    }
    if (!start.inventory_mark.empty() && start.inventory_mark != inventory_mark(file)) {
        notes.notes.push_back(
            "this is not the inventory that suanlud ran with: other Plans are to be expected");
    }
    if (start.is_continued) {
        notes.notes.push_back(
            "this journal begins in the middle, after a rotation: its first Plans may differ");
    }
    if (what_if_->parsed()) {
        SL_TRY(const WhatIf answer, what_if(journal, inventory, wanted, until));
        return OfflineAnswer{as_json ? json_text(answer, notes) : show(answer, notes, colour)};
    }
    SL_TRY(const Replay run, replay(journal, inventory, until));
    return OfflineAnswer{as_json ? json_text(run, notes) : show(run, notes, colour),
                         run.differing == 0 ? Exit::kFine : Exit::kBad};
}

} // namespace suanlu
