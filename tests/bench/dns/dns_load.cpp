// SPDX-License-Identifier: Apache-2.0
// dns-load: asks a DNS server over UDP as fast as it answers (closed loop: so many queries outstanding), or
// at a rate (open loop: queries leave when they are due, whatever came back). Batches of 32 by recvmmsg and
// sendmmsg on a few connected sockets, for one system call per query is the limit of other generators. An
// answer counts when its id is outstanding; it is bad when it has an RCODE or no answer record. A closed loop
// gives up what is out after 20 ms of silence on a socket, so lost packets do not stall it. One line of JSON.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace {

constexpr int kBatch = 32;
constexpr std::size_t kMostQuery = 512;
constexpr std::size_t kMostAnswer = 4096;
constexpr int kSocketBytes = 1 << 22;
constexpr std::uint64_t kGiveUpNs = 20'000'000;
/// Ids of one socket; an open loop has at most so many out.
constexpr std::size_t kMostOutstanding = 1 << 14;
constexpr std::size_t kMostLatencies = 20'000'000;

std::uint64_t now_ns() {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                          std::chrono::steady_clock::now().time_since_epoch())
                                          .count());
}

struct Arguments {
    std::string address;
    int port = 53;
    std::string queries;
    double seconds = 2;
    std::size_t window = 512;
    std::size_t sockets = 4;
    /// Queries/s; 0 = closed loop.
    double rate = 0;
    /// Random client subnets (RFC 7871) /24 from 10.0.0.0/8.
    bool has_subnet = false;
};

void append_u16(std::string& to, unsigned value) {
    to += static_cast<char>(value >> 8);
    to += static_cast<char>(value);
}

unsigned type_of(const std::string& word) {
    const std::pair<const char*, unsigned> kTypes[] = {{"A", 1},     {"NS", 2},    {"SOA", 6},   {"TXT", 16},
                                                       {"AAAA", 28}, {"SVCB", 64}, {"HTTPS", 65}};
    for (const auto& [name, type] : kTypes) {
        if (word == name) {
            return type;
        }
    }
    return word.rfind("TYPE", 0) == 0 ? static_cast<unsigned>(std::atoi(word.c_str() + 4)) : 0;
}

/// A query without its id; with EDNS, and at its end a /24 client subnet when there is one.
std::string query_of(const std::string& name, unsigned type, bool has_subnet) {
    std::string out("\0\0\0\0\0\1\0\0\0\0\0\1", 12);
    std::istringstream labels(name);
    for (std::string label; std::getline(labels, label, '.');) {
        out += static_cast<char>(label.size());
        out += label;
    }
    out += '\0';
    append_u16(out, type);
    append_u16(out, 1);
    out += std::string("\0\0\x29\4\xd0\0\0\0\0", 9); // root, OPT, 1232 bytes, no flags
    append_u16(out, has_subnet ? 11 : 0);
    if (has_subnet) {
        out += std::string("\0\x08\0\7\0\1\x18\0\x0a\0\0", 11);
    }
    return out;
}

std::vector<std::string> read_queries(const Arguments& arguments) {
    std::vector<std::string> out;
    std::ifstream in(arguments.queries);
    std::string name;
    std::string type;
    while (in >> name >> type) {
        out.push_back(query_of(name, type_of(type), arguments.has_subnet));
        if (type_of(type) == 0 || out.back().size() > kMostQuery) {
            std::cerr << "dns-load: " << arguments.queries << ": no query: " << name << " " << type << "\n";
            return {};
        }
    }
    return out;
}

struct Totals {
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::uint64_t lost = 0;
    std::uint64_t bad = 0;
    std::uint64_t bytes = 0;
    /// An open loop had no id left: the server is far behind.
    std::uint64_t skipped = 0;
    std::vector<std::uint32_t> latencies_ns;
};

/// Room for one batch in one direction.
struct Batch {
    std::array<mmsghdr, kBatch> headers{};
    std::array<iovec, kBatch> vectors{};
    std::array<std::array<unsigned char, kMostAnswer>, kBatch> bytes{};

    Batch() {
        for (std::size_t i = 0; i < kBatch; ++i) {
            vectors[i] = {bytes[i].data(), kMostAnswer};
            headers[i].msg_hdr.msg_iov = &vectors[i];
            headers[i].msg_hdr.msg_iovlen = 1;
        }
    }
};

