// SPDX-License-Identifier: Apache-2.0
// Notifications of the kernel about routes, neighbours, links and addresses, folded: after a quiet moment of
// `settle` (or at most ten of them) one call on the owner's strand. Says only what kind of thing changed; the
// receiver asks for the state. When the kernel dropped notifications (ENOBUFS) everything counts as changed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "core/support/asio.hpp"
#include "core/support/clock.hpp"
#include "core/support/result.hpp"

namespace suanlu {

struct KernelChanges {
    bool routes = false;
    bool neighbours = false;
    bool links = false;
    /// A route of our own protocol went away, or a foreign one came for a SID's table.
    bool own_routes = false;

    [[nodiscard]] bool any() const { return routes || neighbours || links || own_routes; }
};

class KernelWatch {
public:
    using OnChange = std::function<void(const KernelChanges&)>;

    /// Subscribes at once; `on_change` runs on `strand`.
    static Result<std::unique_ptr<KernelWatch>> open(const Strand& strand, Duration settle,
                                                     OnChange on_change);
    ~KernelWatch();
    KernelWatch(const KernelWatch&) = delete;
    KernelWatch& operator=(const KernelWatch&) = delete;

    [[nodiscard]] std::uint64_t notifications() const;
    /// Times the kernel's queue was full.
    [[nodiscard]] std::uint64_t overflows() const;

private:
    struct State;
    explicit KernelWatch(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

/// What one batch of notification bytes says. Pure.
KernelChanges read_changes(const void* bytes, std::size_t length);

} // namespace suanlu
