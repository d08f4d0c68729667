// SPDX-License-Identifier: Apache-2.0
// Packet tests are rows: a frame, where it comes in, and what must become of it. The same rows and the same
// tables run on the host build of the core and in the kernel.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "dataplane/api/host_engine.hpp"
#include "dataplane/api/steer_tables.hpp"
#include "dataplane/api/synthetic_packet.hpp"
#include "tests/packets/frames.hpp"

namespace suanlu::packets {

struct PacketCase {
    std::string name;
    Frame frame;
    PacketRole role = PacketRole::kExternal;
    Verdict verdict = Verdict::kPass;
    sl_reason reason = SL_R_steered;
    /// Checks the frame that leaves beyond "unchanged" (pass, drop) and "outer header + inner" (redirect);
    /// may be empty.
    std::function<void(const Frame& before, const Frame& after)> check = {};
    /// Needs what the rows before it left behind: means nothing in a dry run.
    bool is_sequel = false;
    /// Whose counter the packet adds to; 0 = not looked at.
    std::uint16_t service = 0;
};

/// Collects rows of packets.
class Rows {
public:
    explicit Rows(std::vector<PacketCase>& rows) : rows_(rows) {}

    PacketCase& steered(const std::string& name, Frame frame);
    PacketCase& passed(const std::string& name, Frame frame, sl_reason reason,
                       PacketRole role = PacketRole::kExternal);
    PacketCase& dropped(const std::string& name, Frame frame, sl_reason reason,
                        PacketRole role = PacketRole::kExternal);

private:
    std::vector<PacketCase>& rows_;
};

inline constexpr std::uint32_t kPathMtu = 1500;
/// lo: exists in every network namespace, so that the device map accepts it.
inline constexpr std::uint32_t kInterface = 1;

/// Service 1 (TCP 8080) and 2 (UDP 9001) at site 1, service 3 (TCP 8081) switched off, service 4 (UDP 9002)
/// at site 2, which takes no IPv4.
Plan case_plan();
/// Applies it and gives both sites their paths.
Status prepare(SteerTables& tables, MonoTime now);

/// Service SIDs of this router: fc00:0:e1:f006::/64 for IPv6, f004 for IPv4, f016 whose next hop is unknown;
/// f106, f104 and f146 by a routing table for IPv6, IPv4 and both. fc00:0:e1::/48 is its End,
/// fc00:0:e001::/48 the End.X of a link, e002 of one whose neighbour is unknown. fc00:0:e1:f0ff::/64 is
/// somebody else's.
std::vector<EngineSid> case_sids();
inline constexpr std::uint16_t kLinkMtu = 1400;
/// Nothing is in it while rows run.
inline constexpr std::uint32_t kTable = 9104;

std::vector<PacketCase> all_cases();
/// Tags, options, extension headers, ICMP (odd_cases.cpp).
void add_odd(std::vector<PacketCase>& rows);
void add_fragments(std::vector<PacketCase>& rows);
/// ICMP errors about a flow.
void add_errors(std::vector<PacketCase>& rows);
/// Prefixes, port ranges, DSCP, VLANs, tenants, lists of sources, rates, QUIC (service_cases.cpp).
void add_services(std::vector<PacketCase>& rows);
void add_services(Plan& plan);
/// Packets for service SIDs of this router (sid_cases.cpp).
void add_sids(std::vector<PacketCase>& rows);
/// Packets that go on to their next segment (transit_cases.cpp).
void add_transit(std::vector<PacketCase>& rows);
/// Packets for SIDs with a table, which says what `TableAnswer` is about the packet inside.
enum class TableAnswer : std::uint8_t { kLink, kSmallLink, kKernel, kNowhere };
std::vector<PacketCase> table_cases(TableAnswer answer);
/// The same of the packet on its way to the next segment.
std::vector<PacketCase> transit_table_cases(TableAnswer answer);
/// Frames of the rows with a few random bytes changed, cut or grown; the same for the same seed.
class RandomFrames {
public:
    /// Rows, and what comes of them when some bytes are others or missing.
    explicit RandomFrames(std::uint64_t seed, std::vector<PacketCase> rows = all_cases())
        : random_(seed), rows_(std::move(rows)) {}
    Frame next();

private:
    std::mt19937_64 random_;
    std::vector<PacketCase> rows_;
};

/// What an engine has counted, with the sites' part of it.
EngineCounters counted(EngineCounters counters, const SteerTables& tables);
/// Rings differ in length: new flows that were told of, or should have been.
std::map<std::string, std::uint64_t> with_all_samples(std::map<std::string, std::uint64_t> reasons);
/// Fails the running test unless just this packet was counted: reason, service, path.
void expect_counted(const PacketCase& row, const EngineCounters& before, const EngineCounters& after);
/// Fails the running test when the result is not what the row says.
void expect_row(const PacketCase& row, Verdict verdict, const Frame& after);

} // namespace suanlu::packets
