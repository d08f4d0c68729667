// SPDX-License-Identifier: Apache-2.0
// The host engine with its tables in the memory that agent and suanlu-fwd share, so that what the affinity
// tests say of one they say of the other.
#pragma once

#include "dataplane/api/host_engine.hpp"
#include "dataplane/dpdk/shared_store.hpp"

namespace suanlu {

class SharedEngine : public HostEngine {
public:
    SharedEngine(std::size_t slots, std::size_t exceptions) : slot_count_(slots) {
        SL_CHECK(memory_.has_value());
        store_ = std::make_unique<SharedStore>(*memory_);
        tables().exceptions.set_bound(static_cast<std::uint32_t>(exceptions));
    }

    [[nodiscard]] SharedTables& tables() { return memory_->tables(); }

    sl_control& control() override { return store_->control(); }
    std::span<std::uint64_t> slots() override { return store_->slots().first(slot_count_); }
    std::span<sl_target> targets() override { return store_->targets().first(slot_count_); }
    std::span<std::uint64_t> marks() override { return store_->marks(); }
    Result<std::vector<ServiceRow>> services() override { return store_->services(); }
    Status put_service(const sl_service_key& key, const sl_service& value) override {
        return store_->put_service(key, value);
    }
    Status drop_service(const sl_service_key& key) override { return store_->drop_service(key); }
    Result<std::vector<SiteRow>> sites() override { return store_->sites(); }
    Status put_site(const sl_site_key& key, const sl_site& value) override {
        return store_->put_site(key, value);
    }
    Status drop_site(const sl_site_key& key) override { return store_->drop_site(key); }
    Result<bool> sweep(std::size_t limit, const IsOver& is_over) override {
        return store_->sweep(limit, is_over);
    }

    const sl_service* find_service(const sl_service_key& key) override {
        tables().grace.pause(0); // the first look of every packet
        return tables().services.find(key);
    }
    const sl_site* find_site(const sl_site_key& key) override { return tables().sites.find(key); }
    sl_exception* find_exception(const sl_flow_key& key) override { return tables().exceptions.find(key); }
    int record(const sl_flow_key& key, std::uint64_t word) override {
        return tables().exceptions.record(key, word, tables().grace) ? 0 : -1;
    }
    void forget(const sl_flow_key& key) override { tables().exceptions.forget(key, tables().grace); }
    std::uint64_t* start_line(std::uint32_t index) override { return &tables().starts.at(index); }

private:
    std::size_t slot_count_;
    Result<SharedMemory> memory_ = SharedMemory::anonymous();
    std::unique_ptr<SharedStore> store_;
};

} // namespace suanlu
