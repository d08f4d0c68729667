// SPDX-License-Identifier: Apache-2.0
#include "controller/app/config.hpp"

#include <filesystem>

#include "core/support/yaml_walk.hpp"

namespace suanlu {

namespace {

Duration period(YamlNode node, Duration fallback, Duration least, Duration most) {
    const double seconds = node.duration({std::chrono::duration<double>(fallback).count()}).value;
    const auto value = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
    if (value < least || value > most) {
        const auto ms = [](Duration d) { return std::to_string(d / std::chrono::milliseconds(1)) + "ms"; };
        node.complain("the period is from " + ms(least) + " to " + ms(most));
    }
    return value;
}

void read_listeners(YamlNode list, Config& out) {
    for (YamlNode& item : list.items()) {
        auto endpoint = Endpoint::parse(item.text());
        if (!endpoint) {
            item.complain(endpoint.error().detail);
            return;
        }
        if (!endpoint->is_local() && !out.tls.is_set()) {
            item.complain("plaintext only on loopback and unix sockets: this listener needs 'tls'");
        }
        out.listen.push_back(*endpoint);
    }
    if (list.is_present() && out.listen.empty()) {
        list.complain("at least one listener");
    }
}

void read_metrics(YamlNode node, Config& out) {
    out.metrics = node.text();
    if (!out.metrics.empty() && !Endpoint::parse(out.metrics)) {
        node.complain("'" + out.metrics + "' is not ADDRESS:PORT");
    }
}

void read_journal(YamlNode node, Config& out) {
    if (!node.is_present()) {
        return;
    }
    YamlNode folder = node.required("folder");
    out.journal_dir = folder.text();
    if (folder.is_present() && out.journal_dir.empty()) {
        folder.complain("the folder is empty");
    }
    out.journal_megabytes =
        static_cast<std::uint32_t>(node.optional("megabytes").integer(1, 1'000'000, out.journal_megabytes));
}

std::string beside(const std::string& file, const std::string& path) {
    return path.empty() ? path : (std::filesystem::path(file).parent_path() / path).string();
}

} // namespace

Result<Config> load_config(const std::string& path) {
    using std::chrono::milliseconds;
    using std::chrono::seconds;
    SL_TRY(YamlNode root, YamlNode::load_file(path));
    Config out;
    YamlNode name = root.required("name");
    out.name = name.text();
    if (name.is_present() && out.name.empty()) {
        name.complain("the name is empty");
    }
    out.inventory_path = beside(path, root.required("inventory").text());
    out.policies_dir = beside(path, root.optional("policies").text());
    out.tls = read_tls(root.optional("tls"));
    read_listeners(root.required("listen"), out);
    read_metrics(root.optional("metrics"), out);
    out.state_dir = beside(path, root.required("state_dir").text());
    out.dns_path = beside(path, root.optional("dns").text());
    read_journal(root.optional("journal"), out);
    out.journal_dir = beside(path, out.journal_dir);
    out.tick = period(root.optional("tick"), out.tick, milliseconds(100), seconds(60));
    out.report_max_age =
        period(root.optional("report_max_age"), out.report_max_age, milliseconds(200), seconds(300));
    out.link_max_age = period(root.optional("link_max_age"), out.link_max_age, seconds(1), seconds(3600));
    out.warm_up = period(root.optional("warm_up"), out.warm_up, milliseconds(0), seconds(60));
    out.verbose = root.optional("log").one_of({"info", "debug"}, "info") == "debug";
    root.finish();
    SL_TRY_VOID(root.status());
    return out;
}

} // namespace suanlu
