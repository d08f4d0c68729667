// SPDX-License-Identifier: Apache-2.0
#include "controller/app/inventory_dns.hpp"

#include <algorithm>
#include <cmath>

#include "controller/app/inventory_network.hpp"
#include "core/model/quantity_text.hpp"

namespace suanlu::inventory_yaml {

namespace {

constexpr std::size_t kMostClasses = 256;
constexpr std::size_t kMostPrefixes = 65'536;
constexpr std::size_t kMostAddresses = 16;
constexpr std::size_t kMostAlpn = 8;
// RFC 1035 section 3.1, less the longest name in front of the zone: "_compute._udp." and two labels.
constexpr std::size_t kMostZone = 255 - 14 - 2 * 64;

template <class Value>
using Words = std::vector<std::pair<std::string_view, Value>>;

template <class Value>
Value read_word(YamlNode node, const Words<Value>& words, Value fallback) {
    std::vector<std::string_view> allowed;
    for (const auto& [word, value] : words) {
        allowed.push_back(word);
    }
    const std::string said = node.is_present() ? node.one_of(allowed) : std::string();
    for (const auto& [word, value] : words) {
        if (word == said) {
            return value;
        }
    }
    return fallback;
}

const Words<SteeringMode> kModes{
    {"network", SteeringMode::kNetwork}, {"dns", SteeringMode::kDns}, {"both", SteeringMode::kBoth}};
const Words<Precision> kPrecisions{{"fp64", Precision::kFp64}, {"fp32", Precision::kFp32},
                                   {"tf32", Precision::kTf32}, {"bf16", Precision::kBf16},
                                   {"fp16", Precision::kFp16}, {"fp8", Precision::kFp8},
                                   {"int8", Precision::kInt8}, {"int4", Precision::kInt4}};
const Words<BenchmarkKind> kBenchmarks{{"resnet50", BenchmarkKind::kResnet50},
                                       {"tflops", BenchmarkKind::kTflops},
                                       {"llm-tokens", BenchmarkKind::kLlmTokens}};
const Words<Accelerator> kAccelerators{{"none", Accelerator::kNone},
                                       {"gpu", Accelerator::kGpu},
                                       {"npu", Accelerator::kNpu},
                                       {"fpga", Accelerator::kFpga},
                                       {"other", Accelerator::kOther}};
const Words<GradeSize> kSizes{{"small", GradeSize::kSmall},
                              {"medium", GradeSize::kMedium},
                              {"large", GradeSize::kLarge},
                              {"xlarge", GradeSize::kXlarge}};
// ISO 4217.
const Words<std::uint16_t> kCurrencies{{"CNY", 156}, {"HKD", 344}, {"MOP", 446}, {"USD", 840}, {"EUR", 978}};

/// Letters, digits and hyphens, lower case, no hyphen at the ends (RFC 1123 section 2.1).
bool is_label(std::string_view text) {
    const auto is_fine = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), is_fine) &&
           text.front() != '-' && text.back() != '-';
}

std::string read_zone(YamlNode node) {
    std::string zone = node.text();
    if (!node.is_present()) {
        return zone;
    }
    if (zone.size() > kMostZone) {
        node.complain("a zone's name has at most " + std::to_string(kMostZone) + " characters");
    }
    std::string_view rest = zone;
    while (!rest.empty()) {
        const std::size_t dot = rest.find('.');
        if (dot == std::string_view::npos || !is_label(rest.substr(0, dot))) {
            node.complain("a zone is lower-case labels, each with a dot behind it: 'compute.example.'");
            break;
        }
        rest.remove_prefix(dot + 1);
    }
    if (zone.empty()) {
        node.complain("the root cannot be the zone");
    }
    return zone;
}

/// A class's answers follow a router's decision: `ingress`, which steers, or `at`, where clients come in.
void read_router_of(YamlNode node, const Inventory& out, DnsClassSettings& c) {
    YamlNode ingress = node.optional("ingress");
    YamlNode place = node.optional("at");
    if (ingress.is_present() == place.is_present()) {
        node.complain("a class has either an ingress or a place ('at')");
        return;
    }
    c.is_place = place.is_present();
    YamlNode& named = c.is_place ? place : ingress;
    c.head.ingress = named.text();
    const Router* router = out.router(c.head.ingress);
    if (router == nullptr) {
        named.complain("no router '" + c.head.ingress + "'");
    } else if (router->is_ingress == c.is_place) {
        named.complain(c.is_place ? c.head.ingress + " steers: name it as the ingress"
                                  : c.head.ingress + " is no ingress: name it with 'at'");
    }
}

