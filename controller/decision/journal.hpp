// SPDX-License-Identifier: Apache-2.0
// The journal: every input of Decision with its moment, and the Plans that came out. A file is a magic line
// and records: length of the body, checksum of the body, then the body (kind, moment, fields). A torn last
// record, as a crash leaves it, is said and left out; anything else that is wrong refuses the file with the
// offset. Pure: bytes in and out; controller/decision/journal_file does the I/O.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "controller/decision/decision.hpp"
#include "controller/decision/decision_listener.hpp"
#include "controller/decision/policy_texts.hpp"

namespace suanlu {

inline constexpr std::string_view kJournalMagic = "suanlu-journal 4\n";

/// First record of every file.
struct JournalStart {
    DecisionLimits limits;
    ShareTable adopted;
    /// Tells inventories apart (inventory_mark); empty = not known.
    std::string inventory_mark;
    /// The file before this one was dropped: what was known then is told once more, as after a restart, but
    /// not its history.
    bool is_continued = false;
    /// The policy files of the recording, so that a replay needs no folder.
    PolicyTexts policies{};
};
struct JournalSite {
    std::uint64_t wall_unix_ns = 0;
    SiteReport report;
};
struct JournalPolicy {
    std::string service;
    std::string policy;
};
struct JournalTick {};
struct JournalDrain {
    std::string site;
    bool is_on = false;
};
struct JournalPlans {
    std::vector<Plan> plans;
};

struct JournalRecord {
    std::uint64_t offset = 0;
    MonoTime at;
    std::variant<JournalStart, JournalSite, IngressReport, LinkReport, JournalPolicy, JournalTick,
                 JournalPlans, JournalDrain>
        content;
};

struct JournalReading {
    std::vector<JournalRecord> records;
    /// What is said about a torn last record; empty = none.
    std::string torn;
};

std::string to_bytes(const JournalRecord& record);
/// kBadInput with the offset. The first record is a start, later ones are none.
Result<JournalReading> read_journal(std::string_view bytes);
/// Equal for equal files; tells an inventory from another.
std::string inventory_mark(std::string_view file);

/// Writes what it hears into bytes that somebody else stores.
class JournalWriter final : public DecisionListener {
public:
    explicit JournalWriter(JournalStart start, MonoTime now);
    void on_site(const SiteReport& report, std::uint64_t wall_unix_ns, MonoTime now) override;
    void on_ingress(const IngressReport& report, MonoTime now) override;
    void on_links(const LinkReport& report, MonoTime now) override;
    void on_policy(const std::string& service, const std::string& policy, MonoTime now) override;
    void on_drain(const std::string& site, bool is_on, MonoTime now) override;
    void on_tick(MonoTime now) override;
    void on_plans(const std::vector<Plan>& plans, MonoTime now) override;

    /// Bytes since the last call; the first ones begin with the magic line.
    std::string take() { return std::exchange(pending_, {}); }
    [[nodiscard]] std::size_t pending() const { return pending_.size(); }
    /// Begins a new file: magic, a start, and all that Decision was told last.
    void begin_again(const Decision& decision, MonoTime now);

private:
    void add(JournalRecord record) { pending_ += to_bytes(record); }

    JournalStart start_;
    std::string pending_;
};

} // namespace suanlu
