// SPDX-License-Identifier: Apache-2.0
// A Decision on a virtual clock: one ingress, two sites, a triangle of links.
#pragma once

#include "controller/decision/decision.hpp"
#include "controller/decision/inventory_file.hpp"

namespace suanlu {

inline const std::string kSmallInventory = R"(srv6: {block: "fc00:0::/32"}
routers:
  - {name: R1, locator: "fc00:0:1::/48", ingress: true, client_class: cameras}
  - {name: P1, locator: "fc00:0:a1::/48"}
  - {name: E1, locator: "fc00:0:e1::/48"}
  - {name: E2, locator: "fc00:0:e2::/48"}
core_mtu: 2000
sites:
  - name: near
    id: 1
    address: "2001:db8:51::1"
    attachments: [{egress: E1, interface: eth1, next_hop6: "2001:db8:7::1", sid6: "fc00:0:e1:f006::", mtu: 2000}]
    services: [{service: analysis, slots: 4, rate_per_slot: 20}, {service: video, slots: 4, rate_per_slot: 20}]
  - name: far
    id: 2
    address: "2001:db8:52::1"
    attachments: [{egress: E2, interface: eth1, next_hop6: "2001:db8:7::2", sid6: "fc00:0:e2:f006::", mtu: 2000}]
    services: [{service: analysis, slots: 4, rate_per_slot: 20}, {service: video, slots: 4, rate_per_slot: 20}]
services:
  - {name: analysis, id: 1, addresses: ["2001:db8:a::1"], transport: tcp, port: 8080}
  - {name: video, id: 2, addresses: ["2001:db8:a::1"], transport: udp, port: 9001, affinity: movable}
)";

struct DecisionBench {
    VirtualClock clock;
    std::unique_ptr<Decision> decision;
    std::uint64_t sequence = 0;
    std::map<std::string, Plan> plans;

    explicit DecisionBench(const ShareTable& adopted = {}) {
        auto inventory = parse_inventory(kSmallInventory, "small.yaml");
        SL_CHECK(inventory.has_value());
        decision = std::make_unique<Decision>(*std::move(inventory), DecisionLimits{}, adopted, clock.now());
    }
    static std::vector<LinkState> link(const std::string& a, const std::string& b, std::uint32_t us) {
        LinkState forward;
        forward.from = a;
        forward.to = b;
        forward.delay = Microseconds{us};
        LinkState back = forward;
        std::swap(back.from, back.to);
        return {forward, back};
    }
    static LinkReport links(bool with_near = true) {
        LinkReport out;
        out.source = "P1";
        for (const auto& [a, b, us] : std::vector<std::tuple<const char*, const char*, std::uint32_t>>{
                 {"R1", "P1", 500}, {"P1", "E1", 500}, {"P1", "E2", 3000}}) {
            if (with_near || std::string(b) != "E1") {
                const auto both = link(a, b, us);
                out.links.insert(out.links.end(), both.begin(), both.end());
            }
        }
        return out;
    }
    SiteReport site(const std::string& name, double usable, double utilisation = 0.2) {
        SiteReport out;
        out.site = name;
        out.boot_id = "boot";
        out.sequence = ++sequence;
        for (const char* service : {"analysis", "video"}) {
            InstanceReport instance;
            instance.service = service;
            instance.slots_total = 4;
            instance.slots_usable = usable;
            instance.rate_per_slot = {20};
            instance.utilisation = utilisation;
            out.instances.push_back(instance);
        }
        return out;
    }
    Status report(const std::string& name, double usable, double utilisation = 0.2) {
        return decision->take(site(name, usable, utilisation), clock.now(), 0);
    }
    IngressReport ingress(std::uint64_t flows, const std::string& boot = "a") {
        IngressReport out;
        out.node = "R1";
        out.boot_id = boot;
        out.sequence = ++sequence;
        out.services = {{"analysis", "cameras", flows, 0, 0, 0, {}}};
        return out;
    }
    /// Links, both sites, one tick: Plans are out.
    void begin() {
        SL_CHECK(decision->take(links(), clock.now()).has_value());
        SL_CHECK(report("near", 4).has_value());
        SL_CHECK(report("far", 4).has_value());
        collect();
    }
    /// How many Plans came.
    std::size_t collect() {
        const std::vector<Plan> fresh = decision->take_plans();
        for (const Plan& plan : fresh) {
            plans[plan.node] = plan;
        }
        return fresh.size();
    }
    [[nodiscard]] std::uint32_t ppm(const std::string& service, std::uint16_t site) const {
        const auto plan = plans.find("R1");
        if (plan == plans.end()) {
            return 0;
        }
        for (const ServicePlan& s : plan->second.services) {
            for (const SiteShare& share : s.shares) {
                if (s.name == service && share.site.value == site) {
                    return share.ppm;
                }
            }
        }
        return 0;
    }
    /// Ticks every 100 ms while both sites go on reporting.
    void pass(Duration time, double near = 4, double far = 4) {
        for (Duration done{0}; done < time; done += std::chrono::milliseconds(100)) {
            clock.advance(std::chrono::milliseconds(100));
            SL_CHECK(report("near", near).has_value() && report("far", far).has_value());
            decision->tick(clock.now());
            collect();
        }
    }
};

} // namespace suanlu
