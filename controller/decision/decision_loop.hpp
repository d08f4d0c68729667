// SPDX-License-Identifier: Apache-2.0
// The strand around Decision: one bounded mailbox in (site reports fold per site, everything else keeps its
// order), Plans out to the programmer at once, a clock beside it. Nothing here waits for the network. When
// the mailbox is full the newest message is refused and counted; reports come again, callers are told.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "controller/decision/decision.hpp"
#include "controller/decision/journal.hpp"
#include "controller/decision/journal_file.hpp"
#include "controller/program/programmer.hpp"
#include "core/support/mailbox.hpp"
#include "core/support/owned.hpp"

namespace suanlu {

struct SiteReported {
    SiteReport report;
    MonoTime received;
    std::uint64_t wall_unix_ns = 0;
    /// Called on the decision's strand with the sequence and the refusal (empty = accepted); not called for
    /// reports that a newer one has folded away.
    std::function<void(std::uint64_t, const std::string&)> answer;
};
struct IngressReported {
    IngressReport report;
    MonoTime received;
};
struct LinksReported {
    LinkReport report;
    MonoTime received;
};
/// An operator's command or question; runs on the owner's strand.
struct DecisionCommand {
    std::function<void(Decision&, MonoTime)> run;
    MonoTime received;
};
using DecisionInput = std::variant<SiteReported, IngressReported, LinksReported, DecisionCommand>;

/// The recording: filled on the decision's strand, stored on the storage strand.
class DecisionJournal {
public:
    DecisionJournal(JournalStart first, MonoTime start, JournalFile file, std::uint64_t most_bytes)
        : writer_(std::move(first), start), file_(std::make_shared<JournalFile>(std::move(file))),
          most_bytes_(most_bytes) {}
    [[nodiscard]] DecisionListener& listener() { return writer_; }
    /// What was heard since the last call, on its way to the file; a new file when this one is full.
    void store(const Strand& storage, const Decision& decision, MonoTime now);

private:
    void append(const Strand& storage, bool in_new_file);

    JournalWriter writer_;
    std::shared_ptr<JournalFile> file_;
    std::uint64_t most_bytes_;
    std::uint64_t written_ = 0;
    std::size_t largest_ = 0; ///< batch so far
    /// Set on the storage strand after a failure: nothing more is written.
    std::shared_ptr<std::atomic<bool>> has_failed_ = std::make_shared<std::atomic<bool>>(false);
};

class DecisionLoop {
public:
    /// `observe` is called about once a second, for metrics. `storage`: where the shares are written, which
    /// may block. Both outlive the loop, as does `programmer`. `journal`: null = nothing is recorded.
    DecisionLoop(Strand strand, std::unique_ptr<Decision> decision, Programmer& programmer, Strand storage,
                 StateFolder folder, std::function<void(const Decision&, MonoTime)> observe,
                 std::unique_ptr<DecisionJournal> journal = nullptr);

    void start();
    void stop();
    /// From any thread. False: full or stopping; the message is dropped and counted.
    bool push(DecisionInput input) { return inbox_.push(std::move(input)); }
    [[nodiscard]] MailboxCounters inbox_counters() const { return inbox_.counters(); }

private:
    Task<void> consume();
    Task<void> keep_time();
    MonoTime handle(DecisionInput& input, MonoTime now);
    void publish(MonoTime cause);
    void pass_on(const Decision& decision, const std::string& site, MonoTime received);
    void store_shares();
    void log_state();

    std::unique_ptr<DecisionJournal> journal_;
    Owned<std::unique_ptr<Decision>> decision_;
    Mailbox<DecisionInput> inbox_;
    Programmer& programmer_;
    Strand storage_;
    StateFolder folder_;
    std::function<void(const Decision&, MonoTime)> observe_;
    asio::steady_timer timer_;
    SteadyClock clock_;
    DecisionState logged_ = DecisionState::kWarmingUp;
    bool stopping_ = false;
};

} // namespace suanlu
