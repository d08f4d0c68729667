// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/field_codec.hpp"
#include "proto/codec/report_codec.hpp"
#include "suanlu/v1/site.pb.h"

namespace suanlu {

namespace {

using codec::check_count;
using codec::check_name;
using codec::check_number;
using codec::check_text;
using codec::item_path;

/// More slots or jobs than any site has; keeps sums far from losing precision.
constexpr double kMostCount = 1e9;
constexpr std::size_t kMaxUrl = 2'048;

Result<Quantity> decode_quantity(const std::string& at, const v1::Quantity& from) {
    SL_TRY_VOID(check_name(at + "name", from.name()));
    SL_TRY_VOID(check_number(at + "value", from.value(), -1e300, 1e300));
    SL_TRY_VOID(check_name(at + "unit", from.unit(), true));
    SL_TRY_VOID(check_text(at + "source", from.source(), kMaxUrl));
    return Quantity{from.name(), from.value(), from.unit(), from.source(), from.observed_unix_ns(),
                    from.stale()};
}

void encode_quantity(const Quantity& from, v1::Quantity& to) {
    to.set_name(from.name);
    to.set_value(from.value);
    to.set_unit(from.unit);
    to.set_source(from.source);
    to.set_observed_unix_ns(from.observed_unix_ns);
    to.set_stale(from.stale);
}

Result<InstanceReport> decode_instance(const std::string& at, const v1::InstanceReport& from) {
    InstanceReport out;
    SL_TRY_VOID(check_name(at + "service", from.service()));
    SL_TRY_VOID(check_number(at + "slots_total", from.slots_total(), 0, kMostCount));
    SL_TRY_VOID(check_number(at + "slots_usable", from.slots_usable(), 0, kMostCount));
    SL_TRY_VOID(check_number(at + "running", from.running(), 0, kMostCount));
    SL_TRY_VOID(check_number(at + "waiting", from.waiting(), 0, kMostCount));
    SL_TRY_VOID(check_number(at + "rate_per_slot", from.rate_per_slot(), 0, kMostCount));
    // A page read between two updates of its counters may show a little over one.
    SL_TRY_VOID(check_number(at + "utilisation", from.utilisation(), 0, 100));
    SL_TRY_VOID(check_number(at + "cv2", from.cv2(), -kMostCount, kMostCount));
    SL_TRY_VOID(check_count(at + "raw", from.raw_size(), kMaxReportQuantities));
    out.service = from.service();
    out.slots_total = from.slots_total();
    out.slots_usable = from.slots_usable();
    out.running = from.running();
    out.waiting = from.waiting();
    out.rate_per_slot.value = from.rate_per_slot();
    out.utilisation = from.utilisation();
    out.cv2 = from.cv2();
    out.completed = from.completed();
    for (int i = 0; i < from.raw_size(); ++i) {
        SL_TRY(Quantity quantity, decode_quantity(item_path(at + "raw", i), from.raw(i)));
        out.raw.push_back(std::move(quantity));
    }
    return out;
}

void encode_instance(const InstanceReport& from, v1::InstanceReport& to) {
    to.set_service(from.service);
    to.set_slots_total(from.slots_total);
    to.set_slots_usable(from.slots_usable);
    to.set_running(from.running);
    to.set_waiting(from.waiting);
    to.set_rate_per_slot(from.rate_per_slot.value);
    to.set_utilisation(from.utilisation);
    to.set_cv2(from.cv2);
    to.set_completed(from.completed);
    for (const Quantity& quantity : from.raw) {
        encode_quantity(quantity, *to.add_raw());
    }
}

} // namespace

void encode(const SiteReport& from, v1::SiteReport& to) {
    to.Clear();
    to.set_site(from.site);
    to.set_boot_id(from.boot_id);
    to.set_sequence(from.sequence);
    to.set_wall_unix_ns(from.wall_unix_ns);
    for (const InstanceReport& instance : from.instances) {
        encode_instance(instance, *to.add_instances());
    }
    for (const Quantity& quantity : from.host) {
        encode_quantity(quantity, *to.add_host());
    }
}

Result<SiteReport> decode(const v1::SiteReport& from) {
    SiteReport out;
    SL_TRY_VOID(check_name("site", from.site()));
    SL_TRY_VOID(check_name("boot_id", from.boot_id()));
    SL_TRY_VOID(check_count("instances", from.instances_size(), kMaxReportInstances));
    SL_TRY_VOID(check_count("host", from.host_size(), kMaxReportQuantities));
    out.site = from.site();
    out.boot_id = from.boot_id();
    out.sequence = from.sequence();
    out.wall_unix_ns = from.wall_unix_ns();
    for (int i = 0; i < from.instances_size(); ++i) {
        SL_TRY(InstanceReport instance, decode_instance(item_path("instances", i), from.instances(i)));
        out.instances.push_back(std::move(instance));
    }
    for (int i = 0; i < from.host_size(); ++i) {
        SL_TRY(Quantity quantity, decode_quantity(item_path("host", i), from.host(i)));
        out.host.push_back(std::move(quantity));
    }
    return out;
}

} // namespace suanlu
