// SPDX-License-Identifier: Apache-2.0
// What C++ thinks of wire.h against what the eBPF object's BTF says. (sl_flow_event goes through a ring
// buffer, which carries no type; its size is asserted in wire.h on both sides.)
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <map>

#include "dataplane/steer/wire.h"

namespace {

using Offsets = std::map<std::string, std::size_t>;

struct Layout {
    std::size_t size;
    Offsets offsets;
};

#define FIELD(type, name)                                                                                    \
    { #name, offsetof(type, name) }

const std::map<std::string, Layout> kLayouts = {
    {"sl_service_key",
     {sizeof(sl_service_key),
      {FIELD(sl_service_key, address), FIELD(sl_service_key, port_be), FIELD(sl_service_key, protocol),
       FIELD(sl_service_key, table), FIELD(sl_service_key, tenant), FIELD(sl_service_key, pad)}}},
    {"sl_service",
     {sizeof(sl_service),
      {FIELD(sl_service, generation), FIELD(sl_service, id), FIELD(sl_service, affinity),
       FIELD(sl_service, flags), FIELD(sl_service, slot_offset), FIELD(sl_service, slot_count),
       FIELD(sl_service, timeout_ticks), FIELD(sl_service, address_tag), FIELD(sl_service, clamp_mtu),
       FIELD(sl_service, bucket), FIELD(sl_service, bucket_count), FIELD(sl_service, mark),
       FIELD(sl_service, quic_offset), FIELD(sl_service, quic_length), FIELD(sl_service, cost_count),
       FIELD(sl_service, cost_offset), FIELD(sl_service, application_be)}}},
    {"sl_site",
     {sizeof(sl_site),
      {FIELD(sl_site, generation), FIELD(sl_site, id), FIELD(sl_site, state), FIELD(sl_site, usable),
       FIELD(sl_site, counter), FIELD(sl_site, pad), FIELD(sl_site, choice), FIELD(sl_site, paths)}}},
    {"sl_path_counter",
     {sizeof(sl_path_counter),
      {FIELD(sl_path_counter, packets), FIELD(sl_path_counter, bytes), FIELD(sl_path_counter, drops)}}},
    {"sl_site_counter",
     {sizeof(sl_site_counter), {FIELD(sl_site_counter, paths), FIELD(sl_site_counter, named)}}},
    {"sl_path",
     {sizeof(sl_path),
      {FIELD(sl_path, interface), FIELD(sl_path, inner_mtu), FIELD(sl_path, outer), FIELD(sl_path, argument),
       FIELD(sl_path, destination_mac), FIELD(sl_path, source_mac), FIELD(sl_path, pad),
       FIELD(sl_path, header)}}},
    {"sl_sid_key", {sizeof(sl_sid_key), {FIELD(sl_sid_key, length), FIELD(sl_sid_key, address)}}},
    {"sl_sid",
     {sizeof(sl_sid),
      {FIELD(sl_sid, interface), FIELD(sl_sid, mtu), FIELD(sl_sid, behaviour), FIELD(sl_sid, for_kernel),
       FIELD(sl_sid, destination_mac), FIELD(sl_sid, source_mac), FIELD(sl_sid, table)}}},
    {"sl_target",
     {sizeof(sl_target),
      {FIELD(sl_target, next), FIELD(sl_target, effective), FIELD(sl_target, rank), FIELD(sl_target, pad)}}},
    {"sl_cost",
     {sizeof(sl_cost),
      {FIELD(sl_cost, sent), FIELD(sl_cost, cost_us), FIELD(sl_cost, per_flow_us), FIELD(sl_cost, sent_then),
       FIELD(sl_cost, until), FIELD(sl_cost, gap_us), FIELD(sl_cost, second), FIELD(sl_cost, second_rank)}}},
    {"sl_flow_key",
     {sizeof(sl_flow_key),
      {FIELD(sl_flow_key, source), FIELD(sl_flow_key, address_tag), FIELD(sl_flow_key, port_be),
       FIELD(sl_flow_key, service)}}},
    {"sl_exception", {sizeof(sl_exception), {FIELD(sl_exception, word)}}},
    {"sl_tenant_key",
     {sizeof(sl_tenant_key),
      {FIELD(sl_tenant_key, interface), FIELD(sl_tenant_key, outer_vlan), FIELD(sl_tenant_key, inner_vlan),
       FIELD(sl_tenant_key, table)}}},
    {"sl_tenant", {sizeof(sl_tenant), {FIELD(sl_tenant, id)}}},
    {"sl_wide_key",
     {sizeof(sl_wide_key),
      {FIELD(sl_wide_key, address), FIELD(sl_wide_key, tenant), FIELD(sl_wide_key, length),
       FIELD(sl_wide_key, table)}}},
    {"sl_wide", {sizeof(sl_wide), {FIELD(sl_wide, first), FIELD(sl_wide, count)}}},
    {"sl_wide_lengths",
     {sizeof(sl_wide_lengths),
      {FIELD(sl_wide_lengths, mask), FIELD(sl_wide_lengths, length), FIELD(sl_wide_lengths, count),
       FIELD(sl_wide_lengths, tenants)}}},
    {"sl_rule",
     {sizeof(sl_rule),
      {FIELD(sl_rule, service), FIELD(sl_rule, port_low), FIELD(sl_rule, port_high), FIELD(sl_rule, protocol),
       FIELD(sl_rule, dscp), FIELD(sl_rule, vlan)}}},
    {"sl_access_key",
     {sizeof(sl_access_key),
      {FIELD(sl_access_key, length), FIELD(sl_access_key, service), FIELD(sl_access_key, table),
       FIELD(sl_access_key, source)}}},
    {"sl_access", {sizeof(sl_access), {FIELD(sl_access, is_allowed)}}},
    {"sl_bucket",
     {sizeof(sl_bucket),
      {FIELD(sl_bucket, until), FIELD(sl_bucket, cost), FIELD(sl_bucket, depth), FIELD(sl_bucket, dscp),
       FIELD(sl_bucket, mark), FIELD(sl_bucket, pad)}}},
    {"sl_server_key",
     {sizeof(sl_server_key),
      {FIELD(sl_server_key, id), FIELD(sl_server_key, service), FIELD(sl_server_key, table),
       FIELD(sl_server_key, pad)}}},
    {"sl_server", {sizeof(sl_server), {FIELD(sl_server, site)}}},
    {"sl_fragment",
     {sizeof(sl_fragment),
      {FIELD(sl_fragment, place), FIELD(sl_fragment, hash), FIELD(sl_fragment, transport)}}},
    {"sl_starts_key", {sizeof(sl_starts_key), {FIELD(sl_starts_key, service), FIELD(sl_starts_key, site)}}},
    {"sl_counter",
     {sizeof(sl_counter),
      {FIELD(sl_counter, packets), FIELD(sl_counter, bytes), FIELD(sl_counter, starts),
       FIELD(sl_counter, drops)}}},
    {"sl_control",
     {sizeof(sl_control),
      {FIELD(sl_control, layout), FIELD(sl_control, table), FIELD(sl_control, hash_seed),
       FIELD(sl_control, sid_block), FIELD(sl_control, marks), FIELD(sl_control, sample_limit),
       FIELD(sl_control, plan_epoch), FIELD(sl_control, plan_generation), FIELD(sl_control, plan_controller),
       FIELD(sl_control, wide), FIELD(sl_control, insert_gap)}}},
};

std::string object_file;

TEST(Layout, EveryStructure_SameInTheKernelObject) {
    btf* types = btf__parse_elf(object_file.c_str(), nullptr);
    ASSERT_NE(types, nullptr) << object_file;
    for (const auto& [name, layout] : kLayouts) {
        const int id = btf__find_by_name_kind(types, name.c_str(), BTF_KIND_STRUCT);
        ASSERT_GT(id, 0) << name;
        const btf_type* type = btf__type_by_id(types, static_cast<std::uint32_t>(id));
        EXPECT_EQ(type->size, layout.size) << name;
        Offsets seen;
        for (std::uint16_t i = 0; i < btf_vlen(type); i++) {
            seen[btf__name_by_offset(types, btf_members(type)[i].name_off)] =
                btf_member_bit_offset(type, i) / 8;
        }
        EXPECT_EQ(seen, layout.offsets) << name;
    }
    btf__free(types);
}

} // namespace

int main(int count, char** words) {
    testing::InitGoogleTest(&count, words);
    object_file = count > 1 ? words[1] : "";
    return RUN_ALL_TESTS();
}