class Socket {
public:
    bool open(const Arguments& arguments, std::size_t outstanding) {
        fd_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &kSocketBytes, sizeof(kSocketBytes));
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDBUFFORCE, &kSocketBytes, sizeof(kSocketBytes));
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(arguments.port));
        if (::inet_pton(AF_INET, arguments.address.c_str(), &to.sin_addr) != 1 ||
            ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) {
            return false;
        }
        sent_at_.assign(outstanding, 0);
        for (std::size_t id = 0; id < outstanding; ++id) {
            free_.push_back(static_cast<std::uint16_t>(id));
        }
        heard_at_ = now_ns();
        return true;
    }

    /// True when something came.
    bool receive(Batch& batch, Totals& totals, bool gives_up) {
        const int count = ::recvmmsg(fd_, batch.headers.data(), kBatch, MSG_DONTWAIT, nullptr);
        const std::uint64_t now = now_ns();
        for (int i = 0; i < count; ++i) {
            take(batch.bytes[static_cast<std::size_t>(i)].data(),
                 batch.headers[static_cast<std::size_t>(i)].msg_len, now, totals);
        }
        if (count > 0) {
            heard_at_ = now;
        } else if (gives_up && now - heard_at_ > kGiveUpNs) {
            for (std::size_t id = 0; id < sent_at_.size(); ++id) {
                if (sent_at_[id] != 0) {
                    ++totals.lost;
                    sent_at_[id] = 0;
                    free_.push_back(static_cast<std::uint16_t>(id));
                }
            }
            heard_at_ = now;
        }
        return count > 0;
    }

    /// Up to `most` queries; how many left.
    std::size_t send(Batch& batch, Totals& totals, const std::vector<std::string>& queries, std::size_t& next,
                     std::size_t most, bool has_subnet) {
        const std::size_t count = std::min({most, free_.size(), std::size_t{kBatch}});
        const std::uint64_t now = now_ns();
        for (std::size_t i = 0; i < count; ++i) {
            const std::string& query = queries[next];
            next = next + 1 == queries.size() ? 0 : next + 1;
            unsigned char* bytes = batch.bytes[i].data();
            std::memcpy(bytes, query.data(), query.size());
            const std::uint16_t id = free_.back();
            free_.pop_back();
            bytes[0] = static_cast<unsigned char>(id >> 8);
            bytes[1] = static_cast<unsigned char>(id);
            if (has_subnet) {
                const std::uint32_t random = random_();
                std::memcpy(bytes + query.size() - 2, &random, 2);
            }
            batch.vectors[i].iov_len = query.size();
            sent_at_[id] = now;
        }
        const int done =
            count == 0 ? 0 : ::sendmmsg(fd_, batch.headers.data(), static_cast<unsigned>(count), 0);
        const std::size_t left = done < 0 ? 0 : static_cast<std::size_t>(done);
        for (std::size_t i = left; i < count; ++i) {
            const auto id = static_cast<std::uint16_t>(batch.bytes[i][0] << 8 | batch.bytes[i][1]);
            sent_at_[id] = 0;
            free_.push_back(id);
        }
        totals.sent += left;
        return left;
    }

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] bool is_exhausted() const { return free_.empty(); }

