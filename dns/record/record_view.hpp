// SPDX-License-Identifier: Apache-2.0
// A record taken apart for people: what `suanluctl dns decode` shows. Any SVCB, HTTPS, CMP or TXT rdata in,
// rows out; octets of keys that nobody here knows are shown as hex. Pure.
#pragma once

#include "dns/record/records.hpp"

namespace suanlu::dns {

struct RecordView {
    std::string type;
    /// What stands before the keys: priority and target, site and generation.
    std::vector<FieldView> head;
    /// Compute keys, each with its fields.
    std::vector<KeyView> keys;
    /// Other SvcParams and strings, by name, in the order of the record.
    std::vector<FieldView> others;
};

/// A parameter that is no compute key, of a record that read_svcb has passed.
FieldView view_of_param(const SvcParam& param);

/// Of the four types that may.
bool has_compute_keys(std::uint16_t type);

/// kUnsupported for other types.
Result<RecordView> view_record(std::uint16_t type, ByteView rdata);

} // namespace suanlu::dns
