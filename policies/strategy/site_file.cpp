// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/site_file.hpp"

#include <algorithm>
#include <set>

#include "policies/strategy/file_walk.hpp"

namespace suanlu {

namespace {

std::optional<double> read_share(YamlNode node) {
    return read_quantity(node, QuantityKind::kShare, 1);
}

std::optional<std::vector<std::string>> read_stated_names(YamlNode list) {
    auto names = read_names(list);
    return list.is_present() ? std::optional(std::move(names)) : std::nullopt;
}

void read_gpus(YamlNode list, SiteAttributes& site) {
    if (!list.is_present()) {
        return;
    }
    site.gpus.emplace();
    for (YamlNode& item : list.items()) {
        expect_keys(item, {"model", "free", "memory"});
        GpuPool pool;
        pool.model = item.required("model").text();
        pool.free = static_cast<std::uint32_t>(item.required("free").integer(0, 1'000'000));
        pool.memory_bytes = read_positive(item.optional("memory"), QuantityKind::kBytes);
        site.gpus->push_back(std::move(pool));
    }
}

std::optional<std::vector<NamedVersion>> read_software(YamlNode list) {
    if (!list.is_present()) {
        return std::nullopt;
    }
    std::vector<NamedVersion> out;
    for (YamlNode& item : list.items()) {
        if (auto one = read_named_version(item)) {
            out.push_back(*std::move(one));
        }
    }
    return out;
}

std::uint32_t read_minute(YamlNode node) {
    const auto minute = parse_time_of_day(node.text());
    if (node.is_present() && !minute) {
        node.complain("'" + node.text() + "' is not a time of day from 00:00 to 24:00");
    }
    return minute.value_or(0);
}

void read_tariff(YamlNode node, SiteAttributes& site) {
    if (!node.is_present()) {
        return;
    }
    expect_keys(node, {"utc_offset", "periods"});
    Tariff tariff;
    YamlNode offset = node.required("utc_offset");
    const auto minutes = parse_utc_offset(offset.text());
    if (offset.is_present() && !minutes) {
        offset.complain("'" + offset.text() + "' is not an offset like +08:00");
    }
    tariff.utc_offset_minutes = minutes.value_or(0);
    YamlNode periods = node.required("periods");
    for (YamlNode& item : periods.items()) {
        expect_keys(item, {"from", "to", "price"});
        TariffPeriod period{read_minute(item.required("from")), read_minute(item.required("to")), {}};
        const auto price = read_price(item.required("price"), "kWh");
        period.per_kwh = price.value_or(Money{});
        if (price && !tariff.periods.empty() && price->currency != tariff.periods.front().per_kwh.currency) {
            item.complain("a tariff is in one currency");
        }
        tariff.periods.push_back(period);
    }
    site.tariff = std::move(tariff);
}

void read_path(YamlNode node, SiteAttributes& site) {
    expect_keys(node, {"delay", "jitter", "loss", "bandwidth"});
    site.path.delay_s = read_quantity(node.optional("delay"), QuantityKind::kDuration);
    site.path.jitter_s = read_quantity(node.optional("jitter"), QuantityKind::kDuration);
    site.path.loss = read_share(node.optional("loss"));
    site.path.bandwidth_bytes_s = read_positive(node.optional("bandwidth"), QuantityKind::kBandwidth);
}

void read_capacity(YamlNode node, SiteAttributes& site) {
    site.slots = read_positive(node.optional("slots"), QuantityKind::kPlain);
    site.rate_per_slot = read_positive(node.optional("rate_per_slot"), QuantityKind::kJobRate);
    site.tokens_per_s = read_positive(node.optional("token_rate"), QuantityKind::kTokenRate);
    site.first_token_s = read_quantity(node.optional("first_token"), QuantityKind::kDuration);
    site.utilisation = read_share(node.optional("utilisation"));
    site.waiting = read_quantity(node.optional("waiting"), QuantityKind::kPlain);
    site.reserved = read_share(node.optional("reserved"));
}

void read_energy(YamlNode node, SiteAttributes& site) {
    site.watts_per_slot = read_quantity(node.optional("power_per_slot"), QuantityKind::kPower);
    YamlNode pue = node.optional("pue");
    site.pue = read_quantity(pue, QuantityKind::kPlain, 10);
    if (site.pue && *site.pue < 1) {
        pue.complain("a PUE below 1: total power is at least the power of the machines");
    }
    site.carbon_g_per_kwh = read_quantity(node.optional("carbon"), QuantityKind::kCarbon);
    read_tariff(node.optional("tariff"), site);
    site.slot_hour = read_price(node.optional("slot_price"), "h");
}

void read_place(YamlNode node, SiteAttributes& site) {
    if (const auto role = read_word(node.optional("role"), kSiteRoleWords)) {
        site.role = static_cast<SiteRole>(*role);
    }
    site.tenants = read_stated_names(node.optional("tenants"));
    if (YamlNode area = node.optional("residency"); area.is_present()) {
        site.residency = area.text();
    }
    if (const auto status = read_word(node.optional("security"), kSecurityWords)) {
        site.security = static_cast<SecurityStatus>(*status);
    }
    read_gpus(node.optional("gpus"), site);
    site.cuda = read_version(node.optional("cuda"));
    site.frameworks = read_software(node.optional("frameworks"));
    site.models = read_software(node.optional("models"));
    read_capacity(node, site);
    read_energy(node, site);
    read_path(node.optional("path"), site);
    site.manual_share = read_share(node.optional("manual_share"));
}

SiteAttributes read_site(YamlNode node) {
    expect_keys(node,
                {"name",           "id",         "up",          "role",        "tenants",    "residency",
                 "security",       "gpus",       "cuda",        "frameworks",  "models",     "slots",
                 "rate_per_slot",  "token_rate", "first_token", "utilisation", "waiting",    "reserved",
                 "power_per_slot", "pue",        "carbon",      "tariff",      "slot_price", "path",
                 "bandwidth_from", "datasets",   "manual_share"});
    SiteAttributes site;
    site.name = node.required("name").text();
    site.id = {static_cast<std::uint16_t>(node.optional("id").integer(1, 65535, 0))};
    site.is_up = node.optional("up").boolean(true);
    read_place(node, site);
    YamlNode rates = node.optional("bandwidth_from");
    for (const auto& [from, key] : rates.members()) {
        if (const auto rate = read_positive(rates.optional(from), QuantityKind::kBandwidth)) {
            site.bandwidth_from[from] = *rate;
        }
    }
    site.datasets = read_stated_names(node.optional("datasets"));
    return site;
}

/// Names and ids are unique; sites without an id get the least free ones, in the order of the file.
void number_sites(std::vector<YamlNode>& nodes, std::vector<SiteAttributes>& sites) {
    std::set<std::string> names;
    std::set<std::uint16_t> ids;
    for (std::size_t i = 0; i < sites.size(); ++i) {
        if (!sites[i].name.empty() && !names.insert(sites[i].name).second) {
            nodes[i].optional("name").complain("site '" + sites[i].name + "' is already listed");
        }
        if (sites[i].id.is_set() && !ids.insert(sites[i].id.value).second) {
            nodes[i].optional("id").complain("another site has this id");
        }
    }
    std::uint16_t next = 1;
    for (SiteAttributes& site : sites) {
        while (!site.id.is_set() && !ids.insert(next).second) {
            ++next;
        }
        site.id = site.id.is_set() ? site.id : SiteId{next};
    }
}

/// A bandwidth from a site that is not there is a misspelling.
void check_neighbours(std::vector<YamlNode>& nodes, const std::vector<SiteAttributes>& sites) {
    for (YamlNode& node : nodes) {
        for (auto& [from, key] : node.optional("bandwidth_from").members()) {
            const std::string& name = from;
            if (std::none_of(sites.begin(), sites.end(),
                             [&](const SiteAttributes& site) { return site.name == name; })) {
                key.complain("no site '" + name + "'");
            }
        }
    }
}

} // namespace

void read_stated(YamlNode node, SiteAttributes& site) {
    expect_keys(node, {"role", "tenants", "residency", "security", "gpus", "cuda", "frameworks", "models",
                       "token_rate", "first_token", "reserved", "power_per_slot", "pue", "carbon", "tariff",
                       "slot_price", "path", "manual_share"});
    expect_keys(node.optional("path"), {"jitter", "loss", "bandwidth"});
    read_place(node, site);
}

SiteFileReading read_sites(const std::string& text, const std::string& name) {
    constexpr std::size_t kMostSites = 65535;
    YamlNode root = YamlNode::open_text(text, name);
    SiteFile file;
    if (root.is_present()) {
        expect_keys(root, {"time", "sites", "requests"});
        YamlNode time = root.optional("time");
        file.time = WallTime::parse(time.text());
        if (time.is_present() && !file.time) {
            time.complain("'" + time.text() + "' is not a time like 2026-03-02T14:00+08:00");
        }
        YamlNode list = root.required("sites");
        std::vector<YamlNode> nodes = list.items();
        if (nodes.size() > kMostSites) {
            list.complain("too many sites");
            nodes.clear();
        }
        for (YamlNode& node : nodes) {
            file.sites.push_back(read_site(node));
        }
        number_sites(nodes, file.sites);
        check_neighbours(nodes, file.sites);
        read_requests(root.optional("requests"), file.sites, file.requests);
    }
    SiteFileReading out;
    out.complaints = root.complaints();
    if (out.complaints.empty()) {
        out.file = std::move(file);
    }
    return out;
}

} // namespace suanlu
