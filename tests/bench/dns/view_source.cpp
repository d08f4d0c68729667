// SPDX-License-Identifier: Apache-2.0
// A controller of nothing but DNS views, for benchmarks: services n0, n1 ... for clients in 64 classes
// (10.0.0.0/8 cut into /14s), each with its own order of eight sites. Every second the answers of as many
// services as are asked for are replaced, all classes of each, and "moved GENERATION NANOSECONDS FIRST LAST"
// is printed before the view is told: when it was there (CLOCK_MONOTONIC), and which services are others in
// it. SIGUSR1 stops this and begins it again.
//   dns-view-source unix:PATH SERVICES CLASSES SERVICES_A_SECOND [PERIOD_MS]
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <iostream>
#include <mutex>

#include "core/support/endpoint.hpp"
#include "core/support/rpc_credentials.hpp"
#include "proto/codec/dns_codec.hpp"
#include "suanlu/v1/dns.grpc.pb.h"

namespace {

using namespace suanlu;

constexpr std::size_t kSites = 8;
constexpr std::size_t kRanks = 3;

std::atomic<bool> is_replacing = true;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal's handler writes it");

std::uint64_t unix_ms() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(since / std::chrono::milliseconds(1));
}

/// Views that differ in a part of their answers.
class Views {
public:
    Views(std::size_t services, std::size_t classes) {
        view_.stamp = {"bench", unix_ms() / 1000, 1, unix_ms()};
        view_.zone = "bench.example.";
        for (std::size_t c = 0; c < classes; ++c) {
            const std::string prefix = "10." + std::to_string(4 * c % 256) + ".0.0";
            view_.classes.push_back(std::make_shared<const DnsClientClass>(
                DnsClientClass{"c" + std::to_string(c), {{*Ip6::parse(prefix), 96 + 14}}, {}}));
        }
        for (std::size_t s = 0; s < kSites; ++s) {
            DnsSite site;
            site.id = {static_cast<std::uint16_t>(s + 1)};
            site.name = "s" + std::to_string(s);
            site.region = "r";
            site.addresses = {*Ip6::parse("192.0.2." + std::to_string(s + 1))};
            site.is_up = true;
            view_.sites.push_back(std::make_shared<const DnsSite>(site));
        }
        for (std::size_t k = 0; k < services; ++k) {
            view_.services.push_back(service(k, 0));
        }
    }
    [[nodiscard]] const DnsView& view() const { return view_; }

    /// The first and the last one of those that are others now.
    std::pair<std::size_t, std::size_t> replace(std::size_t count) {
        const std::size_t first = next_ % view_.services.size();
        ++view_.stamp.generation;
        view_.stamp.made_unix_ms = unix_ms();
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t k = next_++ % view_.services.size();
            view_.services[k] = service(k, view_.stamp.generation);
        }
        return {first, (next_ - 1) % view_.services.size()};
    }

private:
    [[nodiscard]] std::shared_ptr<const DnsService> service(std::size_t k, std::uint64_t turn) const {
        DnsService out;
        out.id = {static_cast<std::uint16_t>(k + 1)};
        out.name = "n" + std::to_string(k);
        out.port = 443;
        out.alpn = {"h2"};
        for (std::size_t s = 0; s < kSites; ++s) {
            out.instances.push_back({{static_cast<std::uint16_t>(s + 1)}, {}});
        }
        for (std::size_t c = 0; c < view_.classes.size(); ++c) {
            DnsAnswer answer{SteeringMode::kDns, DnsBasis::kApplied, {}};
            for (std::size_t rank = 0; rank < kRanks; ++rank) {
                const auto site = static_cast<std::uint16_t>((k + c + turn + rank) % kSites + 1);
                const std::uint32_t ppm = rank == 0 ? 600'000 : 200'000;
                const auto delay = static_cast<std::uint32_t>(1000 * (c + rank + 1));
                answer.ranks.push_back({{site}, ppm, Microseconds{delay}});
            }
            out.answers.push_back(std::move(answer));
        }
        return std::make_shared<const DnsService>(std::move(out));
    }

    DnsView view_;
    std::size_t next_ = 0;
};

class Source final : public v1::DnsFeed::Service {
public:
    Source(std::size_t services, std::size_t classes, std::size_t replaced, std::chrono::milliseconds period)
        : views_(services, classes), replaced_(replaced), period_(period) {}

    grpc::Status Follow(grpc::ServerContext* context, const v1::DnsFollow*,
                        grpc::ServerWriter<v1::DnsUpdate>* writer) override {
        std::unique_lock lock(mutex_);
        DnsView known = views_.view();
        bool is_alive = write(nullptr, known, *writer);
        auto due = std::chrono::steady_clock::now();
        while (is_alive && !context->IsCancelled()) {
            due += period_;
            never_.wait_until(lock, due);
            if (replaced_ > 0 && is_replacing) {
                const auto [first, last] = views_.replace(replaced_);
                const std::chrono::nanoseconds now = std::chrono::steady_clock::now().time_since_epoch();
                std::cout << "moved " << views_.view().stamp.generation << ' ' << now.count() << ' ' << first
                          << ' ' << last << std::endl;
            }
            is_alive = write(&known, views_.view(), *writer);
            known = views_.view();
        }
        return grpc::Status::OK;
    }

private:
    static bool write(const DnsView* known, const DnsView& view, grpc::ServerWriter<v1::DnsUpdate>& writer) {
        for (const v1::DnsUpdate& part : dns_updates(known, view)) {
            if (!writer.Write(part)) {
                return false;
            }
        }
        return true;
    }

    std::mutex mutex_;
    std::condition_variable never_;
    Views views_;
    std::size_t replaced_;
    std::chrono::milliseconds period_;
};

} // namespace

int main(int argc, char** argv) {
    if (argc != 5 && argc != 6) {
        std::cerr << "usage: dns-view-source unix:PATH SERVICES CLASSES SERVICES_A_SECOND [PERIOD_MS]\n";
        return 2;
    }
    std::signal(SIGUSR1, [](int) { is_replacing = !is_replacing; });
    Source source(std::stoul(argv[2]), std::stoul(argv[3]), std::stoul(argv[4]),
                  std::chrono::milliseconds(argc == 6 ? std::stoul(argv[5]) : 1000));
    grpc::ServerBuilder builder;
    builder.AddListeningPort(argv[1], grpc::InsecureServerCredentials());
    builder.RegisterService(&source);
    const auto server = builder.BuildAndStart();
    if (!server) {
        return 1;
    }
    std::cout << "listening" << std::endl;
    server->Wait();
    return 0;
}
