// SPDX-License-Identifier: Apache-2.0
// Strict reading of YAML: unknown keys, duplicate keys and wrong units are errors with file:line and the
// field's path. yaml-cpp parses; the walk adds what it leaves out (it keeps duplicate keys silently).
// Single-threaded, at start-up and on reload only. On failure nothing is kept: the caller gets the first
// error, or every complaint with its column where people edit a file by hand (`open_text`).
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/model/ip6.hpp"
#include "core/model/units.hpp"
#include "core/support/result.hpp"

namespace suanlu {

/// One thing that is wrong with a file; lines and columns count from 1.
struct YamlComplaint {
    std::size_t line = 1;
    std::size_t column = 1;
    std::string path; ///< "terms.price.worth"; empty at the root
    std::string what;

    auto operator<=>(const YamlComplaint&) const = default;
};

/// A place in a YAML file. Readers of scalars mark the key as known; `finish` complains about the rest.
/// The first error sticks: later reads return defaults, so a reader function needs one check at its end.
class YamlNode {
public:
    /// The root of a file. kNotFound / kBadInput with file:line.
    static Result<YamlNode> load_file(const std::string& path);
    /// The root of a text; `name` stands for the file in errors.
    static Result<YamlNode> load_text(const std::string& text, const std::string& name);

    /// The same, but complains instead of failing, duplicate keys included: a text that is no YAML gives an
    /// absent node with one complaint.
    static YamlNode open_text(const std::string& text, const std::string& name);

    /// A mapping's member; missing and required is an error, missing and optional gives an absent node.
    YamlNode required(std::string_view key);
    YamlNode optional(std::string_view key);
    [[nodiscard]] bool is_present() const;
    [[nodiscard]] bool is_mapping() const;
    /// Elements of a sequence (or nothing when absent).
    std::vector<YamlNode> items();
    /// Keys of a free-form mapping (e.g. labels), in file order; marks them known.
    std::vector<std::string> keys();
    /// The same with their nodes: one pass, where a look-up of each key would be one pass each.
    std::vector<std::pair<std::string, YamlNode>> members();
    /// Line of this place in its file.
    [[nodiscard]] std::size_t line() const;

    // Scalars. Each complains with file:line when the text is not of that kind; absent gives `fallback`.
    std::string text(std::string fallback = {});
    std::string one_of(const std::vector<std::string_view>& allowed, std::string fallback = {});
    std::uint64_t integer(std::uint64_t least, std::uint64_t most, std::uint64_t fallback = 0);
    double number(double least, double most, double fallback = 0);
    bool boolean(bool fallback = false);
    Ip6 address();
    Prefix6 prefix(bool allow_host_bits = false);
    /// Duration with a unit: "250us", "50ms", "3s", "5m". A bare number is refused.
    Seconds duration(Seconds fallback = {0});

    /// Unknown keys of this mapping (and of every node taken from it) become an error.
    void finish();
    /// Records a complaint of the caller about this place.
    void complain(std::string_view what);
    /// Every complaint anywhere in the file, by line and column, each once.
    [[nodiscard]] std::vector<YamlComplaint> complaints() const;
    /// Ok, or the first complaint anywhere in the file.
    [[nodiscard]] Status status() const;
    /// Ok, or all of them, a line each: for a file that people correct by hand.
    [[nodiscard]] Status whole_status() const;
    /// "file:line: path" of this place.
    [[nodiscard]] std::string place() const;

private:
    struct Document;
    struct Place;
    explicit YamlNode(std::shared_ptr<Place> place);
    void complain_at(std::size_t line, std::size_t column, std::string_view what);
    std::shared_ptr<Place> place_;
};

} // namespace suanlu
