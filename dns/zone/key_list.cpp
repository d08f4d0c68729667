// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/key_list.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/support/yaml_walk.hpp"

namespace suanlu::dns {

namespace {

constexpr std::array<std::string_view, 3> kRoles{"csk", "ksk", "zsk"};
constexpr std::array<std::string_view, kKeyStates> kStates{"announced", "active",   "retired",
                                                           "joining",   "outgoing", "leaving"};
/// A clock may be wrong by this much before it is said to be.
constexpr std::uint32_t kClockSlack = 86400;

template <class Enum, class Words>
Enum read_word(YamlNode node, const Words& words) {
    const std::string text = node.one_of({words.begin(), words.end()}, std::string(words[0]));
    return static_cast<Enum>(std::find(words.begin(), words.end(), text) - words.begin());
}

ListedKey read_key(YamlNode node) {
    ListedKey key;
    key.file = node.required("file").text();
    key.role = read_word<KeyRole>(node.required("role"), kRoles);
    key.state = read_word<KeyState>(node.required("state"), kStates);
    key.since = static_cast<std::uint32_t>(node.required("since").integer(0, 0xffffffff));
    return key;
}

ListedKey* find(KeyList& list, KeyRole role, KeyState state) {
    const auto is_it = [&](const ListedKey& key) { return key.role == role && key.state == state; };
    const auto found = std::find_if(list.keys.begin(), list.keys.end(), is_it);
    return found == list.keys.end() ? nullptr : &*found;
}

std::string role_text(KeyRole role) {
    return std::string(to_text(role));
}

/// Ok when `wait` seconds have passed since the key came to its state.
Status wait_is_over(const ListedKey& key, std::uint32_t wait, std::uint32_t unix_now) {
    if (unix_now < key.since || unix_now - key.since < wait) {
        const std::uint32_t left = wait - (unix_now < key.since ? 0 : unix_now - key.since);
        return Error{Errc::kConflict, key.file + " is " + std::string(to_text(key.state)) +
                                          " too short a time for what resolvers hold: again in " +
                                          std::to_string(left) + " s, or with --force"};
    }
    return {};
}

Result<std::string> activate(KeyList& list, ListedKey& announced, const RolloverStep& step,
                             const RolloverWaits& waits, std::uint32_t unix_now) {
    if (!step.is_forced) {
        if (announced.is_named_above() && !step.is_ds_above) {
            return Error{Errc::kConflict, "the DS of " + announced.file +
                                              " must be above, and the DS set before it out of " +
                                              "the caches: say so with --ds-above"};
        }
        if (announced.has_dnskey()) {
            SL_TRY_VOID(wait_is_over(announced, waits.keys_s, unix_now));
        }
    }
    ListedKey* const active = find(list, announced.role, KeyState::kActive);
    std::string said = announced.file + " is active";
    if (active != nullptr) {
        active->state = KeyState::kRetired;
        active->since = unix_now;
        said += ", " + active->file + " retired";
    }
    announced.state = KeyState::kActive;
    announced.since = unix_now;
    return said;
}

} // namespace

std::string_view to_text(KeyRole role) {
    return kRoles[static_cast<std::size_t>(role)];
}

std::string_view to_text(KeyState state) {
    return kStates[static_cast<std::size_t>(state)];
}

KeyList KeyList::of_one(const std::string& path) {
    const std::filesystem::path file(path);
    const std::string folder = file.has_parent_path() ? file.parent_path().string() : ".";
    return {folder, {{file.filename().string(), KeyRole::kCsk, KeyState::kActive, 0}}, false};
}

Result<KeyList> KeyList::read(const std::string& path) {
    SL_TRY(YamlNode root, YamlNode::load_file(path));
    KeyList list = of_one(path);
    list.has_child_records = true;
    list.keys.clear();
    for (YamlNode& node : root.required("keys").items()) {
        list.keys.push_back(read_key(node));
    }
    if (list.keys.empty()) {
        root.complain("names no key");
    }
    root.finish();
    SL_TRY_VOID(root.status());
    return list;
}

std::string KeyList::text(const DomainName& zone) const {
    std::string out = "# Keys of " + zone.text() + ", as `suanlu-dns keys` leaves them.\nkeys:\n";
    for (const ListedKey& key : keys) {
        out += "  - {file: \"" + key.file + "\", role: " + role_text(key.role) +
               ", state: " + std::string(to_text(key.state)) + ", since: " + std::to_string(key.since) +
               "}\n";
    }
    return out;
}

Status KeyList::check(std::uint32_t unix_now) const {
    const auto none = [&](auto does) { return std::none_of(keys.begin(), keys.end(), does); };
    if (none([](const ListedKey& key) { return key.signs_keys(); })) {
        return Error{Errc::kBadInput, "no active ksk or csk: nothing signs the keys"};
    }
    if (none([](const ListedKey& key) { return key.signs_zone(); })) {
        return Error{Errc::kBadInput, "no active zsk or csk: nothing signs the zone"};
    }
    for (const ListedKey& key : keys) {
        if (unix_now + kClockSlack < key.since) {
            return Error{Errc::kBadInput, "the clock is behind by days: " + key.file + " is " +
                                              std::string(to_text(key.state)) + " since " +
                                              std::to_string(key.since) + ", and now is " +
                                              std::to_string(unix_now)};
        }
    }
    return {};
}

namespace {

bool has(const KeyList& list, KeyState state) {
    return std::any_of(list.keys.begin(), list.keys.end(),
                       [&](const ListedKey& key) { return key.state == state; });
}

/// Of all keys in the state; the name of each.
std::string move_all(KeyList& list, KeyState from, KeyState to, std::uint32_t unix_now) {
    std::string names;
    for (ListedKey& key : list.keys) {
        if (key.state == from) {
            key.state = to;
            key.since = unix_now;
            names += (names.empty() ? "" : ", ") + key.file;
        }
    }
    return names;
}

Status all_waits_are_over(const KeyList& list, KeyState state, std::uint32_t wait, std::uint32_t unix_now) {
    for (const ListedKey& key : list.keys) {
        if (key.state == state) {
            SL_TRY_VOID(wait_is_over(key, wait, unix_now));
        }
    }
    return {};
}

} // namespace

Status begin_algorithm_rollover(KeyList& list, const std::vector<ListedKey>& joining,
                                std::uint32_t unix_now) {
    for (const ListedKey& key : list.keys) {
        if (key.state != KeyState::kActive) {
            return Error{Errc::kConflict, key.file + " is " + std::string(to_text(key.state)) +
                                              ": another algorithm comes when nothing else is rolled"};
        }
    }
    for (const ListedKey& key : joining) {
        list.keys.push_back({key.file, key.role, KeyState::kJoining, unix_now});
    }
    return {};
}

Result<std::string> step_algorithm_rollover(KeyList& list, const RolloverStep& step,
                                            const RolloverWaits& waits, std::uint32_t unix_now) {
    const auto wait_for = [&](KeyState state, std::uint32_t seconds) {
        return step.is_forced ? Status{} : all_waits_are_over(list, state, seconds, unix_now);
    };
    if (has(list, KeyState::kJoining)) {
        SL_TRY_VOID(wait_for(KeyState::kJoining, waits.zone_s)); // sets without its signatures
        const std::string old = move_all(list, KeyState::kActive, KeyState::kOutgoing, unix_now);
        return move_all(list, KeyState::kJoining, KeyState::kActive, unix_now) + " active, " + old +
               " outgoing";
    }
    if (has(list, KeyState::kOutgoing)) {
        if (!step.is_forced && !step.is_ds_above) {
            return Error{Errc::kConflict, "the DS above must be those of the new keys alone, and the DS set "
                                          "before it out of the caches: say so with --ds-above"};
        }
        SL_TRY_VOID(wait_for(KeyState::kOutgoing, waits.keys_s)); // DNSKEY sets without the new ones
        return move_all(list, KeyState::kOutgoing, KeyState::kLeaving, unix_now) + " leaving";
    }
    if (!has(list, KeyState::kLeaving)) {
        return Error{Errc::kBadInput, "no algorithm is being rolled"};
    }
    SL_TRY_VOID(wait_for(KeyState::kLeaving, waits.keys_s)); // DNSKEY sets that ask for its signatures
    std::erase_if(list.keys, [](const ListedKey& key) { return key.state == KeyState::kLeaving; });
    return std::string("the old algorithm is out of the zone");
}

Status begin_rollover(KeyList& list, KeyRole role, const std::string& file, std::uint32_t unix_now) {
    for (const ListedKey& key : list.keys) {
        if (key.is_of_algorithm_rollover()) {
            return Error{Errc::kConflict, key.file + " is " + std::string(to_text(key.state)) +
                                              ": no other rollover beside that of the algorithm"};
        }
    }
    if (find(list, role, KeyState::kActive) == nullptr) {
        return Error{Errc::kBadInput, "no active " + role_text(role) + " to be succeeded"};
    }
    for (const KeyState state : {KeyState::kAnnounced, KeyState::kRetired}) {
        if (const ListedKey* other = find(list, role, state)) {
            return Error{Errc::kConflict, other->file + " is " + std::string(to_text(state)) +
                                              ": one rollover of a " + role_text(role) + " at a time"};
        }
    }
    list.keys.push_back({file, role, KeyState::kAnnounced, unix_now});
    return {};
}

Result<std::string> step_rollover(KeyList& list, KeyRole role, const RolloverStep& step,
                                  const RolloverWaits& waits, std::uint32_t unix_now) {
    if (ListedKey* const announced = find(list, role, KeyState::kAnnounced)) {
        return activate(list, *announced, step, waits, unix_now);
    }
    const ListedKey* const retired = find(list, role, KeyState::kRetired);
    if (retired == nullptr) {
        return Error{Errc::kBadInput, "no " + role_text(role) + " is being rolled"};
    }
    if (!step.is_forced) {
        SL_TRY_VOID(wait_is_over(*retired, role == KeyRole::kKsk ? waits.keys_s : waits.zone_s, unix_now));
    }
    std::string said = retired->file + " is out of the zone";
    list.keys.erase(list.keys.begin() + (retired - list.keys.data()));
    return said;
}

} // namespace suanlu::dns
