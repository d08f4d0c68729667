// SPDX-License-Identifier: Apache-2.0
// Keeps the local SIDs of this node in the kernel (RFC 8986, RFC 9800): wanted set in, routes of our own
// rtm_protocol out. Routes of anybody else are never changed. What a killed predecessor left is adopted.
// Owned by the agent's strand; destruction leaves everything in place. A SID that a foreign route holds is
// refused with that reason and nothing is changed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/model/site.hpp"
#include "core/support/result.hpp"
#include "dataplane/kernel/netlink_socket.hpp"
#include "dataplane/kernel/route_message.hpp"

namespace suanlu {

/// What has to change, and what cannot. Pure part of Seg6Routes.
struct SidChanges {
    std::vector<LocalSid> add;
    /// Ours with another content: exchanged in one step, so that no packet finds neither.
    std::vector<LocalSid> replace;
    std::vector<LocalSid> remove;
    /// SID -> why not.
    std::map<Prefix6, std::string> refused;
    /// End.X whose link is not there now; they come with it.
    std::vector<Prefix6> waiting;
};

/// Interfaces by name.
using LinkIndexes = std::map<std::string, std::uint32_t>;

/// `routes` = the main table. `interface_index` = where our SID routes hang. `links` = those
/// that End.X SIDs must name, as far as they are there.
SidChanges plan_sid_changes(const std::vector<LocalSid>& wanted, const std::vector<KernelRoute>& routes,
                            std::uint32_t interface_index, const LinkIndexes& links = {});

class LocalSidSink {
public:
    LocalSidSink() = default;
    LocalSidSink(const LocalSidSink&) = delete;
    LocalSidSink& operator=(const LocalSidSink&) = delete;
    virtual ~LocalSidSink() = default;
    /// Would set() succeed as far as one can tell? Changes nothing. kConflict for a foreign owner.
    virtual Status check(const std::vector<LocalSid>& wanted) = 0;
    /// Makes the kernel hold exactly these of ours, reads them back.
    virtual Status set(const std::vector<LocalSid>& wanted) = 0;
};

struct Seg6Counters {
    std::uint64_t added = 0;
    std::uint64_t removed = 0;
    std::uint64_t errors = 0;
    /// Routes of ours that somebody else removed and we put back.
    std::uint64_t repaired = 0;
    std::size_t in_kernel = 0;
    /// Wanted, but the link is away.
    std::size_t waiting = 0;
};

class Seg6Routes final : public LocalSidSink {
public:
    /// kNotFound when the interface is not there.
    static Result<std::unique_ptr<Seg6Routes>> open(const std::string& interface);

    Status check(const std::vector<LocalSid>& wanted) override;
    Status set(const std::vector<LocalSid>& wanted) override;
    /// After a notification: puts back what is missing of the last wanted set.
    Status repair();
    /// Removes all routes of our protocol from the main table, whoever of us made them.
    Status withdraw();
    [[nodiscard]] const Seg6Counters& counters() const { return counters_; }

private:
    explicit Seg6Routes(NetlinkSocket socket, std::string interface)
        : socket_(std::move(socket)), interface_(std::move(interface)) {}
    Result<std::vector<KernelRoute>> dump();
    SidChanges changes_for(const std::vector<LocalSid>& wanted, const std::vector<KernelRoute>& routes) const;
    Status change(const LocalSid& sid, RouteChange how);
    Status reconcile(const std::vector<LocalSid>& wanted);
    /// The interface may be made anew under the same name.
    Status find_interface();

    NetlinkSocket socket_;
    std::string interface_;
    std::uint32_t interface_index_ = 0;
    std::vector<LocalSid> wanted_;
    bool has_wanted_ = false;
    Seg6Counters counters_;
};

} // namespace suanlu
