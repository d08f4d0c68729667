// SPDX-License-Identifier: Apache-2.0
// Which fields of the inputs and Plans a journal holds, in order: one list for writing and reading. Changing
// it changes the format: raise the number in kJournalMagic. Integers are little-endian, texts and lists have
// a 32-bit count in front. Pure.
#pragma once

#include <bit>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "controller/decision/journal.hpp"

namespace suanlu::journal {

template <class A>
void fields(A& a, Ip6& x) {
    for (auto& byte : x.bytes) {
        a(byte);
    }
}
template <class A>
void fields(A& a, Prefix6& x) {
    a(x.address, x.length);
}
template <class A, class T, class N>
void fields(A& a, Unit<T, N>& x) {
    a(x.value);
}
template <class A, class T, class N>
void fields(A& a, Id<T, N>& x) {
    a(x.value);
}
template <class A>
void fields(A& a, Quantity& x) {
    a(x.name, x.value, x.unit, x.source, x.observed_unix_ns, x.stale);
}
template <class A>
void fields(A& a, InstanceReport& x) {
    a(x.service, x.slots_total, x.slots_usable, x.running, x.waiting, x.rate_per_slot, x.utilisation, x.cv2,
      x.completed, x.raw);
}
template <class A>
void fields(A& a, SiteReport& x) {
    a(x.site, x.boot_id, x.sequence, x.wall_unix_ns, x.instances, x.host);
}
template <class A>
void fields(A& a, IngressServiceCount& x) {
    a(x.service, x.client_class, x.new_flows, x.packets, x.bytes, x.drops, x.new_flows_by_site);
}
template <class A>
void fields(A& a, PathMeasurement& x) {
    a(x.path, x.site, x.up, x.delay_one_way, x.sent, x.received);
}
template <class A>
void fields(A& a, FlowSample& x) {
    a(x.service, x.source, x.site, x.kind, x.age_s);
}
template <class A>
void fields(A& a, SiteRest& x) {
    a(x.slots, x.exceptions, x.is_counted);
}
template <class A>
void fields(A& a, IngressReport& x) {
    a(x.node, x.boot_id, x.sequence, x.uptime_s, x.mode, x.services, x.paths, x.sites, x.flows, x.reasons,
      x.rests);
}
template <class A>
void fields(A& a, LinkState& x) {
    a(x.from, x.to, x.local, x.remote, x.igp_metric, x.te_metric, x.delay, x.delay_min, x.delay_max, x.jitter,
      x.bandwidth);
    a(x.bandwidth_used, x.admin_group, x.up, x.srlgs, x.layer, x.protection, x.legal_area);
}
template <class A>
void fields(A& a, LinkReport& x) {
    a(x.source, x.sequence, x.links);
}
template <class A>
void fields(A& a, Segment& x) {
    a(x.node, x.usid);
}
template <class A>
void fields(A& a, PathPlan& x) {
    a(x.id, x.egress, x.segments.segments, x.mode, x.sids, x.weight, x.destination6, x.destination4, x.delay,
      x.mtu, x.links);
}
template <class A>
void fields(A& a, SitePlan& x) {
    a(x.id, x.name, x.probe_address, x.paths, x.is_probed, x.is_told_down, x.is_draining);
}
template <class A>
void fields(A& a, SiteShare& x) {
    a(x.site, x.ppm);
}
template <class A>
void fields(A& a, SitePlacement& x) {
    a(x.site, x.draw_ppm, x.static_cost, x.one_way, x.service_time, x.balance_millijobs, x.relaxation,
      x.drain_per_job, x.full_at, x.own_flows_per_ks, x.stride, x.delta, x.slope);
}
template <class A>
void fields(A& a, PlacementTable& x) {
    a(x.exception_ppm, x.most_age_millis, x.sites);
}
template <class A>
void fields(A& a, AccessRule& x) {
    a(x.source, x.is_allowed);
}
template <class A>
void fields(A& a, RateLimit& x) {
    a(x.dscp, x.bytes_per_second, x.burst_bytes, x.mark);
}
template <class A>
void fields(A& a, QuicServers::Server& x) {
    a(x.site, x.id);
}
template <class A>
void fields(A& a, ServiceTraffic& x) {
    a(x.prefixes, x.last_port, x.dscp, x.vlan, x.tenant, x.access, x.rates, x.mark, x.application, x.is_quic,
      x.quic.offset, x.quic.length, x.quic.servers);
}
template <class A>
void fields(A& a, TenantTag& x) {
    a(x.tenant, x.interface, x.outer_vlan, x.inner_vlan);
}
template <class A>
void fields(A& a, ServicePlan& x) {
    a(x.id, x.name, x.addresses, x.transport, x.port, x.affinity, x.affinity_timeout, x.slots, x.shares,
      x.static_shares, x.placement, x.traffic);
}
template <class A>
void fields(A& a, LocalSid& x) {
    a(x.sid, x.behaviour, x.next_hop, x.interface, x.table);
}
template <class A>
void fields(A& a, Plan& x) {
    a(x.node, x.sid_block, x.local_sids, x.sites, x.services, x.tenants);
}
template <class A>
void fields(A& a, Duration& x) {
    std::int64_t ns = x.count();
    a(ns);
    x = Duration(ns);
}
template <class A>
void fields(A& a, DecisionLimits& x) {
    a(x.tick, x.report_max_age, x.link_max_age, x.warm_up);
}
template <class A>
void fields(A& a, JournalStart& x) {
    a(x.limits, x.adopted, x.inventory_mark, x.is_continued, x.policies);
}
template <class A>
void fields(A& a, JournalSite& x) {
    a(x.wall_unix_ns, x.report);
}
template <class A>
void fields(A& a, JournalPolicy& x) {
    a(x.service, x.policy);
}
template <class A>
void fields(A& a, JournalDrain& x) {
    a(x.site, x.is_on);
}
template <class A>
void fields(A&, JournalTick&) {
}
template <class A>
void fields(A& a, JournalPlans& x) {
    a(x.plans);
}
template <class A, class K, class V>
void fields(A& a, std::pair<K, V>& x) {
    a(x.first, x.second);
}

class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}
    template <class... T>
    void operator()(T&... x) {
        (one(x), ...);
    }

