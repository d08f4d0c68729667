// SPDX-License-Identifier: Apache-2.0
#include "controller/app/controller.hpp"

#include <csignal>
#include <future>
#include <thread>

#include "controller/api/control_server.hpp"
#include "controller/app/embedded_dns.hpp"
#include "controller/decision/inventory_file.hpp"
#include "core/support/log.hpp"
#include "core/support/page_server.hpp"
#include "core/support/whole_file.hpp"

namespace suanlu {

namespace {

// Decision, programmer, storage (which may block) and the page.
constexpr int kThreads = 4;

/// Logs start-up events with the time since the start.
class StartLog {
public:
    void event(std::string_view name, LogFields fields = {}) {
        log_info(name, fields);
        const double ms = std::chrono::duration<double, std::milli>(clock_.now() - start_).count();
        log_info("start.elapsed", {{"step", name}, {"ms", ms}});
    }

private:
    SteadyClock clock_;
    MonoTime start_ = clock_.now();
};

std::vector<std::string> router_names(const Inventory& inventory) {
    std::vector<std::string> out;
    for (const Router& router : inventory.routers) {
        out.push_back(router.name);
    }
    return out;
}

DecisionLimits limits_of(const Config& config) {
    DecisionLimits out;
    out.tick = config.tick;
    out.report_max_age = config.report_max_age;
    out.link_max_age = config.link_max_age;
    out.warm_up = config.warm_up;
    return out;
}

/// Null when nothing is to be recorded.
Result<std::unique_ptr<DecisionJournal>> open_journal(const Controller::Files& files,
                                                      const ShareTable& shares, MonoTime start) {
    const Config& config = files.config;
    if (config.journal_dir.empty()) {
        return std::unique_ptr<DecisionJournal>();
    }
    SL_TRY(const std::string inventory, read_whole_file(config.inventory_path));
    SL_TRY(JournalFile file, JournalFile::open(config.journal_dir));
    const JournalStart first{limits_of(config), shares, inventory_mark(inventory), false, files.policies};
    return std::make_unique<DecisionJournal>(first, start, std::move(file),
                                             std::uint64_t{config.journal_megabytes} << 20);
}

/// Every owner and every queue. Producer -> consumer:
///   gRPC (site and agent sessions, operator) -> decision
///   gRPC (agent sessions), decision          -> programmer -> agent sessions
///   programmer                               -> applied (snapshot)
///   programmer, decision                     -> dns publisher -> DNS servers, the one in this process too
class Wiring {
public:
    Wiring(Controller::Files files, std::uint64_t epoch, const ShareTable& shares, MonoTime start,
           std::unique_ptr<DecisionJournal> journal)
        : config_(std::move(files.config)), dns_config_(std::move(files.dns)), epoch_(epoch),
          folder_(config_.state_dir), storage_(asio::make_strand(io_)),
          dns_(dns_publisher(files.inventory, start)),
          programmer_(
              asio::make_strand(io_), ProgramCore(config_.name, epoch, router_names(files.inventory)),
              folder_, applied_, [this](const ProgramCore& c, MonoTime now) { observe(c, now); },
              [this](Programmer::AppliedPointer view) { tell_dns(PlansApplied{std::move(view)}); }),
          decision_(
              asio::make_strand(io_),
              std::make_unique<Decision>(std::move(files.inventory), limits_of(config_), shares, start),
              programmer_, storage_, folder_, [this](const Decision& d, MonoTime now) { observe(d, now); },
              std::move(journal)) {}

    Status open(StartLog& log) {
        if (dns_) {
            dns_->start();
        }
        programmer_.start();
        decision_.start();
        log.event("start.strands");
        const ControlServerWiring wiring{decision_, programmer_, probe_, config_.name, epoch_, dns_.get()};
        SL_TRY(server_, ControlServer::open(config_.listen, config_.tls, wiring));
        for (const Endpoint& endpoint : config_.listen) {
            log.event("start.listening",
                      {{"at", endpoint.text()}, {"tls", !endpoint.is_unix() && config_.tls.is_set()}});
        }
        SL_TRY_VOID(open_dns(log));
        if (!config_.metrics.empty()) {
            SL_TRY(page_, PageServer::open(io_, config_.metrics, [this](const std::string& path) {
                       return path == "/metrics" ? probe_.page() : std::string();
                   }));
            log.event("start.metrics", {{"at", config_.metrics}});
        }
        return {};
    }

    /// Blocks until a signal came.
    void serve(StartLog& log) {
        asio::signal_set signals(io_, SIGTERM, SIGINT);
        std::promise<int> stopped;
        signals.async_wait([&stopped](const boost::system::error_code& ec, int signal) {
            stopped.set_value(ec ? 0 : signal);
        });
        const Strand hang_up_strand = asio::make_strand(io_);
        asio::signal_set hang_ups(hang_up_strand);
        if (embedded_dns_) {
            hang_ups.add(SIGHUP);
            reload_at(hang_ups);
        }
        std::vector<std::jthread> threads;
        for (int i = 0; i < kThreads; ++i) {
            threads.emplace_back([this] { io_.run(); });
        }
        log.event("start.ready");
        log_info("stop.signal", {{"signal", stopped.get_future().get()}});
        asio::post(hang_up_strand, [&hang_ups] { hang_ups.cancel(); });
        close();
    }

