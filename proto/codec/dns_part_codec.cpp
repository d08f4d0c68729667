// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/dns_part_codec.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "core/model/plan.hpp"
#include "proto/codec/dns_codec.hpp"
#include "proto/codec/field_codec.hpp"
#include "suanlu/v1/dns.pb.h"

namespace suanlu {

namespace {

using namespace codec;

constexpr int kMostAddresses = 64;
constexpr int kMostAlpn = 8;
constexpr std::size_t kMostAlpnId = 255; // RFC 7301 section 3.1

/// What DNS calls a label here: letters, digits, hyphens, lower case (RFC 1123 section 2.1).
Status check_label(std::string_view field, std::string_view text) {
    const auto is_fine = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    if (text.empty() || text.size() > 63 || !std::all_of(text.begin(), text.end(), is_fine) ||
        text.front() == '-' || text.back() == '-') {
        return bad_field(field, "is no DNS label in lower case");
    }
    return {};
}

/// A number that fits the type and is at most `most`.
template <class Number>
Status read(Number& to, const std::string& field, std::uint32_t value,
            std::uint32_t most = std::numeric_limits<Number>::max()) {
    SL_TRY_VOID(check_range(field, value, 0, most));
    to = static_cast<Number>(value);
    return {};
}

template <class Word>
Status read_word(Word& to, const std::string& field, std::uint32_t value, Word last) {
    SL_TRY_VOID(check_range(field, value, 0, static_cast<std::uint32_t>(last)));
    to = static_cast<Word>(value);
    return {};
}

Result<std::uint16_t> read_id(const std::string& field, std::uint32_t value) {
    SL_TRY_VOID(check_range(field, value, 1, 0xffff));
    return static_cast<std::uint16_t>(value);
}

template <class List>
Result<std::vector<Ip6>> read_addresses(const std::string& field, const List& from, bool may_be_empty) {
    SL_TRY_VOID(check_count(field, from.size(), kMostAddresses));
    if (from.empty() && !may_be_empty) {
        return bad_field(field, "is missing");
    }
    std::vector<Ip6> out;
    for (int i = 0; i < from.size(); ++i) {
        SL_TRY(const Ip6 address, read_address(field, from.Get(i)));
        out.push_back(address);
    }
    return out;
}

template <class List>
void write_addresses(const std::vector<Ip6>& from, List* to) {
    for (const Ip6& address : from) {
        to->Add({address.bytes.begin(), address.bytes.end()});
    }
}

void encode(const ComputeGrade& from, v1::DnsGrade& to) {
    to.set_family(static_cast<std::uint32_t>(from.family));
    to.set_step(from.step);
    to.set_size(static_cast<std::uint32_t>(from.size));
    to.set_accelerator(static_cast<std::uint32_t>(from.accelerator));
    to.set_benchmark(static_cast<std::uint32_t>(from.benchmark));
    to.set_score(from.score);
    to.set_precision(static_cast<std::uint32_t>(from.precision));
    to.set_workload(static_cast<std::uint32_t>(from.workload));
}

Result<ComputeGrade> decode(const std::string& at, const v1::DnsGrade& from) {
    ComputeGrade out;
    SL_TRY_VOID(read_word(out.family, at + "family", from.family(), GradeFamily::kP));
    SL_TRY_VOID(read(out.step, at + "step", from.step()));
    SL_TRY_VOID(read_word(out.size, at + "size", from.size(), GradeSize::kXlarge));
    SL_TRY_VOID(read_word(out.accelerator, at + "accelerator", from.accelerator(), Accelerator::kOther));
    SL_TRY_VOID(read_word(out.benchmark, at + "benchmark", from.benchmark(), BenchmarkKind::kLlmTokens));
    out.score = from.score();
    SL_TRY_VOID(read_word(out.precision, at + "precision", from.precision(), Precision::kInt4));
    SL_TRY_VOID(read_word(out.workload, at + "workload", from.workload(), Workload::kInference));
    return out;
}

void encode(const DnsCompute& from, v1::DnsCompute& to) {
    if (from.grade) {
        encode(*from.grade, *to.mutable_grade());
    }
    if (from.capacity) {
        to.mutable_capacity()->set_free_permille(from.capacity->free_permille);
        to.mutable_capacity()->set_queue(from.capacity->queue);
        to.mutable_capacity()->set_free_units(from.capacity->free_units);
    }
    if (from.inference) {
        to.mutable_inference()->set_free_tokens_per_s(from.inference->free_tokens_per_s);
        to.mutable_inference()->set_first_token_ms(from.inference->first_token_ms);
    }
    if (from.price) {
        to.mutable_price()->set_micros(from.price->micros);
        to.mutable_price()->set_unit(static_cast<std::uint32_t>(from.price->unit));
        to.mutable_price()->set_currency(from.price->currency);
    }
    if (from.energy) {
        to.mutable_energy()->set_millijoules_per_token(from.energy->millijoules_per_token);
        to.mutable_energy()->set_carbon_g_per_kwh(from.energy->carbon_g_per_kwh);
        to.mutable_energy()->set_renewable_percent(from.energy->renewable_percent);
    }
    if (from.score) {
        to.set_score(*from.score);
    }
}

Status decode_stated(const std::string& at, const v1::DnsCompute& from, DnsCompute& out) {
    if (from.has_grade()) {
        SL_TRY(out.grade, decode(at + "grade.", from.grade()));
    }
    if (from.has_price()) {
        DnsPrice& price = out.price.emplace();
        price.micros = from.price().micros();
        SL_TRY_VOID(check_range(at + "price.unit", from.price().unit(), 1, 2));
        price.unit = static_cast<PriceUnit>(from.price().unit());
        SL_TRY_VOID(read(price.currency, at + "price.currency", from.price().currency(), 999));
    }
    if (from.has_energy()) {
        DnsEnergy& energy = out.energy.emplace();
        energy.millijoules_per_token = from.energy().millijoules_per_token();
        SL_TRY_VOID(
            read(energy.carbon_g_per_kwh, at + "energy.carbon_g_per_kwh", from.energy().carbon_g_per_kwh()));
        SL_TRY_VOID(read(energy.renewable_percent, at + "energy.renewable_percent",
                         from.energy().renewable_percent(), 100));
    }
    return {};
}

Result<DnsCompute> decode(const std::string& at, const v1::DnsCompute& from) {
    DnsCompute out;
    SL_TRY_VOID(decode_stated(at, from, out));
    if (from.has_capacity()) {
        DnsCapacity& capacity = out.capacity.emplace();
        SL_TRY_VOID(read(capacity.free_permille, at + "capacity.free_permille",
                         from.capacity().free_permille(), 1000));
        SL_TRY_VOID(read(capacity.queue, at + "capacity.queue", from.capacity().queue()));
        capacity.free_units = from.capacity().free_units();
    }
    if (from.has_inference()) {
        DnsInference& inference = out.inference.emplace();
        inference.free_tokens_per_s = from.inference().free_tokens_per_s();
        SL_TRY_VOID(read(inference.first_token_ms, at + "inference.first_token_ms",
                         from.inference().first_token_ms()));
    }
    if (from.has_score()) {
        SL_TRY_VOID(read(out.score.emplace(), at + "score", from.score(), 10));
    }
    return out;
}

template <class List>
void encode_ranks(const std::vector<DnsRank>& from, List* to) {
    for (const DnsRank& rank : from) {
        auto& out = *to->Add();
        out.set_site(rank.site.value);
        out.set_ppm(rank.ppm);
        if (rank.delay) {
            out.set_delay_us(rank.delay->value);
        }
    }
}

/// Of sites that host the service, each once; their shares are the whole.
template <class List>
Result<std::vector<DnsRank>> decode_ranks(const std::string& field, const std::set<SiteId>& hosts,
                                          const List& from) {
    SL_TRY_VOID(check_count(field, from.size(), kMaxDnsRanks));
    std::vector<DnsRank> out;
    std::set<SiteId> seen;
    std::uint64_t sum = 0;
    for (int i = 0; i < from.size(); ++i) {
        const v1::DnsRank& rank = from.Get(i);
        SL_TRY(const std::uint16_t id, read_id(item_path(field, i) + "site", rank.site()));
        if (!hosts.contains({id}) || !seen.insert({id}).second) {
            return bad_field(item_path(field, i) + "site", "does not host the service, or appears twice");
        }
        sum += rank.ppm();
        out.push_back({{id}, rank.ppm(), std::nullopt});
        if (rank.has_delay_us()) {
            out.back().delay = Microseconds{rank.delay_us()};
        }
    }
    if (!out.empty() && sum != kWholeShare) {
        return bad_field(field, "the shares sum to " + std::to_string(sum) + " ppm");
    }
    return out;
}

Result<std::vector<DnsInstance>> decode_instances(const std::string& at, const DnsView& view,
                                                  const v1::DnsService& from) {
    SL_TRY_VOID(check_count(at + "instances", from.instances_size(), kMaxDnsSites));
    std::vector<DnsInstance> out;
    for (int i = 0; i < from.instances_size(); ++i) {
        const std::string field = item_path(at + "instances", i);
        SL_TRY(const std::uint16_t id, read_id(field + "site", from.instances(i).site()));
        const auto site = std::lower_bound(view.sites.begin(), view.sites.end(), SiteId{id},
                                           [](const auto& each, SiteId than) { return each->id < than; });
        if (site == view.sites.end() || (*site)->id != SiteId{id}) {
            return bad_field(field + "site", "there is no such site");
        }
        if (!out.empty() && out.back().site >= SiteId{id}) {
            return bad_field(field + "site", "is not above the one before");
        }
        SL_TRY(DnsCompute compute, decode(field + "compute.", from.instances(i).compute()));
        out.push_back({{id}, compute});
    }
    return out;
}

Result<DnsAnswer> decode_answer(const std::string& at, const std::set<SiteId>& hosts,
                                const v1::DnsAnswer& from) {
    DnsAnswer out;
    SL_TRY_VOID(read_word(out.mode, at + "mode", from.mode(), SteeringMode::kBoth));
    SL_TRY_VOID(read_word(out.basis, at + "basis", from.basis(), DnsBasis::kNoShare));
    SL_TRY(out.ranks, decode_ranks(at + "ranks", hosts, from.ranks()));
    if (out.ranks.empty() == (out.basis == DnsBasis::kApplied)) {
        return bad_field(at + "ranks", "sites are what an Applied Plan says, and only that");
    }
    return out;
}

Status decode_head(const std::string& at, const v1::DnsService& from, DnsService& out) {
    SL_TRY(out.id.value, read_id(at + "id", from.id()));
    SL_TRY_VOID(check_label(at + "name", from.name()));
    out.name = from.name();
    SL_TRY(out.addresses, read_addresses(at + "addresses", from.addresses(), true));
    SL_TRY_VOID(check_range(at + "transport", from.transport(), 0, 255));
    out.transport = static_cast<Transport>(from.transport());
    if (out.transport != Transport::kAny && out.transport != Transport::kTcp &&
        out.transport != Transport::kUdp) {
        return bad_field(at + "transport", "no such transport");
    }
    SL_TRY_VOID(read(out.port, at + "port", from.port()));
    SL_TRY_VOID(check_count(at + "alpn", from.alpn_size(), kMostAlpn));
    for (int i = 0; i < from.alpn_size(); ++i) {
        SL_TRY_VOID(check_text(item_path(at + "alpn", i), from.alpn(i), kMostAlpnId));
        if (from.alpn(i).empty()) {
            return bad_field(item_path(at + "alpn", i), "is empty");
        }
        out.alpn.push_back(from.alpn(i));
    }
    out.fail = from.fails_closed() ? DnsFailPolicy::kClosed : DnsFailPolicy::kOpen;
    return {};
}

} // namespace

Status check_zone(std::string_view field, const std::string& text) {
    std::string_view rest = text;
    if (rest.empty() || rest.size() > 253) {
        return bad_field(field, "has 1 to 253 characters");
    }
    while (!rest.empty()) {
        const std::size_t dot = rest.find('.');
        if (dot == std::string_view::npos) {
            return bad_field(field, "does not end with a dot");
        }
        SL_TRY_VOID(check_label(field, rest.substr(0, dot)));
        rest.remove_prefix(dot + 1);
    }
    return {};
}

void encode(const DnsClientClass& from, v1::DnsClientClass& to) {
    to.set_name(from.name);
    to.set_ingress(from.ingress);
    for (const Prefix6& prefix : from.prefixes) {
        auto& out = *to.add_prefixes();
        out.set_address({prefix.address.bytes.begin(), prefix.address.bytes.end()});
        out.set_length(prefix.length);
    }
}

Result<DnsClientClass> decode(const std::string& at, const v1::DnsClientClass& from) {
    DnsClientClass out;
    SL_TRY_VOID(check_name(at + "name", from.name()));
    out.name = from.name();
    SL_TRY_VOID(check_name(at + "ingress", from.ingress(), true));
    out.ingress = from.ingress();
    SL_TRY_VOID(check_count(at + "prefixes", from.prefixes_size(), kMaxDnsPrefixes));
    for (int i = 0; i < from.prefixes_size(); ++i) {
        SL_TRY(const Prefix6 prefix, read_prefix(item_path(at + "prefixes", i), from.prefixes(i).address(),
                                                 from.prefixes(i).length()));
        out.prefixes.push_back(prefix);
    }
    return out;
}

void encode(const DnsSite& from, v1::DnsSite& to) {
    to.set_id(from.id.value);
    to.set_name(from.name);
    to.set_region(from.region);
    to.set_kind(static_cast<std::uint32_t>(from.kind));
    write_addresses(from.addresses, to.mutable_addresses());
    write_addresses(from.sids, to.mutable_sids());
    to.set_up(from.is_up);
    to.set_changed(from.changed);
    if (from.access) {
        to.mutable_access()->set_bandwidth_mbit_per_s(from.access->bandwidth_mbit_per_s);
        to.mutable_access()->set_delay_us(from.access->delay.value);
        to.mutable_access()->set_grade(from.access->grade);
    }
    encode(from.compute, *to.mutable_compute());
}

Result<DnsSite> decode(const std::string& at, const v1::DnsSite& from) {
    DnsSite out;
    SL_TRY(out.id.value, read_id(at + "id", from.id()));
    SL_TRY_VOID(check_label(at + "name", from.name()));
    SL_TRY_VOID(check_label(at + "region", from.region()));
    out.name = from.name();
    out.region = from.region();
    SL_TRY_VOID(read_word(out.kind, at + "kind", from.kind(), SiteKind::kCloud));
    SL_TRY(out.addresses, read_addresses(at + "addresses", from.addresses(), false));
    SL_TRY(out.sids, read_addresses(at + "sids", from.sids(), true));
    out.is_up = from.up();
    out.changed = from.changed();
    if (from.has_access()) {
        DnsAccess& access = out.access.emplace();
        access.bandwidth_mbit_per_s = from.access().bandwidth_mbit_per_s();
        access.delay = {from.access().delay_us()};
        SL_TRY_VOID(read(access.grade, at + "access.grade", from.access().grade()));
    }
    SL_TRY(out.compute, decode(at + "compute.", from.compute()));
    return out;
}

void encode(const DnsService& from, v1::DnsService& to) {
    to.set_id(from.id.value);
    to.set_name(from.name);
    write_addresses(from.addresses, to.mutable_addresses());
    to.set_transport(static_cast<std::uint32_t>(from.transport));
    to.set_port(from.port);
    for (const std::string& id : from.alpn) {
        to.add_alpn(id);
    }
    to.set_fails_closed(from.fail == DnsFailPolicy::kClosed);
    encode_ranks(from.static_ranks, to.mutable_static_ranks());
    for (const DnsInstance& instance : from.instances) {
        auto& out = *to.add_instances();
        out.set_site(instance.site.value);
        encode(instance.compute, *out.mutable_compute());
    }
    for (const DnsAnswer& answer : from.answers) {
        auto& out = *to.add_answers();
        out.set_mode(static_cast<std::uint32_t>(answer.mode));
        out.set_basis(static_cast<std::uint32_t>(answer.basis));
        encode_ranks(answer.ranks, out.mutable_ranks());
    }
}

Result<DnsService> decode(const std::string& at, const DnsView& view, const v1::DnsService& from) {
    DnsService out;
    SL_TRY_VOID(decode_head(at, from, out));
    SL_TRY(out.instances, decode_instances(at, view, from));
    std::set<SiteId> hosts;
    for (const DnsInstance& instance : out.instances) {
        hosts.insert(instance.site);
    }
    SL_TRY(out.static_ranks, decode_ranks(at + "static_ranks", hosts, from.static_ranks()));
    if (from.answers_size() != static_cast<int>(view.classes.size())) {
        return bad_field(at + "answers", "one for each of the " + std::to_string(view.classes.size()) +
                                             " classes is expected");
    }
    for (int i = 0; i < from.answers_size(); ++i) {
        SL_TRY(DnsAnswer answer, decode_answer(item_path(at + "answers", i), hosts, from.answers(i)));
        out.answers.push_back(std::move(answer));
    }
    return out;
}

} // namespace suanlu
