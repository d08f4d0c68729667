// SPDX-License-Identifier: Apache-2.0
#include "dns/app/key_commands.hpp"

namespace suanlu::dns {

namespace {

const std::vector<std::string> kRoles{"csk", "ksk", "zsk"};
const std::vector<std::string> kAlgorithms{"ed25519", "ecdsap256sha256"};
/// In the place of a role: all of them.
constexpr const char* kAlgorithm = "algorithm";

} // namespace

KeyCommands::KeyCommands(CLI::App& app)
    : keys_(
          app.add_subcommand("keys", "keys of a zone with `keys`; suanlu-dns takes the changes on SIGHUP")) {
    keys_->add_option("zone", zone_, "name of the zone")->required();
    create_ = keys_->add_subcommand("create", "make the first keys");
    create_->add_flag("--split", is_split_, "a KSK and a ZSK instead of one key for all");
    roll_ = keys_->add_subcommand("roll", "begin a rollover: a new key is announced");
    next_ =
        keys_->add_subcommand("next", "the next step of a rollover: announced to active, retired to gone");
    std::vector<std::string> whats = kRoles;
    whats.emplace_back(kAlgorithm);
    for (CLI::App* command : {roll_, next_}) {
        command->add_option("role", role_, "csk, ksk or zsk; algorithm: all keys go to another one")
            ->required()
            ->check(CLI::IsMember(whats));
    }
    for (CLI::App* command : {create_, roll_}) {
        command->add_option("--algorithm", algorithm_, "ed25519 or ecdsap256sha256")
            ->check(CLI::IsMember(kAlgorithms));
    }
    next_->add_flag("--ds-above", step_.is_ds_above,
                    "the zone above has the new DS, and what it had before has left the caches");
    next_->add_flag("--force", step_.is_forced, "without waiting for caches: resolvers may fail meanwhile");
    keys_->add_subcommand("status", "where each key stands, and the DS for the zone above");
    keys_->require_subcommand(1);
}

KeyRole KeyCommands::role() const {
    return static_cast<KeyRole>(std::find(kRoles.begin(), kRoles.end(), role_) - kRoles.begin());
}

Result<std::string> KeyCommands::run(const DnsConfig& config, std::uint32_t unix_now) const {
    SL_TRY(KeyRollover rollover, KeyRollover::open(config, zone_));
    const KeyAlgorithm algorithm =
        algorithm_ == kAlgorithms.front() ? KeyAlgorithm::kEd25519 : KeyAlgorithm::kEcdsaP256;
    if (create_->parsed()) {
        return rollover.create(algorithm, is_split_, unix_now);
    }
    if (role_ == kAlgorithm) {
        return roll_->parsed() ? rollover.begin_algorithm(algorithm, unix_now)
                               : rollover.step_algorithm(step_, unix_now);
    }
    if (roll_->parsed()) {
        return rollover.begin(role(), unix_now);
    }
    return next_->parsed() ? rollover.step(role(), step_, unix_now) : rollover.status(unix_now);
}

} // namespace suanlu::dns