    void close() {
        if (server_) {
            server_->close(); // answers what is still open, so the owners must live
        }
        decision_.stop();
        programmer_.stop();
        if (dns_) {
            dns_->stop();
        }
        if (page_) {
            page_->close();
        }
    }

    /// Without anybody to serve: only what is queued is finished.
    void drain() { io_.run(); }

private:
    /// Null when the inventory has no section `dns`.
    std::unique_ptr<DnsPublisher> dns_publisher(const Inventory& inventory, MonoTime start) {
        if (!inventory.dns) {
            return nullptr;
        }
        return std::make_unique<DnsPublisher>(asio::make_strand(io_),
                                              DnsViewBuilder(inventory, config_.name, epoch_, start),
                                              [this](const DnsPublisherCounters& c) { probe_.dns(c); });
    }
    Status open_dns(StartLog& log) {
        if (!dns_config_) {
            return {};
        }
        SL_TRY(embedded_dns_, EmbeddedDns::open(*std::exchange(dns_config_, std::nullopt), probe_));
        if (dns_) {
            tell_dns(DnsFollowed{embedded_dns_->sink()});
        }
        log.event("start.dns", {{"file", config_.dns_path}});
        return {};
    }
    void reload_at(asio::signal_set& hang_ups) {
        hang_ups.async_wait([this, &hang_ups](const boost::system::error_code& ec, int) {
            if (!ec) {
                embedded_dns_->reload();
                reload_at(hang_ups);
            }
        });
    }
    void tell_dns(DnsInput input) {
        if (dns_) { // a full mailbox counts it, and the next one says all of it again
            (void)dns_->push(std::move(input));
        }
    }
    void observe(const Decision& decision, MonoTime now) {
        if (dns_) {
            tell_dns(dns_facts_of(decision, now));
            probe_.mailbox("dns", dns_->inbox_counters());
        }
        probe_.decision(decision, now);
        probe_.mailbox("decision", decision_.inbox_counters());
    }
    void observe(const ProgramCore& core, MonoTime now) {
        probe_.program(core, now);
        probe_.mailbox("programmer", programmer_.inbox_counters());
    }

    Config config_;
    std::optional<dns::DnsConfig> dns_config_;
    std::uint64_t epoch_;
    StateFolder folder_;
    asio::io_context io_;
    Strand storage_;
    ControllerProbe probe_;
    SnapshotCell<AppliedView> applied_;
    std::unique_ptr<EmbeddedDns> embedded_dns_;
    std::unique_ptr<DnsPublisher> dns_;
    Programmer programmer_;
    DecisionLoop decision_;
    std::unique_ptr<ControlServer> server_;
    std::unique_ptr<PageServer> page_;
};

} // namespace

Result<Controller::Files> Controller::load(const std::string& path) {
    Files files;
    SL_TRY(files.config, load_config(path));
    // Services name policies, so these come first.
    const std::string& folder = files.config.policies_dir;
    SL_TRY(files.policies, read_policy_texts(folder));
    SL_TRY_VOID(load_policies(files.policies, folder.empty() ? folder : folder + "/"));
    SL_TRY(files.inventory, load_inventory(files.config.inventory_path));
    if (!files.config.dns_path.empty()) {
        SL_TRY(files.dns,
               load_embedded_dns(files.config.dns_path, files.config.state_dir + "/dns", files.inventory));
    }
    return files;
}

Status Controller::run(Files files) {
    StartLog log;
    log.event("start.config", {{"name", files.config.name},
                               {"routers", files.inventory.routers.size()},
                               {"sites", files.inventory.sites.size()},
                               {"services", files.inventory.services.size()}});
    const StateFolder folder(files.config.state_dir);
    SL_TRY(const std::uint64_t epoch, folder.next_epoch());
    SL_TRY(const ShareTable shares, folder.shares());
    log.event("start.state", {{"epoch", epoch}, {"adopted_shares", shares.size()}});
    const MonoTime start = SteadyClock().now();
    SL_TRY(auto journal, open_journal(files, shares, start));
    if (journal) {
        log.event("start.journal", {{"folder", files.config.journal_dir}});
    }
    Wiring wiring(std::move(files), epoch, shares, start, std::move(journal));
    if (Status opened = wiring.open(log); !opened) {
        wiring.close();
        wiring.drain();
        return opened;
    }
    wiring.serve(log);
    log_info("stop.done");
    return {};
}

} // namespace suanlu
