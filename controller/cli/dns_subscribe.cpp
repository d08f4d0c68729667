// SPDX-License-Identifier: Apache-2.0
#include "controller/cli/dns_subscribe.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <random>

#include "controller/cli/push_report.hpp"
#include "controller/cli/push_subscriber.hpp"
#include "controller/cli/stub_resolver_client.hpp"
#include "dns/record/rr_type.hpp"
#include "dns/tcp/tls_context.hpp"

namespace suanlu {

namespace {

constexpr const char* kDefaultPort = "853";
constexpr std::size_t kMostQuestions = 1'000;

/// HOST, HOST:PORT, V6 or [V6]:PORT.
Result<PushServer> parse_server(const std::string& text) {
    PushServer server{text, kDefaultPort, {}, {}};
    const bool is_bracketed = text.starts_with('[');
    const std::size_t end = is_bracketed ? text.find(']') : text.find(':');
    if (is_bracketed && end == std::string::npos) {
        return Error{Errc::kBadInput, "server " + text + ": no ]"};
    }
    const bool is_plain_v6 = !is_bracketed && end != text.rfind(':');
    const std::size_t colon = is_bracketed ? end + 1 : end;
    if (!is_plain_v6 && colon < text.size()) {
        server.port = text.substr(colon + 1);
        if (text[colon] != ':' || server.port.empty() || server.port.size() > 5 ||
            server.port.find_first_not_of("0123456789") != std::string::npos) {
            return Error{Errc::kBadInput, "server " + text + ": HOST or HOST:PORT is wanted"};
        }
    }
    if (!is_plain_v6 && end != std::string::npos) {
        server.host = is_bracketed ? text.substr(1, end - 1) : text.substr(0, end);
    }
    return server;
}

/// NAME or NAME/TYPE. A name may have a slash, too: one before what is a type counts.
Result<dns::PushQuestion> parse_question(const std::string& word) {
    const std::size_t slash = word.rfind('/');
    const auto type = slash == std::string::npos ? std::nullopt : dns::parse_type(word.substr(slash + 1));
    if (slash != std::string::npos && !type && word.find('.', slash) == std::string::npos) {
        return Error{Errc::kBadInput, word.substr(slash + 1) + " is no type of records"};
    }
    SL_TRY(dns::DomainName name, dns::DomainName::parse(type ? word.substr(0, slash) : word));
    return dns::PushQuestion{std::move(name), type.value_or(dns::rr_type::kSvcb), dns::rr_class::kIn};
}

/// Each once, for a session takes none twice (RFC 8765 section 6.2.1).
Result<std::vector<dns::PushQuestion>> parse_questions(const std::vector<std::string>& words) {
    std::vector<dns::PushQuestion> questions;
    for (const std::string& word : words) {
        SL_TRY(dns::PushQuestion question, parse_question(word));
        if (std::find(questions.begin(), questions.end(), question) == questions.end()) {
            questions.push_back(std::move(question));
        }
    }
    if (questions.size() > kMostQuestions) {
        return Error{Errc::kBadInput, "at most " + std::to_string(kMostQuestions) + " names in a session"};
    }
    return questions;
}

/// Whom the zone of `name` says.
Result<std::vector<PushServer>> find_servers(const dns::DomainName& name, const std::string& resolver) {
    SL_TRY(const StubResolverClient client, StubResolverClient::open(resolver));
    const auto ask = [&](const dns::ResolverQuestion& question) { return client.ask(question); };
    SL_TRY(const std::vector<dns::PushHost> hosts, dns::discover_push(name, ask, std::random_device{}()));
    std::vector<PushServer> out;
    for (const dns::PushHost& host : hosts) {
        std::string text = host.name.text();
        text.pop_back(); // certificates are for names without the last dot
        out.push_back({text, std::to_string(host.addresses.front().port), text, host.addresses});
    }
    return out;
}

} // namespace

DnsSubscribe::DnsSubscribe(CLI::App& dns)
    : subscribe_(
          dns.add_subcommand("subscribe", "print changes of records as a server of DNS Push says them")) {
    subscribe_->fallthrough();
    subscribe_
        ->add_option("names", words_.names,
                     "NAME or NAME/TYPE each; SVCB unless TYPE is A, ANY, TYPE65280 ..")
        ->required();
    CLI::Option* const server = subscribe_->add_option(
        "--server", words_.server, "HOST or HOST:PORT, port 853 by default; default: whom the zone names");
    subscribe_
        ->add_option("--resolver", words_.resolver,
                     "ADDRESS or ADDRESS:PORT to ask for the zone's server; default: /etc/resolv.conf")
        ->excludes(server);
    subscribe_->add_option("--ca", words_.ca, "file of the authorities to trust instead of the system's");
    subscribe_->add_option("--tls-name", words_.tls_name,
                           "name in the server's certificate; default: its host");
    subscribe_->add_option("--count", words_.count, "end after so many messages with changes");
}

bool DnsSubscribe::is_asked() const {
    return subscribe_->parsed();
}

Status DnsSubscribe::run(bool as_json, bool colour) const {
    SL_TRY(std::vector<dns::PushQuestion> questions, parse_questions(words_.names));
    SL_TRY(const auto context, dns::client_tls_context(words_.ca));
    std::vector<PushServer> servers;
    if (words_.server.empty()) {
        SL_TRY(servers, find_servers(questions.front().name, words_.resolver));
    } else {
        SL_TRY(servers.emplace_back(), parse_server(words_.server));
    }
    for (PushServer& server : servers) {
        server.tls_name = words_.tls_name.empty() ? server.host : words_.tls_name;
    }
    std::uint64_t messages = 0;
    const auto print = [&](const std::vector<dns::PushChange>& changes) {
        for (const dns::PushChange& change : changes) {
            std::fputs((as_json ? change_json(change) : change_text(change, colour)).c_str(), stdout);
        }
        std::fflush(stdout);
        return ++messages != words_.count;
    };
    const auto say = [](const std::string& what) { std::fprintf(stderr, "suanluctl: %s\n", what.c_str()); };
    asio::io_context io(1);
    PushSubscriber subscriber(io, std::move(servers), std::move(questions), *context, {print, say},
                              std::random_device{}());
    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code& ec, int) {
        if (!ec) {
            subscriber.stop();
        }
    });
    subscriber.start([&] { signals.cancel(); });
    io.run();
    return subscriber.outcome();
}

} // namespace suanlu
