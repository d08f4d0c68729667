// SPDX-License-Identifier: Apache-2.0
#include "controller/cli/stub_resolver_client.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>
#include <sstream>

#include "core/support/whole_file.hpp"

namespace suanlu {

namespace {

constexpr std::uint16_t kDnsPort = 53;
constexpr timeval kPatience{2, 0};
constexpr int kTries = 2;
/// resolv.conf(5): MAXNS.
constexpr std::size_t kMostResolvers = 3;

Result<Endpoint> parse_resolver(const std::string& text) {
    if (auto address = Ip6::parse(text)) {
        return Endpoint{*address, kDnsPort, {}};
    }
    auto endpoint = Endpoint::parse(text);
    if (!endpoint || endpoint->is_unix()) {
        return Error{Errc::kBadInput, "resolver " + text + ": ADDRESS or ADDRESS:PORT is wanted"};
    }
    return endpoint;
}

/// A connected socket that gives up after a while.
class Wire {
public:
    Wire(const Endpoint& to, int kind) : socket_(::socket(AF_INET6, kind | SOCK_CLOEXEC, 0)) {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(to.port);
        std::memcpy(&address.sin6_addr, to.address.bytes.data(), to.address.bytes.size()); // IPv4 is mapped
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
        is_open_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    ~Wire() { ::close(socket_); }

    bool send(const dns::Bytes& bytes) const {
        return is_open_ && ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                               static_cast<ssize_t>(bytes.size());
    }
    /// A datagram, or all octets asked for; empty after an error.
    [[nodiscard]] dns::Bytes receive(std::size_t most, int flags) const {
        dns::Bytes out(most);
        const ssize_t size = ::recv(socket_, out.data(), out.size(), flags);
        out.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
        return out;
    }

private:
    int socket_;
    bool is_open_ = false;
};

std::string reason() {
    return errno == EAGAIN || errno == EINPROGRESS ? "no answer" : std::strerror(errno);
}

Result<dns::ResolverAnswer> ask_by_udp(const Endpoint& resolver, std::uint16_t id,
                                       const dns::ResolverQuestion& question) {
    constexpr std::size_t kMostDatagram = 65535;
    const Wire wire(resolver, SOCK_DGRAM);
    if (!wire.send(dns::resolver_query(id, question))) {
        return Error{Errc::kUnreachable, reason()};
    }
    for (;;) {
        const dns::Bytes message = wire.receive(kMostDatagram, 0);
        if (message.empty()) {
            return Error{Errc::kUnreachable, reason()};
        }
        if (auto answer = dns::read_resolver_answer(message, id, question)) {
            return answer; // others are late, or forged
        }
    }
}

Result<dns::ResolverAnswer> ask_by_tcp(const Endpoint& resolver, std::uint16_t id,
                                       const dns::ResolverQuestion& question) {
    const Wire wire(resolver, SOCK_STREAM);
    const dns::Bytes query = dns::resolver_query(id, question);
    dns::Bytes framed;
    dns::put_integer(framed, static_cast<std::uint16_t>(query.size()));
    dns::put_bytes(framed, query);
    if (!wire.send(framed)) {
        return Error{Errc::kUnreachable, "by TCP: " + reason()};
    }
    const dns::Bytes length = wire.receive(2, MSG_WAITALL);
    if (length.size() < 2) {
        return Error{Errc::kUnreachable, "by TCP: " + reason()};
    }
    const dns::Bytes message =
        wire.receive(static_cast<std::size_t>(length[0] << 8U | length[1]), MSG_WAITALL);
    return dns::read_resolver_answer(message, id, question);
}

Result<dns::ResolverAnswer> ask_one(const Endpoint& resolver, const dns::ResolverQuestion& question) {
    const auto id = static_cast<std::uint16_t>(std::random_device{}());
    SL_TRY(dns::ResolverAnswer answer, ask_by_udp(resolver, id, question));
    if (answer.is_cut) {
        SL_TRY(answer, ask_by_tcp(resolver, id, question));
    }
    if (answer.rcode != dns::Rcode::kNoError && answer.rcode != dns::Rcode::kNxDomain) {
        return Error{Errc::kUnreachable,
                     answer.rcode == dns::Rcode::kServFail ? "SERVFAIL"
                     : answer.rcode == dns::Rcode::kRefused
                         ? "REFUSED"
                         : "RCODE " + std::to_string(static_cast<unsigned>(answer.rcode))};
    }
    return answer;
}

} // namespace

Result<StubResolverClient> StubResolverClient::open(const std::string& resolver,
                                                    const std::string& resolv_conf) {
    std::vector<Endpoint> resolvers;
    if (!resolver.empty()) {
        SL_TRY(Endpoint endpoint, parse_resolver(resolver));
        return StubResolverClient({std::move(endpoint)});
    }
    SL_TRY(const std::string text, read_whole_file(resolv_conf));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line) && resolvers.size() < kMostResolvers;) {
        std::istringstream words(line);
        std::string key;
        std::string address;
        if (words >> key >> address && key == "nameserver") {
            if (auto endpoint = parse_resolver(address)) {
                resolvers.push_back(*std::move(endpoint));
            }
        }
    }
    if (resolvers.empty()) {
        return Error{Errc::kBadInput, resolv_conf + " names no resolver; --resolver or --server does"};
    }
    return StubResolverClient(std::move(resolvers));
}

Result<dns::ResolverAnswer> StubResolverClient::ask(const dns::ResolverQuestion& question) const {
    std::string why;
    for (int tried = 0; tried < kTries; ++tried) {
        why.clear();
        for (const Endpoint& resolver : resolvers_) {
            auto answer = ask_one(resolver, question);
            if (answer) {
                return answer;
            }
            why += (why.empty() ? "" : ", ") + resolver.text() + ": " + answer.error().detail;
        }
    }
    return Error{Errc::kUnreachable, "no answer for " + question.text() + " from the resolver " + why};
}

} // namespace suanlu
