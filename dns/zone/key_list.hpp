// SPDX-License-Identifier: Apache-2.0
// The keys of a zone and where each stands in its life: a file that people may read and `suanlu-dns keys`
// writes. Rollovers are pre-publication for zone signing keys and double-DS for those that the zone above
// names (RFC 6781 section 4.1.1.1 and 4.1.2, RFC 7583 sections 3.2.1 and 3.3.2). Another algorithm comes with
// keys of all roles at once, whose signatures are there before and after their DNSKEY (RFC 6781 section
// 4.1.4), so that whatever DNSKEY set a resolver holds, every set has a signature by each of its algorithms.
// Pure but for reading.
//
//              ZSK              KSK                          CSK
//   announced  DNSKEY           CDS                          DNSKEY, CDS
//   active     DNSKEY, signs    DNSKEY, CDS, signs DNSKEY    all of it
//   retired    DNSKEY           CDS                          DNSKEY, CDS
//   joining    signs                                         signs the zone
//   outgoing   DNSKEY, signs    DNSKEY, signs DNSKEY         both
//   leaving    signs                                         signs the zone
#pragma once

#include <vector>

#include "dns/zone/zone_key.hpp"

namespace suanlu::dns {

enum class KeyRole : std::uint8_t { kCsk, kKsk, kZsk };
enum class KeyState : std::uint8_t { kAnnounced, kActive, kRetired, kJoining, kOutgoing, kLeaving };
std::string_view to_text(KeyRole role);
std::string_view to_text(KeyState state);
inline constexpr std::size_t kKeyStates = 6;

struct ListedKey {
    /// As the list names it: relative to its folder.
    std::string file;
    KeyRole role = KeyRole::kCsk;
    KeyState state = KeyState::kActive;
    /// Unix seconds at which it came to its state.
    std::uint32_t since = 0;

    bool operator==(const ListedKey&) const = default;
    /// By its role.
    [[nodiscard]] bool is_named_above() const { return role != KeyRole::kZsk; }
    /// The zone above should have its DS now.
    [[nodiscard]] bool has_ds() const { return is_named_above() && !is_of_algorithm_rollover(); }
    [[nodiscard]] bool has_dnskey() const {
        return is_in_force() || (role != KeyRole::kKsk && !is_of_algorithm_rollover());
    }
    [[nodiscard]] bool signs_keys() const { return is_in_force() && role != KeyRole::kZsk; }
    [[nodiscard]] bool signs_zone() const {
        return (is_in_force() || is_of_algorithm_rollover()) && role != KeyRole::kKsk;
    }
    [[nodiscard]] bool is_of_algorithm_rollover() const { return state >= KeyState::kJoining; }

private:
    [[nodiscard]] bool is_in_force() const {
        return state == KeyState::kActive || state == KeyState::kOutgoing;
    }
};

struct KeyList {
    /// Of the key files.
    std::string folder;
    std::vector<ListedKey> keys;
    /// CDS and CDNSKEY are published: not for the one key of `key:`.
    bool has_child_records = true;

    bool operator==(const KeyList&) const = default;
    [[nodiscard]] bool is_empty() const { return keys.empty(); }
    [[nodiscard]] std::string path_of(const ListedKey& key) const { return folder + "/" + key.file; }

    /// One key that does everything and is never rolled by us.
    static KeyList of_one(const std::string& path);
    /// kNotFound, kBadInput with file:line.
    static Result<KeyList> read(const std::string& path);
    /// What `read` reads.
    [[nodiscard]] std::string text(const DomainName& zone) const;
    /// Somebody signs the zone, somebody the keys, and none is of a time that is still to come: a clock that
    /// is behind by more than a day signs nothing.
    [[nodiscard]] Status check(std::uint32_t unix_now) const;
};

/// What a step waits for: caches that may hold what was before (RFC 7583 section 3.1).
struct RolloverWaits {
    /// TTL of DNSKEY, and time for secondaries.
    std::uint32_t keys_s = 3600 + 300;
    /// The longest TTL of the zone, and the same.
    std::uint32_t zone_s = 86400 + 300;
};

struct RolloverStep {
    /// The operator says so: the DS of the new key is above, and the older DS set has left the caches.
    bool is_ds_above = false;
    /// Without the waits.
    bool is_forced = false;
};

/// Puts `file`, just made, into the list as the successor of the active key of `role`. kBadInput where there
/// is none, or one is being rolled already.
Status begin_rollover(KeyList& list, KeyRole role, const std::string& file, std::uint32_t unix_now);
/// Puts keys of another algorithm, just made, into the list: all of them join. kConflict while any key is
/// being rolled.
Status begin_algorithm_rollover(KeyList& list, const std::vector<ListedKey>& joining, std::uint32_t unix_now);
/// joining -> active, with the old keys outgoing; outgoing -> leaving; leaving -> gone. As step_rollover.
Result<std::string> step_algorithm_rollover(KeyList& list, const RolloverStep& step,
                                            const RolloverWaits& waits, std::uint32_t unix_now);
/// announced -> active, with the old key retired; or retired -> gone. Says what it did. kConflict with the
/// time to come back at when it is too early; kBadInput when nothing is being rolled.
Result<std::string> step_rollover(KeyList& list, KeyRole role, const RolloverStep& step,
                                  const RolloverWaits& waits, std::uint32_t unix_now);

} // namespace suanlu::dns
