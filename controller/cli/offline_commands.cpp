// SPDX-License-Identifier: Apache-2.0
#include "controller/cli/offline_commands.hpp"

#include "controller/offline/path_answer.hpp"
#include "controller/offline/topology_report.hpp"
#include "core/model/quantity_text.hpp"

namespace suanlu {

namespace {

std::string known_formats() {
    std::string out = "format of the file, found by name and content unless given:";
    for (const TopologyReader& reader : topology_readers()) {
        out += " " + std::string(reader.name);
    }
    return out;
}

std::string dumped(const offline::Json& json) {
    // Names of a file may hold bytes that are no UTF-8.
    return json.dump(2, ' ', false, offline::Json::error_handler_t::replace) + "\n";
}

} // namespace

OfflineCommands::OfflineCommands(CLI::App& app)
    : topology_(app.add_subcommand("topology", "what a topology file holds; needs no suanlud")),
      show_(topology_->add_subcommand("show", "facts, routers and links")),
      path_(app.add_subcommand("path", "paths and segment lists over a topology file; needs no suanlud")) {
    topology_->require_subcommand(1);
    topology_->fallthrough();
    declare_file(*show_);
    show_->add_option("--limit", limit_, "most routers and links in the tables")->capture_default_str();
    declare_file(*path_);
    declare_constraints();
    declare_answers();
}

void OfflineCommands::declare_file(CLI::App& command) {
    command.fallthrough();
    command.add_option("file", file_, "topology file, plain or .gz")->required();
    command.add_option("--format", options_.format, known_formats());
    command.add_option(
        "--delay-per-km", delay_per_km_,
        "delay of a kilometre of great circle where the file has coordinates only, default 5us");
}

void OfflineCommands::declare_constraints() {
    const auto add = [&](const char* name, auto& into, const char* what) {
        return path_->add_option(name, into, what)->group("Bounds of every path, partner and repair");
    };
    const auto colours = [&](const char* name, std::vector<std::uint32_t>& into, const char* what) {
        add(name, into, what)->delimiter(',')->check(CLI::Range(0, 31));
    };
    add("--max-delay", words_.max_delay, "one way, e.g. 5ms");
    add("--max-jitter", words_.max_jitter, "sum over the links, e.g. 200us");
    add("--max-loss", words_.max_loss, "share of packets lost, e.g. 0.1%");
    add("--min-bandwidth", words_.min_bandwidth, "available on every link, e.g. 10Gbps");
    add("--max-hops", words_.max_hops, "links")->check(CLI::Range(1, 65535));
    colours("--include-any", words_.include_any, "colours, e.g. 0,3: every link has one of them");
    colours("--include-all", words_.include_all, "colours: every link has all of them");
    colours("--exclude", words_.exclude, "colours: no link has any of them");
    add("--area", words_.areas, "legal areas that the path may touch, e.g. CN,HK")->delimiter(',');
    const auto levels = CLI::IsMember({"none", "ipsec", "macsec", "otnsec", "qkd"});
    add("--protection", words_.protection, "weakest protection of a link: ipsec, macsec, otnsec, qkd")
        ->check(levels);
    add("--transit-protection", words_.transit_protection, "the same of routers between the ends")
        ->check(levels);
    add("--layer", words_.layers, "layers that the path may use: otn, ip-private, internet")
        ->delimiter(',')
        ->check(CLI::IsMember({"otn", "ip-private", "internet"}));
}

void OfflineCommands::declare_answers() {
    path_->add_option("--from", words_.from, "router where packets enter")->required();
    path_->add_option("--to", words_.to, "router where they leave")->required();
    path_->add_option("--metric", words_.metric, "what is minimised: delay (default), igp or te")
        ->check(CLI::IsMember({"delay", "igp", "te"}));
    path_->add_option("--algorithm", words_.algorithm, "Flex-Algo whose metric and links are used")
        ->check(CLI::Range(128, 255));
    path_->add_option("--via", words_.via, "routers to pass, in this order")->delimiter(',');
    path_->add_option("--k", words_.k, "how many paths, best first")->check(CLI::Range(1, 100));
    path_->add_option("--disjoint", words_.disjoint, "a pair that shares no link, node or srlg")
        ->check(CLI::IsMember({"link", "node", "srlg"}));
    path_
        ->add_option("--protect", words_.protect,
                     "TI-LFA repair lists of every link, node or srlg on the path")
        ->check(CLI::IsMember({"link", "node", "srlg"}));
    path_
        ->add_option("--encode", words_.encode, "usid (F3216, default), usid-f4816 or sid (one address each)")
        ->check(CLI::IsMember({"usid", "usid-f4816", "sid"}));
    path_->add_option("--service-id", words_.service_id,
                      "id of the service at the egress, e.g. 0xe001, for the address");
    path_
        ->add_option("--max-segments", words_.max_segments,
                     "most segments of a list, the service's id not counted")
        ->check(CLI::Range(1, 255));
    path_
        ->add_option("--sites", words_.sites,
                     "interconnection rule for this pair of sites: hub, edge:hub or edge")
        ->check(CLI::IsMember({"hub", "edge:hub", "edge"}));
    path_
        ->add_option("--data-class", words_.data_class,
                     "for --sites: high-volume or low-volume (with a security or quality need) or no-need")
        ->check(CLI::IsMember({"high-volume", "low-volume", "no-need"}));
    path_->add_flag("--explain", words_.explain, "which rule and bounds held, which kind of list and why");
}

bool OfflineCommands::is_asked() const {
    return topology_->parsed() || path_->parsed();
}

Result<OfflineAnswer> OfflineCommands::run(bool as_json, bool colour) const {
    ReadOptions options = options_;
    if (!delay_per_km_.empty()) {
        SL_TRY(const Seconds delay, parse_duration(delay_per_km_));
        options.delay_per_km = delay.value * 1e6;
    }
    if (words_.encode == "usid-f4816") {
        options.sid_block.length =
            48; // routers of a file without SIDs get ids of the format that is asked for
    }
    SL_TRY(const ReadTopology read, load_topology(file_, options));
    if (topology_->parsed()) {
        const auto report = offline::topology_report(file_, read.view);
        return OfflineAnswer{as_json ? dumped(offline::to_json(report, read))
                                     : offline::to_text(report, read, limit_, colour)};
    }
    SL_TRY(const offline::PathReport report, offline::answer_path(file_, read, words_));
    return OfflineAnswer{as_json ? dumped(offline::to_json(report))
                                 : offline::to_text(report, words_.explain, colour),
                         report.is_usable() ? Exit::kFine : Exit::kBad};
}

} // namespace suanlu
