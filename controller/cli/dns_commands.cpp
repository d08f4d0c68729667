// SPDX-License-Identifier: Apache-2.0
#include "controller/cli/dns_commands.hpp"

#include <cstdio>
#include <sstream>
#include <vector>

#include "controller/cli/record_report.hpp"
#include "core/support/whole_file.hpp"
#include "dns/record/octet_text.hpp"
#include "dns/record/rr_type.hpp"
#include "dns/zone/record_text.hpp"

namespace suanlu {

namespace {

/// An answer is at most 64 KiB; as text, and some of them.
constexpr std::uintmax_t kMostInputBytes = 4U << 20U;

/// The argument, or what stands on standard input for "-".
Result<std::string> read_argument(const std::string& argument) {
    if (argument != "-") {
        return argument;
    }
    return read_whole_file("/dev/stdin", kMostInputBytes);
}

/// What dig prints: a record a line, its remarks, and records of other types, which are passed over.
Result<std::vector<dns::Record>> read_lines(const std::string& text) {
    std::vector<dns::Record> out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t first = line.find_first_not_of(" \t\r");
        if (first == std::string::npos || line[first] == ';') {
            continue;
        }
        SL_TRY(dns::Record record, dns::parse_record(line));
        if (dns::has_compute_keys(record.type)) {
            out.push_back(std::move(record));
        }
    }
    if (out.empty()) {
        return Error{Errc::kBadInput, "no SVCB, HTTPS, CMP or TXT record in it"};
    }
    return out;
}

Result<dns::Bytes> octets_of(const std::string& input, const std::string& form) {
    if (form == "hex") {
        return dns::parse_hex(input);
    }
    if (form == "base64") {
        return dns::parse_base64(input);
    }
    return dns::Bytes(input.begin(), input.end());
}

} // namespace

DnsCommands::DnsCommands(CLI::App& app)
    : dns_(app.add_subcommand("dns", "records of the computing DNS; needs no suanlud")),
      decode_(dns_->add_subcommand("decode", "what an SVCB, HTTPS, CMP or TXT record says of compute")) {
    dns_->require_subcommand(1);
    dns_->fallthrough();
    decode_->fallthrough();
    decode_->add_option("record", record_, "lines as dig prints them, or rdata; - reads standard input")
        ->required();
    decode_->add_option("--form", form_, "text (whole records), or the rdata of one as hex, base64 or wire")
        ->check(CLI::IsMember({"text", "hex", "base64", "wire"}))
        ->capture_default_str();
    decode_->add_option("--type", type_, "SVCB, HTTPS, CMP or TXT; with text the record says it");
}

bool DnsCommands::is_asked() const {
    return dns_->parsed();
}

Result<std::vector<dns::Record>> DnsCommands::records() const {
    SL_TRY(const std::string input, read_argument(record_));
    if (form_ == "text") {
        return read_lines(input);
    }
    dns::Record record;
    const auto type = dns::parse_type(type_);
    if (!type) {
        return Error{Errc::kBadInput, "rdata alone does not say its type: --type SVCB, HTTPS, CMP or TXT"};
    }
    record.type = *type;
    SL_TRY(record.rdata, octets_of(input, form_));
    return std::vector{std::move(record)};
}

Result<OfflineAnswer> DnsCommands::run(bool as_json, bool colour) const {
    SL_TRY(const auto records, records());
    Json json = Json::array();
    std::string text;
    for (const dns::Record& record : records) {
        const auto view = dns::view_record(record.type, record.rdata);
        if (!view) {
            return OfflineAnswer{as_json ? dumped({{"error", view.error().detail}})
                                         : "malformed: " + view.error().detail + "\n",
                                 Exit::kBad};
        }
        json.push_back(to_json(*view));
        text += (text.empty() ? "" : "\n") + to_text(*view, colour);
    }
    return OfflineAnswer{as_json ? dumped({{"records", std::move(json)}}) : text};
}

} // namespace suanlu
