// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/engine.hpp"

#include "core/support/log.hpp"
#include "dataplane/agent/null_dataplane.hpp"
#include "dataplane/dpdk/dpdk_dataplane.hpp"
#include "dataplane/xdp/xdp_dataplane.hpp"

namespace suanlu {

namespace {

InterfaceRole role_of(const std::string& text) {
    if (text == "site") {
        return InterfaceRole::kSite;
    }
    return text == "core" ? InterfaceRole::kCore : InterfaceRole::kExternal;
}

Result<std::unique_ptr<Dataplane>> open_dpdk(const AgentConfig& config) {
    DpdkConfig dpdk{config.tables, config.outer_source, {}, config.insert_rate, config.flow_sample};
    for (const AgentInterface& interface : config.interfaces) {
        // InterfaceRole is in the order of enum sl_role.
        dpdk.interfaces.push_back({interface.name, static_cast<std::uint32_t>(role_of(interface.role))});
    }
    SL_TRY(auto engine, DpdkDataplane::open(std::move(dpdk)));
    log_info("engine.open", {{"engine", engine->engine_name()},
                             {"adopted", engine->is_adopted()},
                             {"plan", engine->applied().text()}});
    return std::unique_ptr<Dataplane>(std::move(engine));
}

} // namespace

Result<std::unique_ptr<Dataplane>> open_engine(const AgentConfig& config, MonoTime now) {
    if (config.engine == "none") {
        return std::unique_ptr<Dataplane>(std::make_unique<NullDataplane>());
    }
    if (config.engine == "dpdk") {
        return open_dpdk(config);
    }
    XdpConfig xdp;
    xdp.pin_folder = config.pins;
    xdp.outer_source = config.outer_source;
    xdp.insert_rate = config.insert_rate;
    xdp.flow_sample = config.flow_sample;
    xdp.hook = config.engine == "tc" ? Hook::kTc : Hook::kXdp;
    for (const AgentInterface& interface : config.interfaces) {
        xdp.interfaces.push_back({interface.name, role_of(interface.role)});
    }
    SL_TRY(auto engine, XdpDataplane::open(std::move(xdp), now));
    log_info("engine.open", {{"engine", engine->engine_name()},
                             {"adopted", engine->is_adopted()},
                             {"plan", engine->applied().text()}});
    return std::unique_ptr<Dataplane>(std::move(engine));
}

Status withdraw_engine(const AgentConfig& config) {
    if (config.engine == "dpdk") {
        return withdraw_tables(config.tables);
    }
    return config.engine != "none" ? withdraw_pins(config.pins) : Status{};
}

} // namespace suanlu