private:
    void take(const unsigned char* bytes, std::size_t size, std::uint64_t now, Totals& totals) {
        const std::size_t id =
            size < 12 ? sent_at_.size() : static_cast<std::size_t>(bytes[0] << 8 | bytes[1]);
        if (id >= sent_at_.size() || sent_at_[id] == 0) {
            return;
        }
        if (totals.latencies_ns.size() < kMostLatencies) {
            totals.latencies_ns.push_back(
                static_cast<std::uint32_t>(std::min<std::uint64_t>(now - sent_at_[id], 4'000'000'000U)));
        }
        sent_at_[id] = 0;
        free_.push_back(static_cast<std::uint16_t>(id));
        ++totals.answered;
        totals.bytes += size;
        totals.bad += (bytes[3] & 15) != 0 || (bytes[6] == 0 && bytes[7] == 0) ? 1 : 0;
    }

    int fd_ = -1;
    std::vector<std::uint64_t> sent_at_; ///< by id; 0 = not out
    std::vector<std::uint16_t> free_;
    std::uint64_t heard_at_ = 0;
    std::minstd_rand random_{1};
};

class Load {
public:
    explicit Load(Arguments arguments) : arguments_(std::move(arguments)) {}

    bool prepare() {
        queries_ = read_queries(arguments_);
        const std::size_t each =
            is_open() ? kMostOutstanding : std::max<std::size_t>(arguments_.window / arguments_.sockets, 1);
        sockets_.resize(arguments_.sockets);
        const bool opened = std::all_of(sockets_.begin(), sockets_.end(),
                                        [&](Socket& socket) { return socket.open(arguments_, each); });
        for (const Socket& socket : sockets_) {
            polled_.push_back({socket.fd(), POLLIN, 0});
        }
        totals_.latencies_ns.reserve(kMostLatencies);
        return opened && !queries_.empty();
    }
    void run() {
        start_ = now_ns();
        const auto end = start_ + static_cast<std::uint64_t>(arguments_.seconds * 1e9);
        while (now_ns() < end) {
            const bool did = is_open() ? turn_open() : turn_closed();
            if (!did) {
                ::poll(polled_.data(), polled_.size(), is_open() ? 0 : 1);
            }
        }
        elapsed_s_ = static_cast<double>(now_ns() - start_) * 1e-9;
        for (int idle = 0; is_open() && idle < 20; ++idle) { // what is still on its way
            ::poll(polled_.data(), polled_.size(), 1);
            for (Socket& socket : sockets_) {
                socket.receive(received_, totals_, false);
            }
        }
    }
    void print() {
        auto& latencies = totals_.latencies_ns;
        std::sort(latencies.begin(), latencies.end());
        const auto quantile_us = [&latencies](double q) {
            return latencies.empty()
                       ? 0.0
                       : latencies[static_cast<std::size_t>(q * static_cast<double>(latencies.size() - 1))] /
                             1e3;
        };
        const std::uint64_t lost = is_open() ? totals_.sent - totals_.answered : totals_.lost;
        std::printf(
            "{\"qps\": %.0f, \"sent\": %llu, \"answered\": %llu, \"lost\": %llu, \"bad\": %llu, "
            "\"skipped\": %llu, \"bytes\": %.1f, \"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f}\n",
            static_cast<double>(totals_.answered) / elapsed_s_, ull(totals_.sent), ull(totals_.answered),
            ull(lost), ull(totals_.bad), ull(totals_.skipped),
            static_cast<double>(totals_.bytes) /
                static_cast<double>(std::max<std::uint64_t>(totals_.answered, 1)),
            quantile_us(0.5), quantile_us(0.99), quantile_us(0.999));
    }

private:
    static unsigned long long ull(std::uint64_t value) { return value; }
    [[nodiscard]] bool is_open() const { return arguments_.rate > 0; }
    bool turn_closed() {
        bool did = false;
        for (Socket& socket : sockets_) {
            did = socket.receive(received_, totals_, true) || did;
            did = socket.send(sent_, totals_, queries_, next_, kBatch, arguments_.has_subnet) > 0 || did;
        }
        return did;
    }
    bool turn_open() {
        bool did = false;
        for (Socket& socket : sockets_) {
            did = socket.receive(received_, totals_, false) || did;
            const double due = static_cast<double>(now_ns() - start_) * 1e-9 * arguments_.rate;
            const auto begun = static_cast<double>(totals_.sent + totals_.skipped);
            if (due < begun + 1) {
                continue;
            }
            const auto most = static_cast<std::size_t>(due - begun);
            if (socket.is_exhausted()) {
                totals_.skipped += std::min<std::size_t>(most, kBatch);
            }
            did = socket.send(sent_, totals_, queries_, next_, most, arguments_.has_subnet) > 0 || did;
        }
        return did;
    }

    Arguments arguments_;
    std::vector<std::string> queries_;
    std::vector<Socket> sockets_;
    std::vector<pollfd> polled_;
    Batch sent_;
    Batch received_;
    Totals totals_;
    std::size_t next_ = 0;
    std::uint64_t start_ = 0;
    double elapsed_s_ = 1;
};

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::cerr << "usage: dns-load ADDRESS PORT QUERIES [--seconds S] [--window N] [--sockets N] [--rate "
                     "Q] [--subnet]\n"
                     "QUERIES: a file with a name and a type in each line\n";
        return 2;
    }
    Arguments arguments;
    arguments.address = argv[1];
    arguments.port = std::atoi(argv[2]);
    arguments.queries = argv[3];
    for (int i = 4; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--subnet") {
            arguments.has_subnet = true;
            continue;
        }
        const double value = i + 1 < argc ? std::atof(argv[++i]) : 0;
        if (word == "--seconds") {
            arguments.seconds = value;
        } else if (word == "--window") {
            arguments.window = static_cast<std::size_t>(std::max(value, 1.0));
        } else if (word == "--sockets") {
            arguments.sockets = static_cast<std::size_t>(std::clamp(value, 1.0, 64.0));
        } else if (word == "--rate") {
            arguments.rate = value;
        } else {
            std::cerr << "dns-load: " << word << "?\n";
            return 2;
        }
    }
    Load load(arguments);
    if (!load.prepare()) {
        std::cerr << "dns-load: cannot read " << arguments.queries << " or reach " << arguments.address
                  << "\n";
        return 1;
    }
    load.run();
    load.print();
    return 0;
}
