// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/run_writer.hpp"

#include "dns/answer/query.hpp"
#include "dns/record/rdata_names.hpp"

namespace suanlu::dns {

namespace {

constexpr std::uint16_t kPointer = 0xc000;

} // namespace

RunWriter::RunWriter(const DomainName& apex, const DomainName& owner, bool is_floating)
    : apex_(apex), question_(owner), is_floating_(is_floating) {
    constexpr std::size_t kUsualOctets = 512;
    run_.octets.reserve(kUsualOctets);
}

void RunWriter::add(Section section, const DomainName& owner, const Rrset& set, bool with_signatures) {
    const bool is_question = !is_floating_ && owner == question_ && !owner.is_root();
    add_records(section, is_question ? nullptr : &owner, set, with_signatures);
}

void RunWriter::add_at_question(Section section, const Rrset& set, bool with_signatures) {
    add_records(section, nullptr, set, with_signatures);
}

void RunWriter::add_records(Section section, const DomainName* owner, const Rrset& set,
                            bool with_signatures) {
    for (const Bytes& rdata : set.rdatas) {
        add_record(section, owner, set.type, set.ttl, rdata);
    }
    if (with_signatures) {
        for (const Bytes& signature : set.signatures) {
            add_record(section, owner, rr_type::kRrsig, set.ttl, signature);
        }
    }
}

void RunWriter::append(const Run& run) {
    for (const std::uint16_t place : run.apex_pointers) {
        run_.apex_pointers.push_back(static_cast<std::uint16_t>(run_.octets.size() + place));
    }
    put_bytes(run_.octets, run.octets);
    run_.answers = static_cast<std::uint16_t>(run_.answers + run.answers);
    run_.authority = static_cast<std::uint16_t>(run_.authority + run.authority);
    run_.additional = static_cast<std::uint16_t>(run_.additional + run.additional);
}

void RunWriter::append_optional(const Run& run) {
    if (!run.octets.empty()) {
        begin_optional();
        append(run);
    }
}

Run RunWriter::finish() && {
    if (!has_optional_) {
        run_.needed_octets = static_cast<std::uint32_t>(run_.octets.size());
        run_.needed_additional = run_.additional;
    }
    return std::move(run_);
}

void RunWriter::begin_optional() {
    if (!has_optional_) {
        has_optional_ = true;
        run_.needed_octets = static_cast<std::uint32_t>(run_.octets.size());
        run_.needed_additional = run_.additional;
    }
}

void RunWriter::add_record(Section section, const DomainName* owner, std::uint16_t type, std::uint32_t ttl,
                           const Bytes& rdata) {
    if (section == Section::kOptional) {
        begin_optional();
    }
    if (owner == nullptr) {
        put_integer(run_.octets, static_cast<std::uint16_t>(kPointer | kHeaderBytes));
    } else {
        put_name(*owner);
    }
    put_integer(run_.octets, type);
    put_integer(run_.octets, rr_class::kIn);
    put_integer(run_.octets, ttl);
    put_rdata(type, rdata);
    std::uint16_t& count = section == Section::kAnswer      ? run_.answers
                           : section == Section::kAuthority ? run_.authority
                                                            : run_.additional;
    ++count;
}

void RunWriter::put_name(const DomainName& name) {
    if (!is_floating_ && name == question_ && !name.is_root()) {
        put_integer(run_.octets, static_cast<std::uint16_t>(kPointer | kHeaderBytes));
        return;
    }
    if (apex_.is_root() || !name.is_at_or_below(apex_)) {
        put_bytes(run_.octets, name.wire());
        return;
    }
    put_bytes(run_.octets, name.wire().first(name.size() - apex_.size()));
    if (is_floating_) {
        run_.apex_pointers.push_back(static_cast<std::uint16_t>(run_.octets.size()));
    }
    put_integer(run_.octets,
                static_cast<std::uint16_t>(kPointer | (kHeaderBytes + question_.size() - apex_.size())));
}

void RunWriter::put_rdata(std::uint16_t type, const Bytes& rdata) {
    const std::size_t length_at = run_.octets.size();
    put_integer(run_.octets, std::uint16_t{0});
    const RdataNames names = names_of(type);
    put_bytes(run_.octets, ByteView(rdata).first(names.before));
    WireReader reader(rdata, names.before);
    for (std::size_t i = 0; i < names.names; ++i) {
        const auto name = DomainName::read_plain(reader);
        SL_CHECK(name.has_value()); // rdata of known types was read before it got here
        put_name(*name);
    }
    put_bytes(run_.octets, reader.rest());
    const std::size_t length = run_.octets.size() - length_at - 2;
    run_.octets[length_at] = static_cast<std::uint8_t>(length >> 8U);
    run_.octets[length_at + 1] = static_cast<std::uint8_t>(length);
}

} // namespace suanlu::dns
