// SPDX-License-Identifier: Apache-2.0
#include "dns/server/key_rollover.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/support/text_table.hpp"
#include "dns/zone/signer.hpp"
#include "dns/zone/zone_file.hpp"

namespace suanlu::dns {

namespace {

/// Between the primary's change and the last secondary's.
constexpr std::uint32_t kPropagationSeconds = 300;

} // namespace

Result<KeyRollover> KeyRollover::open(const DnsConfig& config, const std::string& zone) {
    SL_TRY(const DomainName name, DomainName::parse(zone));
    const auto is_it = [&](const DnsZoneConfig& known) { return known.name == name; };
    const auto found = std::find_if(config.zones.begin(), config.zones.end(), is_it);
    if (found == config.zones.end() || found->keys.empty()) {
        return Error{Errc::kNotFound, "no zone " + zone + " with `keys` in the configuration"};
    }
    KeyList list = KeyList::of_one(found->keys);
    list.has_child_records = true;
    list.keys.clear();
    if (std::filesystem::exists(found->keys)) {
        SL_TRY(list, KeyList::read(found->keys));
    }
    return KeyRollover(*found, std::move(list));
}

Result<std::string> KeyRollover::create(KeyAlgorithm algorithm, bool is_split, std::uint32_t unix_now) {
    if (!list_.is_empty()) {
        return Error{Errc::kConflict, zone_.keys + " names keys already"};
    }
    const std::vector<KeyRole> roles =
        is_split ? std::vector{KeyRole::kKsk, KeyRole::kZsk} : std::vector{KeyRole::kCsk};
    std::string said;
    for (const KeyRole role : roles) {
        SL_TRY(const std::string file,
               ZoneKey::make(list_.folder, zone_.name, algorithm, role != KeyRole::kZsk));
        list_.keys.push_back({file, role, KeyState::kActive, unix_now});
        said += file + " is active as " + std::string(to_text(role)) + "\n";
    }
    SL_TRY_VOID(save());
    return said;
}

Result<std::string> KeyRollover::begin(KeyRole role, std::uint32_t unix_now) {
    KeyList tried = list_; // before a key is made for nothing
    SL_TRY_VOID(begin_rollover(tried, role, {}, unix_now));
    SL_TRY(const ZoneKey other,
           ZoneKey::open(list_.path_of(list_.keys.front()), zone_.name, list_.keys.front().is_named_above()));
    SL_TRY(const std::string file,
           ZoneKey::make(list_.folder, zone_.name, other.algorithm(), role != KeyRole::kZsk));
    SL_TRY_VOID(begin_rollover(list_, role, file, unix_now));
    SL_TRY_VOID(save());
    return file + " is announced as " + std::string(to_text(role)) + "\n";
}

Result<std::string> KeyRollover::step(KeyRole role, const RolloverStep& step, std::uint32_t unix_now) {
    SL_TRY(const RolloverWaits waiting, waits());
    SL_TRY(std::string said, step_rollover(list_, role, step, waiting, unix_now));
    SL_TRY_VOID(save());
    return said + "\n";
}

Result<std::string> KeyRollover::begin_algorithm(KeyAlgorithm algorithm, std::uint32_t unix_now) {
    KeyList tried = list_; // before keys are made for nothing
    SL_TRY_VOID(begin_algorithm_rollover(tried, {}, unix_now));
    std::vector<ListedKey> joining;
    for (const ListedKey& old : list_.keys) {
        SL_TRY(const ZoneKey key, ZoneKey::open(list_.path_of(old), zone_.name, old.is_named_above()));
        if (key.algorithm() == algorithm) {
            return Error{Errc::kBadInput, old.file + " is of this algorithm already"};
        }
    }
    for (const ListedKey& old : list_.keys) {
        SL_TRY(const std::string file,
               ZoneKey::make(list_.folder, zone_.name, algorithm, old.is_named_above()));
        joining.push_back({file, old.role, KeyState::kJoining, unix_now});
    }
    SL_TRY_VOID(begin_algorithm_rollover(list_, joining, unix_now));
    SL_TRY_VOID(save());
    std::string said;
    for (const ListedKey& key : joining) {
        said += key.file + " is joining as " + std::string(to_text(key.role)) + "\n";
    }
    return said;
}

Result<std::string> KeyRollover::step_algorithm(const RolloverStep& step, std::uint32_t unix_now) {
    SL_TRY(const RolloverWaits waiting, waits());
    SL_TRY(std::string said, step_algorithm_rollover(list_, step, waiting, unix_now));
    SL_TRY_VOID(save());
    return said + "\n";
}

Result<RolloverWaits> KeyRollover::waits() const {
    SL_TRY(const ZoneContents zone, read_zone_file(zone_.file, zone_.name));
    std::uint32_t longest = 3600; // DNSKEY; computed names are below it
    for (const auto& [owner, records] : zone.owners) {
        for (const auto& [type, set] : records.sets) {
            longest = std::max(longest, set.ttl);
        }
    }
    return RolloverWaits{.zone_s = longest + kPropagationSeconds};
}

Result<std::string> KeyRollover::status(std::uint32_t unix_now) const {
    SL_TRY(const Signer signer, Signer::open(list_, zone_.name));
    TextTable table({"FILE", "ROLE", "STATE", "FOR"});
    for (const ListedKey& key : list_.keys) {
        const std::uint32_t age = unix_now < key.since ? 0 : unix_now - key.since;
        table.add({key.file, std::string(to_text(key.role)), std::string(to_text(key.state)),
                   std::to_string(age) + " s"});
    }
    std::string out = table.text(false);
    for (const std::string& ds : signer.ds_texts()) {
        out += ds + "\n";
    }
    SL_TRY_VOID(list_.check(unix_now));
    return out;
}

Status KeyRollover::save() const {
    const std::string next = zone_.keys + ".next";
    std::ofstream file(next);
    file << list_.text(zone_.name);
    file.close();
    std::error_code ec;
    if (file) {
        std::filesystem::rename(next, zone_.keys, ec);
    }
    return !file || ec ? Status(Error{Errc::kUnreachable, "cannot write " + zone_.keys}) : Status();
}

} // namespace suanlu::dns
