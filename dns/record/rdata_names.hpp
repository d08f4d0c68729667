// SPDX-License-Identifier: Apache-2.0
// Where names stand in rdata that may hold compressed ones: the types of RFC 1035, and no others (RFC 3597
// section 4). Pure.
#pragma once

#include "dns/record/domain_name.hpp"
#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

/// Octets in front of the first name of rdata, and how many names there are; 0 names = nothing to compress.
struct RdataNames {
    std::size_t before = 0;
    std::size_t names = 0;
};

constexpr RdataNames names_of(std::uint16_t type) {
    switch (type) {
    case rr_type::kNs:
    case rr_type::kCname:
    case rr_type::kPtr:
        return {0, 1};
    case rr_type::kMx:
        return {2, 1};
    case rr_type::kSoa:
        return {0, 2};
    default:
        return {};
    }
}

/// The `length` octets of rdata at the reader's place in `message`, names in them written out.
inline Result<Bytes> read_rdata(ByteView message, WireReader& reader, std::uint16_t type,
                                std::size_t length) {
    SL_TRY(const ByteView whole, reader.take(length));
    WireReader rdata(message.first(reader.offset()), reader.offset() - whole.size());
    const RdataNames names = names_of(type);
    SL_TRY(const ByteView before, rdata.take(names.before));
    Bytes out(before.begin(), before.end());
    for (std::size_t i = 0; i < names.names; ++i) {
        SL_TRY(const DomainName name, DomainName::read(message, rdata));
        put_bytes(out, name.wire());
    }
    put_bytes(out, rdata.rest());
    return out;
}

} // namespace suanlu::dns
