// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or an Error. Member names follow std::expected so that it can become an alias once the
// compiler has it (docs/adr/0001). Ignoring a Result is a compiler warning, hence an error in CI.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/support/error.hpp"

namespace suanlu {

template <class T>
class [[nodiscard]] Result {
public:
    using value_type = T;

    Result(T value)
        : state_(std::in_place_index<0>, std::move(value)) {} // NOLINT: implicit like std::expected
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {} // NOLINT

    [[nodiscard]] bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    T& value() & {
        SL_CHECK(has_value());
        return std::get<0>(state_);
    }
    const T& value() const& {
        SL_CHECK(has_value());
        return std::get<0>(state_);
    }
    T&& value() && {
        SL_CHECK(has_value());
        return std::get<0>(std::move(state_));
    }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    [[nodiscard]] const Error& error() const& {
        SL_CHECK(!has_value());
        return std::get<1>(state_);
    }
    [[nodiscard]] Error&& error() && {
        SL_CHECK(!has_value());
        return std::get<1>(std::move(state_));
    }
    [[nodiscard]] T value_or(T other) const& { return has_value() ? value() : std::move(other); }

    /// F: T -> Result<U>. The error passes through.
    template <class F>
    auto and_then(F&& f) && -> std::invoke_result_t<F, T&&> {
        if (has_value()) {
            return std::forward<F>(f)(std::get<0>(std::move(state_)));
        }
        return std::get<1>(std::move(state_));
    }
    /// F: T -> U.
    template <class F>
    auto transform(F&& f) && -> Result<std::invoke_result_t<F, T&&>> {
        if (has_value()) {
            return std::forward<F>(f)(std::get<0>(std::move(state_)));
        }
        return std::get<1>(std::move(state_));
    }
    /// F: Error -> Error, for adding context.
    template <class F>
    Result map_error(F&& f) && {
        if (has_value()) {
            return std::move(*this);
        }
        return Result(std::forward<F>(f)(std::get<1>(std::move(state_))));
    }

private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    using value_type = void;

    Result() = default;
    Result(Error error) : error_(std::move(error)) {} // NOLINT: implicit like std::expected

    [[nodiscard]] bool has_value() const { return !error_.has_value(); }
    explicit operator bool() const { return has_value(); }
    [[nodiscard]] const Error& error() const& {
        SL_CHECK(!has_value());
        return *error_;
    }
    [[nodiscard]] Error&& error() && {
        SL_CHECK(!has_value());
        return *std::move(error_);
    }

    template <class F>
    auto and_then(F&& f) && -> std::invoke_result_t<F> {
        if (has_value()) {
            return std::forward<F>(f)();
        }
        return *std::move(error_);
    }
    template <class F>
    Result map_error(F&& f) && {
        return has_value() ? std::move(*this) : Result(std::forward<F>(f)(*std::move(error_)));
    }

private:
    std::optional<Error> error_;
};

using Status = Result<void>;

} // namespace suanlu

#define SL_CONCAT_INNER(a, b) a##b
#define SL_CONCAT(a, b) SL_CONCAT_INNER(a, b)

/// SL_TRY(auto x, expr): declares x from a Result, or returns its error from the enclosing function.
#define SL_TRY(declaration, expression)                                                                      \
    auto SL_CONCAT(sl_result_, __LINE__) = (expression);                                                     \
    if (!SL_CONCAT(sl_result_, __LINE__)) {                                                                  \
        return std::move(SL_CONCAT(sl_result_, __LINE__)).error();                                           \
    }                                                                                                        \
    declaration = *std::move(SL_CONCAT(sl_result_, __LINE__))

/// SL_TRY_VOID(expr): for Result<void>.
#define SL_TRY_VOID(expression)                                                                              \
    do {                                                                                                     \
        if (auto sl_status = (expression); !sl_status) {                                                     \
            return std::move(sl_status).error();                                                             \
        }                                                                                                    \
    } while (false)
