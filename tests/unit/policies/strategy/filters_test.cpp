// SPDX-License-Identifier: Apache-2.0
// Filters name their reason with its number; unknown is not zero.
#include "policies/strategy/site_filters.hpp"
#include "tests/unit/policies/strategy/placement_cases.hpp"

namespace suanlu {
namespace {

struct FilterCase {
    const char* name;
    const char* filters; ///< of the policy
    void (*prepare)(SiteAttributes&, Request&);
    const char* reason;
    const char* unknown; ///< name in allow_unknown for the same case with nothing stated; null = none
};

const FilterCase kCases[] = {
    {"Down", "", [](SiteAttributes& s, Request&) { s.is_up = false; }, "up: the site is down", nullptr},
    {"SiteExcluded", "sites: {not_in: [a]}", [](SiteAttributes&, Request&) {}, "sites: a is excluded",
     nullptr},
    {"SiteNotListed", "sites: {in: [b, c]}", [](SiteAttributes&, Request&) {}, "sites: a is not one of b, c",
     nullptr},
    {"Role", "roles: [hub]", [](SiteAttributes& s, Request&) { s.role = SiteRole::kEdge; },
     "role: edge is not asked for", "role"},
    {"Tenant", "",
     [](SiteAttributes& s, Request& r) {
         r.tenant = "t1";
         s.tenants = {{"t2", "t3"}};
     },
     "tenant: t1 is not one of t2, t3", "tenant"},
    {"ResidencyOfPolicy", "residency: {not_in: [HK]}",
     [](SiteAttributes& s, Request&) { s.residency = "HK"; }, "residency: HK is excluded", "residency"},
    {"ResidencyOfRequest", "",
     [](SiteAttributes& s, Request& r) {
         r.needs.residency = {"CN"};
         s.residency = "MO";
     },
     "residency: MO is not one of CN", "residency"},
    {"Security", "security: normal",
     [](SiteAttributes& s, Request&) { s.security = SecurityStatus::kDegraded; },
     "security: degraded is below normal", "security"},
    {"GpuModel", "",
     [](SiteAttributes& s, Request& r) {
         r.needs.gpu = GpuNeed{"H100", 8, {}};
         s.gpus = {{{"A100", 9, {}}}};
     },
     "gpu: no H100", "gpu"},
    {"GpuCount", "",
     [](SiteAttributes& s, Request& r) {
         r.needs.gpu = GpuNeed{"H100", 8, {}};
         s.gpus = {{{"H100", 7, {}}}};
     },
     "gpu: 7 x H100 free, 8 asked for", "gpu"},
    {"GpuMemory", "",
     [](SiteAttributes& s, Request& r) {
         r.needs.gpu = GpuNeed{"", 1, 100e9};
         s.gpus = {{{"H100", 7, 80e9}}};
     },
     "gpu: H100 has 80 GB, 100 GB asked for", "gpu"},
    {"Cuda", "",
     [](SiteAttributes& s, Request& r) {
         r.needs.cuda = Version{{12, 4}};
         s.cuda = Version{{12, 1, 1}};
     },
     "cuda: 12.1.1 is below 12.4", "cuda"},
    {"Framework", "",
     [](SiteAttributes& s, Request& r) {
         r.needs.framework = NamedVersion{"vllm", Version{{0, 6}}};
         s.frameworks = {{{"vllm", Version{{0, 5, 9}}}}};
     },
     "framework: vllm 0.5.9 is there, vllm 0.6 asked for", "framework"},
    {"Model", "",
     [](SiteAttributes& s, Request& r) {
         r.needs.model = NamedVersion{"qwen", Version{{2, 5}}};
         s.models = {{{"qwen", Version{{3}}}}};
     },
     "model: qwen 3 is there, qwen 2.5 asked for", "model"},
    {"Utilisation", "utilisation: {at_most: 85%}", [](SiteAttributes& s, Request&) { s.utilisation = 0.9; },
     "utilisation: 90 % is above 85 %", "utilisation"},
    {"Delay", "delay: {at_most: 20ms}", [](SiteAttributes& s, Request&) { s.path.delay_s = 0.021; },
     "delay: 21 ms is above 20 ms", "delay"},
    {"Bandwidth", "bandwidth: {at_least: 1Gbps}",
     [](SiteAttributes& s, Request&) { s.path.bandwidth_bytes_s = 1e8; },
     "bandwidth: 800 Mbit/s is below 1000 Mbit/s", "bandwidth"},
    {"Jitter", "jitter: {at_most: 1ms}", [](SiteAttributes& s, Request&) { s.path.jitter_s = 0.002; },
     "jitter: 2 ms is above 1 ms", "jitter"},
    {"Loss", "loss: {at_most: 0.1%}", [](SiteAttributes& s, Request&) { s.path.loss = 0.002; },
     "loss: 0.2 % is above 0.1 %", "loss"},
    {"Carbon", "carbon: {at_most: 400 g/kWh}", [](SiteAttributes& s, Request&) { s.carbon_g_per_kwh = 401; },
     "carbon: 401 g/kWh is above 400 g/kWh", "carbon"},
    {"Pue", "pue: {at_most: 1.3}", [](SiteAttributes& s, Request&) { s.pue = 1.4; }, "pue: 1.4 is above 1.3",
     "pue"},
    {"LatencyEvenWhenIdle", "", [](SiteAttributes&, Request& r) { r.needs.latency_s = 0.005; },
     "latency: 10 ms even when idle, the class is 5 ms", nullptr},
};

PolicyDefinition policy_with(const std::string& filters, const std::string& allowed) {
    std::string text = "policy: t\nterms: {load: {}}\nfilters:\n  allow_unknown: [" + allowed + "]\n";
    return policy_of(filters.empty() ? text : text + "  " + filters + "\n");
}

/// Everything that a filter may ask for is taken away again.
SiteAttributes silent_site() {
    SiteAttributes out;
    out.id = {1};
    out.name = "a";
    return out;
}

class Filters : public testing::TestWithParam<FilterCase> {};

TEST_P(Filters, NameTheReasonWithItsNumber) {
    SiteAttributes site = plain_site(1, "a");
    Request request = job();
    GetParam().prepare(site, request);
    const PolicyDefinition policy = policy_with(GetParam().filters, "");
    EXPECT_EQ(filter_site({policy, request, site, {}}), GetParam().reason);
}

TEST_P(Filters, RejectTheUnknownUnlessAllowed) {
    if (GetParam().unknown == nullptr) {
        return; // asks for no statement of the site
    }
    SiteAttributes site = plain_site(1, "a");
    Request request = job();
    GetParam().prepare(site, request);
    const SiteAttributes silent = silent_site();
    const PolicyDefinition strict = policy_with(GetParam().filters, "");
    EXPECT_EQ(filter_site({strict, request, silent, {}}), std::string(GetParam().unknown) + ": unknown");
    const PolicyDefinition lenient = policy_with(GetParam().filters, GetParam().unknown);
    EXPECT_EQ(filter_site({lenient, request, silent, {}}), "");
}

INSTANTIATE_TEST_SUITE_P(All, Filters, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Filters, TenantAny_TakesEverybody) {
    SiteAttributes site = plain_site(1, "a");
    site.tenants = {{"any"}};
    Request request = job();
    request.tenant = "t1";
    const PolicyDefinition policy = policy_with("", "");
    EXPECT_EQ(filter_site({policy, request, site, {}}), "");
}

TEST(Filters, UtilisationBound_DoesNotFilterFlows) {
    SiteAttributes site = plain_site(1, "a");
    site.utilisation = 0.99;
    const PolicyDefinition policy = policy_with("utilisation: {at_most: 85%}", "");
    Request flow;
    EXPECT_EQ(filter_site({policy, flow, site, {}}), "");
}

} // namespace
} // namespace suanlu