DnsClassSettings read_class(YamlNode node, const Inventory& out, UniqueValues& unique) {
    DnsClassSettings c;
    c.head.name = read_name(node, unique, "DNS client class");
    YamlNode prefixes = node.optional("prefixes");
    for (YamlNode& item : prefixes.items()) {
        c.head.prefixes.push_back(item.prefix());
        unique.claim(item, "client prefix", c.head.prefixes.back().text());
    }
    if (c.head.prefixes.size() > kMostPrefixes) {
        prefixes.complain("a class has at most " + std::to_string(kMostPrefixes) + " prefixes");
    }
    read_router_of(node, out, c);
    YamlNode mode = node.optional("steering");
    if (mode.is_present()) {
        c.mode = read_word(mode, kModes, SteeringMode::kDns);
        if (c.is_place && *c.mode != SteeringMode::kDns) {
            mode.complain("nobody but the DNS steers the clients of a place");
        }
    }
    YamlNode flows = node.optional("flows_per_s");
    c.flows = {flows.number(0, 1e9, 0)};
    if (flows.is_present() && !c.is_place) {
        flows.complain("the agent of an ingress counts its flows itself");
    }
    return c;
}

void read_grade(YamlNode node, ComputeGrade& grade) {
    const std::string text = node.text();
    const std::size_t dot = text.find('.');
    const std::string_view step = std::string_view(text).substr(0, dot);
    const bool has_size = dot != std::string::npos;
    grade.family = step.starts_with('B')   ? GradeFamily::kB
                   : step.starts_with('S') ? GradeFamily::kS
                   : step.starts_with('P') ? GradeFamily::kP
                                           : GradeFamily::kNone;
    for (const auto& [word, size] : kSizes) {
        grade.size = has_size && text.substr(dot + 1) == word ? size : grade.size;
    }
    const bool has_step = step.size() == 2 && step[1] >= '1' && step[1] <= '9';
    grade.step = has_step ? static_cast<std::uint8_t>(step[1] - '0') : std::uint8_t{0};
    if (grade.family == GradeFamily::kNone || !has_step || (has_size && grade.size == GradeSize::kNone)) {
        node.complain("a grade is B, S or P, a digit, and perhaps a size: 'B1.small', 'P2'");
    }
}

std::optional<ComputeGrade> read_compute_grade(YamlNode site) {
    YamlNode grade = site.optional("grade");
    YamlNode benchmark = site.optional("benchmark");
    YamlNode accelerator = site.optional("accelerator");
    if (!grade.is_present() && !benchmark.is_present() && !accelerator.is_present()) {
        return std::nullopt;
    }
    ComputeGrade out;
    if (grade.is_present()) {
        read_grade(grade, out);
    }
    out.accelerator = read_word(accelerator, kAccelerators, Accelerator::kNone);
    if (benchmark.is_present()) {
        out.benchmark = read_word(benchmark.required("kind"), kBenchmarks, BenchmarkKind::kNone);
        out.score = static_cast<std::uint32_t>(benchmark.required("score").integer(1, 0xffffffff));
        out.precision = read_word(benchmark.optional("precision"), kPrecisions, Precision::kUnknown);
        const std::string use = benchmark.optional("workload").one_of({"training", "inference"}, "inference");
        out.workload = use == "training" ? Workload::kTraining : Workload::kInference;
    }
    return out;
}

DnsPrice read_price(YamlNode node) {
    DnsPrice out;
    out.micros = static_cast<std::uint32_t>(std::lround(node.required("amount").number(0, 4000) * 1e6));
    const std::string unit = node.required("per").one_of({"1k-tokens", "gpu-second"}, "1k-tokens");
    out.unit = unit == "gpu-second" ? PriceUnit::kGpuSecond : PriceUnit::kThousandTokens;
    out.currency = read_word(node.required("currency"), kCurrencies, std::uint16_t{0});
    return out;
}

DnsEnergy read_energy(YamlNode node) {
    DnsEnergy out;
    out.millijoules_per_token =
        static_cast<std::uint32_t>(node.optional("millijoules_per_token").integer(0, 0xffffffff));
    out.carbon_g_per_kwh = static_cast<std::uint16_t>(node.optional("carbon_g_per_kwh").integer(0, 65535));
    out.renewable_percent = static_cast<std::uint8_t>(node.optional("renewable_percent").integer(0, 100));
    return out;
}

DnsInference read_inference(YamlNode node) {
    DnsInference out;
    out.free_tokens_per_s =
        static_cast<std::uint32_t>(node.required("tokens_per_s").integer(1, 100'000'000, 1));
    YamlNode first = node.required("first_token");
    const double ms = first.duration().value * 1e3;
    if (ms > 65535) {
        first.complain("at most 65535 ms");
        return out;
    }
    out.first_token_ms = static_cast<std::uint16_t>(std::lround(ms));
    return out;
}

DnsAccess read_access(YamlNode node) {
    DnsAccess out;
    YamlNode bandwidth = node.required("bandwidth");
    if (bandwidth.is_present()) {
        const auto rate = parse_bandwidth(bandwidth.text());
        const double mbit = rate ? rate->value * 8e-6 : 0;
        if (!rate || mbit > 4e9) {
            bandwidth.complain(rate ? "at most 4 Pbit/s" : rate.error().detail);
        } else {
            out.bandwidth_mbit_per_s = static_cast<std::uint32_t>(std::lround(mbit));
        }
    }
    if (YamlNode delay = node.optional("delay"); delay.is_present()) {
        const auto parsed = parse_delay(delay.text());
        if (!parsed) {
            delay.complain(parsed.error().detail);
        }
        out.delay = parsed ? *parsed : Microseconds{0};
    }
    out.grade = static_cast<std::uint8_t>(node.optional("grade").integer(1, 255, 0));
    return out;
}

