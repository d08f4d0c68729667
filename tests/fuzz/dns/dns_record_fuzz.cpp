// SPDX-License-Identifier: Apache-2.0
// Any octets as rdata, as a compressed name and as text: no crash, no endless walk; what is read is written
// the same, and every refusal of octets says where.
#include "dns/record/record_view.hpp"
#include "dns/record/rr_type.hpp"
#include "message_check.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using suanlu::dns::fuzz::require;

void walk_names(ByteView bytes) {
    for (std::size_t offset = 0; offset < bytes.size() && offset < 64; ++offset) {
        WireReader reader(bytes, offset);
        const auto name = DomainName::read(bytes, reader);
        if (!name) {
            require(name.error().detail.starts_with("offset "));
            continue;
        }
        require(name->size() <= kMostNameBytes && reader.offset() > offset);
        const auto again = DomainName::parse(name->text());
        require(again && again->wire().size() == name->size() &&
                text_of(again->wire()) == text_of(name->wire()));
        require(name->is_at_or_below(name->parent()) && (*name <=> *again) == std::weak_ordering::equivalent);
    }
}

void walk_rdata(ByteView bytes) {
    if (const auto svcb = read_svcb(bytes)) {
        require(text_of(write_svcb(*svcb)) == text_of(bytes));
    }
    if (const auto cmp = read_cmp(bytes)) {
        require(*read_cmp(write_cmp(*cmp)) == *cmp);
        if (const auto keys = compute_keys_of(cmp->params)) {
            require(*compute_keys_of(*read_txt(write_txt(*keys))) == *keys);
            SvcParams params = cmp->params;
            put_compute_keys(params, *keys);
            require(params == cmp->params);
        }
    }
    for (const std::uint16_t type : {rr_type::kSvcb, rr_type::kCmp, rr_type::kTxt}) {
        (void)view_record(type, bytes);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const ByteView input(bytes, size);
    walk_names(input);
    walk_rdata(input);
    ComputeKeys keys;
    if (read_compute_text(text_of(input), keys)) {
        ComputeKeys again;
        require(bool(read_compute_text(compute_texts(keys).at(0), again)) && again == keys);
    }
    return 0;
}