private:
    template <class T>
    void one(T& x) {
        if constexpr (std::is_same_v<T, double>) {
            integer(std::bit_cast<std::uint64_t>(x));
        } else if constexpr (std::is_same_v<T, bool>) {
            integer(static_cast<std::uint8_t>(x));
        } else if constexpr (std::is_enum_v<T>) {
            integer(static_cast<std::underlying_type_t<T>>(x));
        } else if constexpr (std::is_integral_v<T>) {
            integer(static_cast<std::make_unsigned_t<T>>(x));
        } else {
            fields(*this, x);
        }
    }
    template <class T>
    void integer(T x) {
        for (std::size_t k = 0; k < sizeof x; ++k) {
            out_.push_back(static_cast<char>(static_cast<std::uint8_t>(x >> (8 * k))));
        }
    }
    void one(std::string& x) {
        integer(static_cast<std::uint32_t>(x.size()));
        out_ += x;
    }
    template <class T>
    void one(std::vector<T>& x) {
        integer(static_cast<std::uint32_t>(x.size()));
        for (T& each : x) {
            one(each);
        }
    }
    template <class K, class V>
    void one(std::map<K, V>& x) {
        integer(static_cast<std::uint32_t>(x.size()));
        for (auto& [key, value] : x) {
            K copy = key;
            one(copy);
            one(value);
        }
    }
    template <class T>
    void one(std::optional<T>& x) {
        integer(static_cast<std::uint8_t>(x.has_value()));
        if (x) {
            one(*x);
        }
    }

    std::string& out_;
};

/// Refuses what does not fit: every later read gives zeros, and `why` says the first reason.
class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}
    template <class... T>
    void operator()(T&... x) {
        (one(x), ...);
    }
    [[nodiscard]] const std::string& why() const { return why_; }
    [[nodiscard]] std::size_t left() const { return bytes_.size(); }

private:
    template <class T>
    void one(T& x) {
        if constexpr (std::is_same_v<T, double>) {
            x = std::bit_cast<double>(integer<std::uint64_t>());
        } else if constexpr (std::is_same_v<T, bool>) {
            x = integer<std::uint8_t>(1) != 0;
        } else if constexpr (std::is_enum_v<T>) {
            // The largest enumeration has five values but Transport, which is the protocol's number.
            x = static_cast<T>(integer<std::underlying_type_t<T>>(std::is_same_v<T, Transport> ? 17 : 4));
        } else if constexpr (std::is_integral_v<T>) {
            x = static_cast<T>(integer<std::make_unsigned_t<T>>());
        } else {
            fields(*this, x);
        }
    }
    template <class T>
    T integer(T most = static_cast<T>(~T{0})) {
        T out = 0;
        if (bytes_.size() < sizeof out) {
            fail("ends within a field");
            return 0;
        }
        for (std::size_t k = 0; k < sizeof out; ++k) {
            out = static_cast<T>(
                out | static_cast<T>(static_cast<T>(static_cast<std::uint8_t>(bytes_[k])) << (8 * k)));
        }
        bytes_.remove_prefix(sizeof out);
        if (out > most) {
            fail("a value outside its range");
            return 0;
        }
        return out;
    }
    /// Every element takes a byte at least, so no count is believed beyond what is left.
    std::size_t count() {
        const auto out = integer<std::uint32_t>();
        if (out > bytes_.size()) {
            fail("a count above what is left");
            return 0;
        }
        return out;
    }
    void one(std::string& x) {
        const std::size_t size = count();
        x.assign(bytes_.substr(0, size));
        bytes_.remove_prefix(size);
    }
    template <class T>
    void one(std::vector<T>& x) {
        const std::size_t size = count();
        for (std::size_t k = 0; k < size && why_.empty(); ++k) {
            one(x.emplace_back());
        }
    }
    template <class K, class V>
    void one(std::map<K, V>& x) {
        const std::size_t size = count();
        for (std::size_t k = 0; k < size && why_.empty(); ++k) {
            K key;
            one(key);
            one(x[key]);
        }
    }
    template <class T>
    void one(std::optional<T>& x) {
        if (integer<std::uint8_t>(1) != 0) {
            one(x.emplace());
        }
    }
    void fail(const char* why) {
        why_ = why_.empty() ? why : why_;
        bytes_ = {};
    }

    std::string_view bytes_;
    std::string why_;
};

} // namespace suanlu::journal