template <class Value>
std::optional<Value> read_if_present(YamlNode node, Value (*read)(YamlNode)) {
    return node.is_present() ? std::optional<Value>(read(node)) : std::nullopt;
}

DnsSiteSettings read_site(YamlNode node) {
    DnsSiteSettings out;
    YamlNode region = node.optional("region");
    out.region = region.text(out.region);
    if (!is_label(out.region)) {
        region.complain("a region is a DNS label in lower case");
    }
    YamlNode addresses = node.optional("addresses");
    for (YamlNode& item : addresses.items()) {
        out.addresses.push_back(item.address());
    }
    if (addresses.is_present() && (out.addresses.empty() || out.addresses.size() > kMostAddresses)) {
        addresses.complain("a site has 1 to " + std::to_string(kMostAddresses) + " addresses");
    }
    out.access = read_if_present(node.optional("access"), read_access);
    out.stated.grade = read_compute_grade(node);
    out.stated.price = read_if_present(node.optional("price"), read_price);
    out.stated.energy = read_if_present(node.optional("energy"), read_energy);
    out.stated.inference = read_if_present(node.optional("inference"), read_inference);
    return out;
}

const DnsClassSettings* class_of(const DnsSettings& dns, const std::string& name) {
    const auto found = std::find_if(dns.classes.begin(), dns.classes.end(),
                                    [&name](const DnsClassSettings& c) { return c.head.name == name; });
    return found == dns.classes.end() ? nullptr : &*found;
}

DnsServiceSettings read_service(YamlNode node, const DnsSettings& dns) {
    DnsServiceSettings out;
    YamlNode alpn = node.optional("alpn");
    for (YamlNode& item : alpn.items()) {
        out.alpn.push_back(item.text());
        if (out.alpn.back().empty() || out.alpn.back().size() > 255) { // RFC 7301 section 3.1
            item.complain("an ALPN id has 1 to 255 bytes");
        }
    }
    if (out.alpn.size() > kMostAlpn) {
        alpn.complain("a service has at most " + std::to_string(kMostAlpn) + " ALPN ids");
    }
    const std::string fail = node.optional("fail").one_of({"open", "closed"}, "open");
    out.fail = fail == "closed" ? DnsFailPolicy::kClosed : DnsFailPolicy::kOpen;
    for (auto& [name, at] : node.optional("steering").members()) {
        const DnsClassSettings* of = class_of(dns, name);
        const SteeringMode mode = read_word(at, kModes, SteeringMode::kDns);
        if (of == nullptr) {
            at.complain("no client class '" + name + "'");
        } else if (of->is_place && mode != SteeringMode::kDns) {
            at.complain("nobody but the DNS steers the clients of a place");
        }
        out.modes[name] = mode;
    }
    return out;
}

/// Names of the inventory become labels; a service without an address can only be steered by the DNS.
void check_names(YamlNode dns, const Inventory& out, const DnsSettings& settings) {
    for (const Site& site : out.sites) {
        if (!is_label(site.name)) {
            dns.complain("the name of site '" + site.name + "' is no DNS label in lower case");
        }
    }
    for (const Service& service : out.services) {
        if (!is_label(service.name)) {
            dns.complain("the name of service '" + service.name + "' is no DNS label in lower case");
        }
        for (const DnsClassSettings& c : settings.classes) {
            if (service.addresses.empty() && settings.mode(service, c) != SteeringMode::kDns) {
                dns.complain("service '" + service.name + "' has no address, so class '" + c.head.name +
                             "' can only be steered by the DNS");
            }
        }
    }
}

} // namespace

void read_dns(YamlNode dns, Inventory& out) {
    DnsSettings settings;
    UniqueValues unique;
    settings.zone = read_zone(dns.required("zone"));
    YamlNode validity = dns.optional("validity");
    settings.validity = validity.duration(settings.validity);
    if (settings.validity.value < 5 || settings.validity.value > 86400) {
        validity.complain("the validity is 5s to 24h");
    }
    YamlNode classes = dns.required("classes");
    for (YamlNode& item : classes.items()) {
        settings.classes.push_back(read_class(item, out, unique));
    }
    if (classes.is_present() && (settings.classes.empty() || settings.classes.size() > kMostClasses)) {
        classes.complain("there are 1 to " + std::to_string(kMostClasses) + " classes");
    }
    for (auto& [name, at] : dns.optional("sites").members()) {
        settings.sites[name] = read_site(at);
        if (out.site(name) == nullptr) {
            at.complain("no site '" + name + "'");
        }
    }
    for (auto& [name, at] : dns.optional("services").members()) {
        settings.services[name] = read_service(at, settings);
        if (out.service(name) == nullptr) {
            at.complain("no service '" + name + "'");
        }
    }
    for (const DnsClassSettings& c : settings.classes) {
        if (c.is_place) {
            out.places[c.head.ingress] += c.flows;
        }
    }
    check_names(dns, out, settings);
    out.dns = std::move(settings);
}

} // namespace suanlu::inventory_yaml
