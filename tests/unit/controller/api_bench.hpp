// SPDX-License-Identifier: Apache-2.0
// suanlud without its main: the strands and the gRPC server on a unix socket and on loopback with mutual TLS,
// certificates made for the run.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "controller/api/control_server.hpp"
#include "tests/unit/controller/dns_bench.hpp"

namespace suanlu {

class ApiBench {
public:
    ApiBench() {
        std::string name = (std::filesystem::temp_directory_path() / "suanlu-api-XXXXXX").string();
        SL_CHECK(::mkdtemp(name.data()) != nullptr);
        folder_ = name;
        certificate("suanlud");
        auto inventory = parse_inventory(kDnsInventory, "small.yaml");
        SL_CHECK(inventory.has_value());
        dns_ = std::make_unique<DnsPublisher>(asio::make_strand(io_),
                                              DnsViewBuilder(*inventory, "ctl", 1, SteadyClock().now()),
                                              [this](const DnsPublisherCounters& c) { probe_.dns(c); });
        programmer_ = std::make_unique<Programmer>(
            asio::make_strand(io_), ProgramCore("ctl", 1, {"R1", "P1", "E1", "E2"}), StateFolder(folder_),
            applied_, [](const ProgramCore&, MonoTime) {},
            [this](Programmer::AppliedPointer view) { dns_->push(PlansApplied{std::move(view)}); });
        decision_ = std::make_unique<DecisionLoop>(
            asio::make_strand(io_),
            std::make_unique<Decision>(*std::move(inventory), patient_limits(), ShareTable{},
                                       SteadyClock().now()),
            *programmer_, asio::make_strand(io_), StateFolder(folder_),
            [this](const Decision& d, MonoTime now) { dns_->push(dns_facts_of(d, now)); });
        dns_->start();
        programmer_->start();
        decision_->start();
        auto server =
            ControlServer::open({*Endpoint::parse(local()), *Endpoint::parse(remote())}, files("suanlud"),
                                {*decision_, *programmer_, probe_, "ctl", 1, dns_.get()});
        SL_CHECK(server.has_value());
        server_ = *std::move(server);
        for (int i = 0; i < 2; ++i) {
            threads_.emplace_back([this] { io_.run(); });
        }
    }
    ~ApiBench() {
        server_->close();
        decision_->stop();
        programmer_->stop();
        dns_->stop();
        threads_.clear();
        std::filesystem::remove_all(folder_);
    }
    ApiBench(const ApiBench&) = delete;
    ApiBench& operator=(const ApiBench&) = delete;

    [[nodiscard]] std::string local() const { return "unix:" + folder_ + "/socket"; }
    [[nodiscard]] std::string remote() const {
        return "127.0.0.1:" + std::to_string(20000 + ::getpid() % 10000); // below the ephemeral range
    }
    /// A channel as the bearer of that certificate; empty = the unix socket.
    std::shared_ptr<grpc::Channel> channel(const std::string& name = {}) {
        if (!name.empty() && !std::filesystem::exists(folder_ + "/" + name + ".pem")) {
            certificate(name);
        }
        auto channel = open_channel(*Endpoint::parse(name.empty() ? local() : remote()),
                                    name.empty() ? TlsFiles{} : files(name), "suanlud");
        SL_CHECK(channel.has_value());
        return *channel;
    }
    [[nodiscard]] TlsFiles files(const std::string& name) const {
        return {folder_ + "/ca.pem", folder_ + "/" + name + ".pem", folder_ + "/" + name + ".key"};
    }
    [[nodiscard]] std::string metrics() const { return probe_.page(); }
    [[nodiscard]] std::shared_ptr<const AppliedView> applied() const { return applied_.read(); }

private:
    /// The clock is real and tests report once: a loaded machine must not make a site stale.
    static DecisionLimits patient_limits() {
        DecisionLimits limits;
        limits.report_max_age = std::chrono::minutes(5);
        return limits;
    }
    void certificate(const std::string& name) const {
        const std::string in = "cd " + folder_ + " && ";
        const std::string curve = " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes ";
        if (!std::filesystem::exists(folder_ + "/ca.pem")) {
            shell(in + "openssl req -x509" + curve + "-keyout ca.key -out ca.pem -days 2 -subj /CN=test-ca");
        }
        shell(in + "printf 'subjectAltName=DNS:" + name + "' > " + name + ".ext");
        shell(in + "openssl req" + curve + "-keyout " + name + ".key -out " + name +
              ".csr -subj /CN=" + name);
        shell(in + "openssl x509 -req -in " + name +
              ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out " + name + ".pem -extfile " + name +
              ".ext");
    }
    static void shell(const std::string& command) {
        SL_CHECK(std::system(("( " + command + " ) >/dev/null 2>&1").c_str()) == 0);
    }

    std::string folder_;
    asio::io_context io_;
    ControllerProbe probe_;
    SnapshotCell<AppliedView> applied_;
    std::unique_ptr<DnsPublisher> dns_;
    std::unique_ptr<Programmer> programmer_;
    std::unique_ptr<DecisionLoop> decision_;
    std::unique_ptr<ControlServer> server_;
    std::vector<std::jthread> threads_;
};

} // namespace suanlu
