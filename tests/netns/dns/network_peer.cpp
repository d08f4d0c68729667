// SPDX-License-Identifier: Apache-2.0
// The network around a suanlud for tests of DNS: one agent and all sites, as stdin says, one command a line:
//   link A B MICROSECONDS      both ways; links are reported with "begin", and whenever one changes after it
//   site NAME USABLE SERVICE.. reports of that site from now on, of 4 workers each
//   every MILLISECONDS         that is how often; 200 unless it was said
//   silent NAME                no report of it any more
//   begin                      the agent says hello and reports the links; it acknowledges each Plan at once
//   hold                       it acknowledges none any more
// It prints "applied GENERATION NANOSECONDS" (CLOCK_MONOTONIC) behind each acknowledgement.
//   dns-network-peer unix:PATH NODE
#include <atomic>
#include <condition_variable>
#include <iostream>
#include <iterator>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

#include "core/support/clock.hpp"
#include "core/support/rpc_credentials.hpp"
#include "proto/codec/plan_codec.hpp"
#include "proto/codec/report_codec.hpp"
#include "suanlu/v1/agent.grpc.pb.h"
#include "suanlu/v1/site.grpc.pb.h"

namespace {

using namespace suanlu;

LinkState link_of(const std::string& from, const std::string& to, std::uint32_t us) {
    LinkState out;
    out.from = from;
    out.to = to;
    out.delay = Microseconds{us};
    return out;
}

SiteReport report_of(const std::string& site, double usable, const std::vector<std::string>& services) {
    SiteReport out;
    out.site = site;
    out.boot_id = "boot";
    for (const std::string& service : services) {
        InstanceReport instance;
        instance.service = service;
        instance.slots_total = 4;
        instance.slots_usable = usable;
        instance.rate_per_slot = {20};
        out.instances.push_back(instance);
    }
    return out;
}

/// Reports of all sites by one stream.
class Sites {
public:
    explicit Sites(const std::shared_ptr<grpc::Channel>& channel)
        : stub_(v1::SiteIngest::NewStub(channel)), stream_(stub_->Report(&context_)),
          thread_([this](const std::stop_token& stop) { report_all(stop); }) {}
    ~Sites() {
        thread_.request_stop();
        thread_.join();
        context_.TryCancel();
        (void)stream_->Finish();
    }
    Sites(const Sites&) = delete;
    Sites& operator=(const Sites&) = delete;

    void set(SiteReport report) {
        std::lock_guard lock(mutex_);
        reports_[report.site] = std::move(report);
        changed_.notify_all();
    }
    void report_every(std::chrono::milliseconds period) {
        std::lock_guard lock(mutex_);
        period_ = period;
    }
    void silence(const std::string& site) {
        std::lock_guard lock(mutex_);
        reports_.erase(site);
    }

private:
    void report_all(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        while (!stop.stop_requested()) {
            for (auto& [name, report] : reports_) {
                report.sequence = ++sequence_;
                v1::SiteReport message;
                encode(report, message);
                v1::SiteReportAck ack;
                if (!stream_->Write(message) || !stream_->Read(&ack)) {
                    return; // the controller is gone
                }
                if (!ack.refusal().empty()) {
                    std::cout << "refused " << ack.refusal() << std::endl;
                }
            }
            changed_.wait_for(lock, stop, period_, [] { return false; });
        }
    }

    grpc::ClientContext context_;
    std::unique_ptr<v1::SiteIngest::Stub> stub_;
    std::unique_ptr<grpc::ClientReaderWriter<v1::SiteReport, v1::SiteReportAck>> stream_;
    std::mutex mutex_; ///< guards all below
    std::condition_variable_any changed_;
    std::map<std::string, SiteReport> reports_;
    std::uint64_t sequence_ = 0;
    std::chrono::milliseconds period_{200};
    std::jthread thread_;
};

/// The session of the one agent.
class Agent {
public:
    Agent(const std::shared_ptr<grpc::Channel>& channel, const std::string& node, LinkReport links)
        : stub_(v1::AgentControl::NewStub(channel)), session_(stub_->Session(&context_)) {
        v1::AgentMessage hello;
        hello.mutable_hello()->set_node(node);
        hello.mutable_hello()->set_boot_id("boot");
        hello.mutable_hello()->set_mode("last-good");
        hello.mutable_hello()->set_engine("none");
        session_->Write(hello);
        report(std::move(links), node);
        thread_ = std::jthread([this] { acknowledge_all(); });
    }
    ~Agent() {
        context_.TryCancel();
        thread_.join();
        (void)session_->Finish();
    }
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    void hold() { holds_ = true; }
    void report(LinkReport links, const std::string& node) {
        links.source = node;
        v1::AgentMessage message;
        encode(links, *message.mutable_links());
        write(message);
    }

private:
    void write(const v1::AgentMessage& message) {
        std::lock_guard lock(mutex_);
        session_->Write(message);
    }
    void acknowledge_all() {
        v1::ControllerMessage message;
        while (session_->Read(&message)) {
            if (!message.has_plan() || holds_) {
                continue;
            }
            v1::AgentMessage applied;
            *applied.mutable_applied()->mutable_id() = message.plan().id();
            const auto now = SteadyClock().now().since_boot.count();
            write(applied);
            std::cout << "applied " << message.plan().id().generation() << ' ' << now << std::endl;
        }
    }

    grpc::ClientContext context_;
    std::unique_ptr<v1::AgentControl::Stub> stub_;
    std::unique_ptr<grpc::ClientReaderWriter<v1::AgentMessage, v1::ControllerMessage>> session_;
    std::mutex mutex_; ///< guards writing
    std::atomic<bool> holds_{false};
    std::jthread thread_;
};

struct Network {
    std::shared_ptr<grpc::Channel> channel;
    std::string node;
    Sites sites{channel};
    LinkReport links = {};
    std::unique_ptr<Agent> agent = nullptr;

    void put(const LinkState& link) {
        std::erase_if(links.links,
                      [&](const LinkState& other) { return other.from == link.from && other.to == link.to; });
        links.links.push_back(link);
    }

    void take(const std::string& line) {
        std::istringstream words(line);
        std::string verb;
        std::string name;
        words >> verb >> name;
        if (verb == "link") {
            std::string to;
            std::uint32_t us = 0;
            words >> to >> us;
            put(link_of(name, to, us));
            put(link_of(to, name, us));
            if (agent) {
                agent->report(links, node);
            }
        } else if (verb == "site") {
            double usable = 0;
            words >> usable;
            sites.set(report_of(name, usable, {std::istream_iterator<std::string>(words), {}}));
        } else if (verb == "every") {
            sites.report_every(std::chrono::milliseconds(std::stoi(name)));
        } else if (verb == "silent") {
            sites.silence(name);
        } else if (verb == "begin") {
            agent = std::make_unique<Agent>(channel, node, links);
        } else if (verb == "hold") {
            agent->hold();
        } else {
            std::cerr << "no such command: " << line << std::endl;
        }
    }
};

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: dns-network-peer unix:PATH NODE\n";
        return 2;
    }
    const auto controller = Endpoint::parse(argv[1]);
    auto channel = controller ? open_channel(*controller, {}, "suanlud")
                              : Result<std::shared_ptr<grpc::Channel>>(controller.error());
    if (!channel) {
        std::cerr << channel.error().text() << '\n';
        return 2;
    }
    Network network{*channel, argv[2]};
    for (std::string line; std::getline(std::cin, line);) {
        network.take(line);
    }
    return 0;
}
