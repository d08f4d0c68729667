// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/files/topology_file.hpp"

#include <zlib.h>

#include <array>
#include <cmath>
#include <filesystem>

#include "controller/topology/files/number_text.hpp"
#include "controller/topology/files/readers.hpp"
#include "core/support/whole_file.hpp"

namespace suanlu {

namespace {

constexpr std::size_t kHead = 4096;

/// In the order of trial: those that are recognised by more come first.
constexpr std::array READERS{
    TopologyReader{"graphml", ".graphml .xml", looks_like_graphml, read_graphml},
    TopologyReader{"sndlib-xml", ".xml", looks_like_sndlib_xml, read_sndlib_xml},
    TopologyReader{"sndlib-native", ".txt", looks_like_sndlib_native, read_sndlib_native},
    TopologyReader{"gml", ".gml", looks_like_gml, read_gml},
    TopologyReader{"repetita", ".graph", looks_like_repetita, read_repetita},
    TopologyReader{"rocketfuel", ".intra", looks_like_rocketfuel, read_rocketfuel, rocketfuel_companion},
    TopologyReader{"frr-ted-json", ".json", looks_like_frr_ted, read_frr_ted},
    TopologyReader{"node-link-json", ".json", looks_like_node_link_json, read_node_link_json},
    TopologyReader{"containerlab", ".clab.yml .clab.yaml .yml .yaml", looks_like_clab, read_clab},
    TopologyReader{"as-links", ".txt", looks_like_as_links, read_as_links},
};

bool has_ending(std::string_view path, std::string_view endings) {
    if (path.ends_with(".gz")) {
        path.remove_suffix(3);
    }
    while (true) {
        const std::string_view ending = next_word(endings);
        if (ending.empty()) {
            return false;
        }
        if (path.ends_with(ending)) {
            return true;
        }
    }
}

Result<const TopologyReader*> find_reader(const TopologyText& text, const ReadOptions& options) {
    const std::string_view head = text.text.substr(0, kHead);
    std::string known;
    for (const TopologyReader& reader : READERS) {
        if (reader.name == options.format) {
            return &reader;
        }
        known += (known.empty() ? "" : ", ") + std::string(reader.name);
    }
    if (!options.format.empty()) {
        return Error{Errc::kBadInput, "no topology format '" + options.format + "'; known: " + known};
    }
    for (const bool by_name : {true, false}) {
        for (const TopologyReader& reader : READERS) {
            if ((!by_name || has_ending(text.name, reader.endings)) && reader.sniff(head)) {
                return &reader;
            }
        }
    }
    return Error{Errc::kBadInput, text.name + ":1: looks like none of the known formats: " + known};
}

Error too_large(const std::string& path, const ReadOptions& options) {
    return Error{Errc::kOutOfRange, path + ": larger than " + std::to_string(options.most_bytes) + " bytes"};
}

/// RFC 1952; several members one after another are one text.
class Inflater {
public:
    explicit Inflater(std::string_view packed) {
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
        stream_.avail_in = static_cast<uInt>(packed.size());
        is_ready_ = inflateInit2(&stream_, 15 + 16) == Z_OK;
    }
    ~Inflater() {
        if (is_ready_) {
            inflateEnd(&stream_);
        }
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    Result<std::string> run(const std::string& path, const ReadOptions& options) {
        std::string out;
        std::array<char, 65536> chunk{};
        int state = is_ready_ ? Z_OK : Z_MEM_ERROR;
        while (state == Z_OK) {
            stream_.next_out = reinterpret_cast<Bytef*>(chunk.data());
            stream_.avail_out = static_cast<uInt>(chunk.size());
            state = inflate(&stream_, Z_NO_FLUSH);
            out.append(chunk.data(), chunk.size() - stream_.avail_out);
            if (out.size() > options.most_bytes) {
                return too_large(path + " unpacked", options);
            }
            if (state == Z_STREAM_END && stream_.avail_in > 0) {
                state = inflateReset(&stream_);
            }
        }
        if (state != Z_STREAM_END) {
            return Error{Errc::kBadInput, path + ": no whole gzip file"};
        }
        return out;
    }

private:
    z_stream stream_{};
    bool is_ready_ = false;
};

} // namespace

Result<std::string> load_text(const std::string& path, const ReadOptions& options) {
    SL_TRY(std::string bytes, read_whole_file(path, options.most_bytes));
    if (!bytes.starts_with("\x1f\x8b")) {
        return bytes;
    }
    return Inflater(bytes).run(path, options);
}

std::span<const TopologyReader> topology_readers() {
    return READERS;
}

Result<ReadTopology> read_topology(const TopologyText& text, const ReadOptions& options) {
    if (!(options.delay_per_km >= 0) || !(options.delay_per_km <= 1000)) {
        return Error{Errc::kBadInput, "delay per km outside 0..1000 us"};
    }
    if (text.text.size() > options.most_bytes || text.companion.size() > options.most_bytes) {
        return too_large(text.name, options);
    }
    SL_TRY(const TopologyReader* reader, find_reader(text, options));
    NetworkBuilder builder(text.name, options);
    SL_TRY_VOID(reader->read(text, options, builder));
    return std::move(builder).finish(reader->name);
}

Result<ReadTopology> load_topology(const std::string& path, const ReadOptions& options) {
    SL_TRY(const std::string content, load_text(path, options));
    TopologyText text{path, content};
    SL_TRY(const TopologyReader* reader, find_reader(text, options));
    std::string companion;
    if (reader->companion != nullptr) {
        text.companion_name = reader->companion(path);
        std::error_code error;
        if (!text.companion_name.empty() && std::filesystem::exists(text.companion_name, error)) {
            SL_TRY(companion, load_text(text.companion_name, options));
            text.companion = companion;
        } else {
            text.companion_name.clear();
        }
    }
    return read_topology(text, options);
}

} // namespace suanlu
