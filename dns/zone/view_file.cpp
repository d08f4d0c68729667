// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/view_file.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "core/support/yaml_walk.hpp"

namespace suanlu::dns {

namespace {

constexpr std::uint64_t kMost32 = 0xffffffff;

/// Reads what the file names into what the view numbers.
class Reader {
public:
    explicit Reader(YamlNode root) : root_(std::move(root)) {}

    Result<DnsView> run() {
        view_.zone = root_.required("zone").text();
        view_.stamp.generation = root_.required("generation").integer(1, kMost32, 1);
        view_.stamp.made_unix_ms = root_.required("made_unix_s").integer(1, kMost32, 1) * 1000;
        for (YamlNode& node : root_.required("classes").items()) {
            view_.classes.push_back(std::make_shared<const DnsClientClass>(client_class(node)));
        }
        for (YamlNode& node : root_.required("sites").items()) {
            view_.sites.push_back(std::make_shared<const DnsSite>(site(node)));
        }
        for (YamlNode& node : root_.required("services").items()) {
            view_.services.push_back(std::make_shared<const DnsService>(service(node)));
        }
        if (view_.classes.empty()) {
            root_.complain("needs at least one class; the first is for clients that no prefix covers");
        }
        root_.finish();
        SL_TRY_VOID(root_.status());
        return view_;
    }

private:
    static std::string label(YamlNode node) {
        const std::string text = node.text();
        const bool is_label =
            !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
            });
        if (!is_label) {
            node.complain("one DNS label: a-z, 0-9, - and _, at most 63");
        }
        return text;
    }
    template <class Integer>
    static Integer number(YamlNode node, std::uint64_t most = std::numeric_limits<Integer>::max()) {
        return static_cast<Integer>(node.integer(0, most));
    }
    /// Place of the text of `node` in `words`.
    template <class Enum>
    static Enum word(YamlNode node, const std::vector<std::string_view>& words) {
        const std::string text = node.one_of(words, std::string(words[0]));
        return static_cast<Enum>(std::find(words.begin(), words.end(), text) - words.begin());
    }
    static std::vector<Ip6> addresses(YamlNode node) {
        std::vector<Ip6> out;
        for (YamlNode& item : node.items()) {
            out.push_back(item.address());
        }
        return out;
    }
    static Microseconds microseconds(YamlNode node) {
        const double seconds = node.duration().value;
        if (seconds < 0 || seconds > 60) {
            node.complain("0 to 60s");
            return {};
        }
        return {static_cast<std::uint32_t>(seconds * 1e6)};
    }

    DnsClientClass client_class(YamlNode& node) {
        DnsClientClass out;
        out.name = node.required("name").text();
        for (YamlNode& prefix : node.optional("prefixes").items()) {
            out.prefixes.push_back(prefix.prefix());
            if (!prefixes_.insert(out.prefixes.back()).second) {
                prefix.complain("this prefix is in a class already");
            }
        }
        return out;
    }

    static DnsCompute compute(YamlNode node) {
        DnsCompute out;
        if (YamlNode grade = node.optional("grade"); grade.is_present()) {
            out.grade = compute_grade(grade);
        }
        if (YamlNode at = node.optional("capacity"); at.is_present()) {
            out.capacity = DnsCapacity{number<std::uint16_t>(at.required("free_permille"), 1000),
                                       number<std::uint16_t>(at.optional("queue")),
                                       number<std::uint32_t>(at.optional("free_units"))};
        }
        if (YamlNode at = node.optional("inference"); at.is_present()) {
            out.inference = DnsInference{number<std::uint32_t>(at.required("tokens_per_s")),
                                         number<std::uint16_t>(at.optional("ttft_ms"))};
        }
        if (YamlNode at = node.optional("price"); at.is_present()) {
            const std::string basis = at.optional("basis").one_of({"tokens", "gpu-second"}, "tokens");
            out.price = DnsPrice{number<std::uint32_t>(at.required("micro")),
                                 basis == "tokens" ? PriceUnit::kThousandTokens : PriceUnit::kGpuSecond,
                                 number<std::uint16_t>(at.required("currency"), 999)};
        }
        if (YamlNode at = node.optional("energy"); at.is_present()) {
            out.energy = DnsEnergy{number<std::uint32_t>(at.required("mj_per_token")),
                                   number<std::uint16_t>(at.optional("g_co2_per_kwh")),
                                   number<std::uint8_t>(at.optional("renewable_percent"), 100)};
        }
        if (YamlNode at = node.optional("score"); at.is_present()) {
            out.score = number<std::uint8_t>(at, 10);
        }
        return out;
    }

