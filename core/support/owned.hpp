// SPDX-License-Identifier: Apache-2.0
// Owned<T>: state that belongs to one strand. Access from anywhere else is a broken invariant and aborts,
// which turns a data race into a test failure. Costs one comparison of thread-local data per access.
#pragma once

#include "core/support/asio.hpp"
#include "core/support/error.hpp"

namespace suanlu {

template <class T>
class Owned {
public:
    template <class... Args>
    explicit Owned(Strand strand, Args&&... args)
        : strand_(std::move(strand)), value_(std::forward<Args>(args)...) {}

    /// Only on the owning strand.
    T& get() {
        SL_CHECK(strand_.running_in_this_thread());
        return value_;
    }
    const Strand& strand() const { return strand_; }

private:
    Strand strand_;
    T value_;
};

} // namespace suanlu
