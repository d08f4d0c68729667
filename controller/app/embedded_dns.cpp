// SPDX-License-Identifier: Apache-2.0
#include "controller/app/embedded_dns.hpp"

namespace suanlu {

namespace {

class Sink final : public DnsViewSink {
public:
    Sink(dns::DnsServer& server, ControllerProbe& probe) : server_(server), probe_(probe) {}
    void send(std::shared_ptr<const DnsView> view) override {
        if (!server_.tell(std::move(view))) {
            probe_.replaced_dns_view();
        }
    }

private:
    dns::DnsServer& server_;
    ControllerProbe& probe_;
};

} // namespace

Result<dns::DnsConfig> load_embedded_dns(const std::string& path, const std::string& state_dir,
                                         const Inventory& inventory) {
    SL_TRY(dns::DnsConfig config, dns::load_embedded_dns_config(path, state_dir));
    for (const dns::DnsZoneConfig& zone : config.zones) {
        if (zone.is_followed && (!inventory.dns || zone.name.text() != inventory.dns->zone)) {
            const std::string told =
                inventory.dns ? "tells zone " + inventory.dns->zone : "has no section 'dns'";
            return Error{Errc::kBadInput,
                         path + ": zone " + zone.name.text() + " follows, and the inventory " + told};
        }
    }
    return config;
}

Result<std::unique_ptr<EmbeddedDns>> EmbeddedDns::open(dns::DnsConfig config, ControllerProbe& probe) {
    const bool is_followed = config.controller.has_value();
    std::unique_ptr<EmbeddedDns> out(new EmbeddedDns);
    SL_TRY(out->server_, dns::DnsServer::open(out->io_, std::move(config)));
    if (is_followed) {
        out->sink_ = std::make_shared<Sink>(*out->server_, probe);
    }
    out->thread_ = std::thread([raw = out.get()] { raw->io_.run(); });
    return out;
}

EmbeddedDns::~EmbeddedDns() {
    if (thread_.joinable()) {
        asio::post(io_, [this] { server_->stop(); });
        thread_.join();
    }
}

void EmbeddedDns::reload() {
    asio::post(io_, [this] { server_->reload(); });
}

} // namespace suanlu