    static ComputeGrade compute_grade(YamlNode& node) {
        ComputeGrade out;
        out.family = word<GradeFamily>(node.required("class"), {"none", "B", "S", "P"});
        out.step = number<std::uint8_t>(node.required("step"));
        out.size = word<GradeSize>(node.optional("size"), {"none", "small", "medium", "large", "xlarge"});
        out.accelerator = word<Accelerator>(node.optional("accelerator"), {"none", "gpu", "npu", "fpga"});
        out.benchmark =
            word<BenchmarkKind>(node.optional("benchmark"), {"none", "resnet50", "tflops", "llm"});
        out.precision = word<Precision>(node.optional("precision"), {"unknown", "fp64", "fp32", "tf32",
                                                                     "bf16", "fp16", "fp8", "int8", "int4"});
        out.workload = word<Workload>(node.optional("workload"), {"unknown", "training", "inference"});
        out.score = number<std::uint32_t>(node.optional("score"));
        return out;
    }

    DnsSite site(YamlNode& node) {
        DnsSite out;
        out.name = label(node.required("name"));
        out.id = {static_cast<std::uint16_t>(node.required("id").integer(1, 65535, 1))};
        if (!site_ids_.emplace(out.name, out.id).second) {
            node.complain("a site of this name is there already");
        }
        if (!ids_.insert(out.id.value).second) {
            node.complain("a site of this id is there already");
        }
        out.region = label(node.required("region"));
        out.addresses = addresses(node.required("addresses"));
        out.sids = addresses(node.optional("sids"));
        out.is_up = node.optional("up").boolean(true);
        if (YamlNode access = node.optional("access"); access.is_present()) {
            out.access = DnsAccess{number<std::uint32_t>(access.optional("mbps")),
                                   microseconds(access.optional("delay")),
                                   number<std::uint8_t>(access.optional("grade"))};
        }
        out.compute = compute(node.optional("compute"));
        return out;
    }

    SiteId site_of(YamlNode node) {
        const auto found = site_ids_.find(node.text());
        if (found == site_ids_.end()) {
            node.complain("no such site");
            return {};
        }
        return found->second;
    }

    std::vector<DnsRank> ranks(YamlNode node) {
        std::vector<DnsRank> out;
        for (YamlNode& item : node.items()) {
            DnsRank rank{site_of(item.required("site")),
                         number<std::uint32_t>(item.optional("ppm"), 1'000'000), std::nullopt};
            if (YamlNode delay = item.optional("delay"); delay.is_present()) {
                rank.delay = microseconds(delay);
            }
            out.push_back(rank);
        }
        const auto sum =
            std::accumulate(out.begin(), out.end(), std::uint64_t{0},
                            [](std::uint64_t before, const DnsRank& rank) { return before + rank.ppm; });
        if (sum > 1'000'000) {
            node.complain("the shares sum to " + std::to_string(sum) + " ppm, more than 1000000");
        }
        return out;
    }

    DnsService service(YamlNode& node) {
        DnsService out;
        out.name = label(node.required("name"));
        out.id = {static_cast<std::uint16_t>(node.required("id").integer(1, 65535, 1))};
        out.addresses = addresses(node.optional("addresses"));
        out.port = number<std::uint16_t>(node.optional("port"));
        for (YamlNode& protocol : node.optional("alpn").items()) {
            out.alpn.push_back(protocol.text());
            if (out.alpn.back().empty() || out.alpn.back().size() > 255) {
                protocol.complain("an ALPN id has 1 to 255 octets");
            }
        }
        out.fail = word<DnsFailPolicy>(node.optional("fail"), {"open", "closed"});
        out.static_ranks = ranks(node.optional("static"));
        for (YamlNode& instance : node.required("instances").items()) {
            out.instances.push_back(
                {site_of(instance.required("site")), compute(instance.optional("compute"))});
        }
        out.answers = answers(node.optional("answers"));
        return out;
    }

    /// By class; one that is not named is undecided.
    std::vector<DnsAnswer> answers(YamlNode node) {
        std::vector<DnsAnswer> out(view_.classes.size());
        for (YamlNode& item : node.items()) {
            YamlNode name = item.required("class");
            const std::string wanted = name.text();
            const auto found = std::find_if(view_.classes.begin(), view_.classes.end(),
                                            [&](const auto& one) { return one->name == wanted; });
            if (found == view_.classes.end()) {
                name.complain("no such class");
                continue;
            }
            DnsAnswer& answer = out[static_cast<std::size_t>(found - view_.classes.begin())];
            answer.mode = word<SteeringMode>(item.optional("mode"), {"network", "dns", "both"});
            answer.basis = word<DnsBasis>(item.optional("basis"), {"undecided", "applied", "no-share"});
            answer.ranks = ranks(item.optional("ranks"));
        }
        return out;
    }

    YamlNode root_;
    DnsView view_;
    std::map<std::string, SiteId> site_ids_;
    std::set<std::uint16_t> ids_;
    std::set<Prefix6> prefixes_;
};

} // namespace

Result<DnsView> read_view_file(const std::string& path) {
    SL_TRY(YamlNode root, YamlNode::load_file(path));
    return Reader(std::move(root)).run();
}

Result<DnsView> read_view_text(const std::string& text, const std::string& name) {
    SL_TRY(YamlNode root, YamlNode::load_text(text, name));
    return Reader(std::move(root)).run();
}

} // namespace suanlu::dns
