// SPDX-License-Identifier: Apache-2.0
// From the configuration's files, and the view that a controller told, to a snapshot: read, computed, signed,
// built. Keeps signatures that still hold from one time to the next. Single-threaded; a failure leaves
// nothing behind.
#pragma once

#include <set>

#include "dns/answer/snapshot.hpp"
#include "dns/server/dns_config.hpp"
#include "dns/server/zone_journals.hpp"
#include "dns/zone/answer_builder.hpp"
#include "dns/zone/computed_zone.hpp"
#include "dns/zone/signer.hpp"

namespace suanlu::dns {

class ZoneLoader {
public:
    /// Any error names its file. `unix_now`: seconds, for the times of signatures.
    Result<std::shared_ptr<const Snapshot>> load(const DnsConfig& config, std::uint32_t unix_now);
    /// What was read by the last load that succeeded, signed for `unix_now`; reads no file but a new zone's
    /// key.
    Result<std::shared_ptr<const Snapshot>> renew(const DnsConfig& config, std::uint32_t unix_now);
    /// The same with another view in the zone that follows the controller.
    Result<std::shared_ptr<const Snapshot>> follow(const DnsConfig& config, std::uint32_t unix_now,
                                                   std::shared_ptr<const DnsView> view);
    /// For the first load.
    void follow(std::shared_ptr<const DnsView> view) { followed_ = std::move(view); }
    /// Before the first load: what secondaries were given before the start is there, and what they will be
    /// given is kept.
    void keep_in(std::unique_ptr<ZoneJournals> journals) { journals_ = std::move(journals); }
    /// Null when nothing is kept.
    [[nodiscard]] const ZoneJournals* journals() const { return journals_.get(); }
    /// Signatures made by the last load; the others were kept.
    [[nodiscard]] std::size_t signatures_made() const { return signatures_made_; }
    [[nodiscard]] const TransferCounters& transfers() const { return *transfers_; }
    /// The zones that are transferred, each at its newest version.
    [[nodiscard]] const std::map<DomainName, std::shared_ptr<const ZoneHistory>>& histories() const {
        return histories_;
    }
    [[nodiscard]] const std::map<DomainName, Signer>& signers() const { return signers_; }
    /// DS records of the keys in use, in master-file form.
    [[nodiscard]] std::vector<std::string> delegation_signers() const;

private:
    /// A zone as its files have it.
    struct Source {
        ZoneContents contents;
        /// Null = without; of a zone that follows a controller it counts until the controller has spoken.
        std::shared_ptr<const DnsView> view;
        /// Empty = unsigned.
        KeyList keys;
    };
    struct Sources {
        /// In the order of the configuration.
        std::vector<Source> zones;
        ServerOptions options;
    };

    Result<Sources> read(const DnsConfig& config);
    Result<ServerOptions> read_options(const DnsConfig& config);
    /// A zone as it is served, for the next view to go on from.
    struct Served {
        ZoneContents contents;
        BuiltZone built;
    };
    /// One zone on its way to be served.
    struct Work {
        const DnsZoneConfig& wanted;
        const Source& source;
        /// Null = none was heard yet, or the zone has none.
        const DnsView* view;
        std::uint16_t number;
        std::uint32_t unix_now;
        /// Null = the zone is not signed.
        Signer* signer;

        /// That its view asks for.
        [[nodiscard]] std::uint32_t serial() const {
            return wanted.is_followed ? followed_serial_of(*view) : serial_of(*view);
        }
        /// Of serials, those that say something.
        [[nodiscard]] std::uint32_t serial_bits() const { return wanted.is_followed ? kEndedSerialBit : 0; }
    };
    /// How much is made anew: all, or what the followed view changed.
    enum class Extent : std::uint8_t { kAll, kView };

    Result<std::shared_ptr<const Snapshot>> build(const DnsConfig& config, const Sources& sources,
                                                  std::uint32_t unix_now, Extent extent);
    Result<BuiltZone> serve(const Work& work, Extent extent);
    Result<Served> make_whole(const Work& work);
    Result<ZoneContents> compute(const Work& work);
    /// Brings `served` to the view; nothing where that takes the whole zone. After an error it is of no use.
    Result<std::optional<BuiltZone>> update(const Work& work, Served& served);
    /// Opens the keys when they are others than before; those that sign must be in their time.
    Result<Signer*> signer_of(const DnsZoneConfig& wanted, const KeyList& keys, std::uint32_t unix_now);
    Status sign(const Work& work, const std::vector<ZoneContents*>& forms);
    [[nodiscard]] SignClassSet class_signer(const Work& work);
    /// Signs `zone` and keeps what secondaries get of it; gives it the serial that this takes.
    Status sign_and_publish(const Work& work, ZoneContents& zone);
    /// The same for the owners that changed; the apex may become one of them. False: the whole zone it takes.
    Result<bool> publish_changes(const Work& work, ZoneContents& zone, std::vector<DomainName>& changed);
    void publish_version(const Work& work, ZoneVersion version);
    /// The zone's history; what was saved where it has none yet.
    const ZoneHistory* history_of(const Work& work);
    /// The same when `next` is to follow it: what was saved counts where it leads to what is served.
    const ZoneHistory* joined_history(const Work& work, const ZoneVersion& next);
    Status publish_catalog(const DnsConfig& config, std::uint32_t unix_now);
    [[nodiscard]] std::shared_ptr<const StreamAnswerer> transfer_service(const DnsConfig& config) const;

    /// By zone: two of them may share a key, and each signs as itself.
    std::map<DomainName, Signer> signers_;
    /// By name of the zone: knows which sites said something new.
    std::map<DomainName, ComputedZone> computed_;
    std::map<DomainName, Served> served_;
    std::map<DomainName, std::shared_ptr<const ZoneHistory>> histories_;
    /// Null = they end with the process.
    std::unique_ptr<ZoneJournals> journals_;
    /// Zones whose history was loaded, and nothing was served since.
    std::set<DomainName> unjoined_;
    std::shared_ptr<TransferCounters> transfers_ = std::make_shared<TransferCounters>();
    Sources sources_;
    std::shared_ptr<const DnsView> followed_;
    /// Lives as long as the loader: what sources have used up is not forgotten by a reload.
    std::shared_ptr<RateLimiter> rate_limiter_;
    std::size_t signatures_made_ = 0;
};

} // namespace suanlu::dns
