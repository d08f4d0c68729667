// SPDX-License-Identifier: Apache-2.0
#include "controller/cli/dns_subscribe.hpp"

#include <csignal>
#include <cstdio>

#include "controller/cli/push_report.hpp"
#include "controller/cli/push_subscriber.hpp"
#include "dns/record/rr_type.hpp"
#include "dns/tcp/tls_context.hpp"

namespace suanlu {

namespace {

constexpr const char* kDefaultPort = "853";

/// HOST, HOST:PORT, V6 or [V6]:PORT.
Result<PushServer> parse_server(const std::string& text) {
    PushServer server{text, kDefaultPort, {}};
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

Result<dns::PushQuestion> parse_question(const SubscribeWords& words) {
    dns::PushQuestion question;
    SL_TRY(question.name, dns::DomainName::parse(words.name));
    const auto type = dns::parse_type(words.type);
    if (!type) {
        return Error{Errc::kBadInput, words.type + " is no type of records"};
    }
    question.type = *type;
    question.rr_class = dns::rr_class::kIn;
    return question;
}

} // namespace

DnsSubscribe::DnsSubscribe(CLI::App& dns)
    : subscribe_(
          dns.add_subcommand("subscribe", "print changes of records as a server of DNS Push says them")) {
    subscribe_->fallthrough();
    subscribe_->add_option("name", words_.name, "whose records")->required();
    subscribe_->add_option("type", words_.type, "SVCB, A, ANY, TYPE65280")->capture_default_str();
    subscribe_->add_option("--server", words_.server, "HOST or HOST:PORT, port 853 by default")->required();
    subscribe_->add_option("--ca", words_.ca, "file of the authorities to trust instead of the system's");
    subscribe_->add_option("--tls-name", words_.tls_name, "name in the server's certificate; default HOST");
    subscribe_->add_option("--count", words_.count, "end after so many messages with changes");
}

bool DnsSubscribe::is_asked() const {
    return subscribe_->parsed();
}

Status DnsSubscribe::run(bool as_json, bool colour) const {
    SL_TRY(PushServer server, parse_server(words_.server));
    SL_TRY(const dns::PushQuestion question, parse_question(words_));
    SL_TRY(const auto context, dns::client_tls_context(words_.ca));
    server.tls_name = words_.tls_name.empty() ? server.host : words_.tls_name;
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
    PushSubscriber subscriber(io, server, question, *context, {print, say});
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
