// SPDX-License-Identifier: Apache-2.0
// The XDP engine of an ingress: loads steer.bpf.c, pins its maps and links below a bpffs folder and adopts
// them after a restart, so that packets keep flowing while the agent is away. Owned by the agent's strand.
// Destruction leaves all pinned and attached; only withdraw() removes it. A refused call changes nothing in
// force.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dataplane/api/dataplane.hpp"

namespace suanlu {

/// What stands behind an interface (design.md section 5, border): external = clients and other networks,
/// steered and guarded; site = a site's access link, guarded only; core = routers of the domain, only answers
/// are clamped.
enum class InterfaceRole : std::uint8_t { kExternal, kSite, kCore };

struct XdpInterface {
    std::string name;
    InterfaceRole role = InterfaceRole::kExternal;
};

/// Where the programs run: XDP, and tc for what refuses it; or tc only.
enum class Hook : std::uint8_t { kXdp, kTc };

struct XdpConfig {
    /// Folder on a bpffs, one per node, e.g. /sys/fs/bpf/suanlu/lab/R1; made when missing.
    std::string pin_folder;
    /// Outer source of steered packets: an address of this ingress below its locator.
    Ip6 outer_source;
    std::vector<XdpInterface> interfaces;
    Hook hook = Hook::kXdp;
    /// Fall back to generic (skb) mode where the driver has no XDP; counted and logged.
    bool allow_generic = true;
    /// Bound of the exception table; applies when the maps are made, adopted maps keep theirs.
    std::uint32_t exceptions = 65536;
    /// New exceptions per second that one CPU may write; 0 = as many as come.
    std::uint32_t insert_rate = 125'000;
    /// One new flow in so many is told of; 0 = none.
    std::uint32_t flow_sample = 64;
};

class XdpDataplane final : public Dataplane {
public:
    /// Adopts what is pinned, else makes it; then attaches every interface. kConflict when the pinned layout
    /// is another one (withdraw first), kKernel when the kernel refuses, kUnsupported without rights for
    /// eBPF.
    static Result<std::unique_ptr<XdpDataplane>> open(XdpConfig config, MonoTime now);
    ~XdpDataplane() override;

    Status apply(const Plan& plan, MonoTime now) override;
    Status set_paths(SiteId site, std::span<const UsablePath> usable) override;
    Status set_liveness(SiteId site, SiteLiveness liveness, MonoTime now) override;
    Status set_steering(ServiceId service, bool on) override;
    Status set_sids(std::span<const EngineSid> sids) override;
    Status tick(MonoTime now) override;
    Status reattach() override;

    /// Through the XDP build of the core, whatever the hook.
    Result<FlowRun> explain(const FlowQuestion& question) override;
    Result<EngineCounters> counters() override;
    Result<std::vector<EngineFlow>> flows(std::size_t limit) override;
    Result<std::vector<SlotView>> slots(ServiceId service) override;
    Result<Occupancy> occupancy() override;
    void take_loads(std::span<const SiteJobs> loads, MonoTime now) override;
    PlacementCount placement() const override;
    PlanId applied() const override;
    /// "xdp-native"; "xdp-generic", "tc" or "kernel" (plain routing) as soon as one interface runs so.
    std::string engine_name() const override;
    [[nodiscard]] EngineState state() const override;

    /// True when open() found pinned state and took it over.
    [[nodiscard]] bool is_adopted() const;
    /// Detaches all interfaces and removes every pin. The object takes no further calls.
    Status withdraw();

private:
    struct State;
    explicit XdpDataplane(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Removes links and pins below a folder without loading anything, for clean-up after another layout or a
/// crash.
Status withdraw_pins(const std::string& pin_folder);

} // namespace suanlu
