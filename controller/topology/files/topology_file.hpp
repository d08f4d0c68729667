// SPDX-License-Identifier: Apache-2.0
// Networks from files, in the formats that topologies are published in (docs/reference/topology-files.md).
// The format is found by name and content, or given. Reads the file system in load_topology only. On failure
// nothing is kept: the error has "FILE:LINE: what".
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "controller/topology/files/network_builder.hpp"

namespace suanlu {

/// A file's text, and that of the file beside it that belongs to it (Rocketfuel: latencies of the weights).
struct TopologyText {
    std::string name; ///< stands in errors, its ending helps to find the format
    std::string_view text;
    std::string companion_name{};
    std::string_view companion{};
};

/// One format.
struct TopologyReader {
    std::string_view name;
    /// Endings of file names, separated by blanks, without ".gz".
    std::string_view endings;
    /// Whether the beginning of a text (4 KiB) looks like it.
    bool (*sniff)(std::string_view head);
    Status (*read)(const TopologyText& text, const ReadOptions& options, NetworkBuilder& into);
    /// Name of the file beside `path` that belongs to it, empty for none; null when the format has no such
    /// thing.
    std::string (*companion)(std::string_view path) = nullptr;
};

/// A whole file, unpacked when it is a .gz. kNotFound when it cannot be read, kOutOfRange: larger than the
/// options allow, kBadInput: no whole gzip.
Result<std::string> load_text(const std::string& path, const ReadOptions& options);

/// Every format that is known, in the order of trial.
std::span<const TopologyReader> topology_readers();

/// kBadInput: malformed, or no known format; kOutOfRange: larger than the options allow.
Result<ReadTopology> read_topology(const TopologyText& text, const ReadOptions& options = {});
/// The same for a file, plain or .gz. kNotFound when it cannot be read.
Result<ReadTopology> load_topology(const std::string& path, const ReadOptions& options = {});

} // namespace suanlu
