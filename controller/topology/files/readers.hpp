// SPDX-License-Identifier: Apache-2.0
// The readers of topology files, one pair of functions each; topology_readers() has the table.
// `looks_like_...` gets the beginning of a text, `read_...` puts the network into a builder and ends at the
// first thing it refuses, with its line. Nobody but topology_file.cpp and tests need this. Pure.
#pragma once

#include "controller/topology/files/topology_file.hpp"

namespace suanlu {

bool looks_like_graphml(std::string_view head);
Status read_graphml(const TopologyText& text, const ReadOptions& options, NetworkBuilder& into);
bool looks_like_gml(std::string_view head);
Status read_gml(const TopologyText& text, const ReadOptions& options, NetworkBuilder& into);
bool looks_like_sndlib_xml(std::string_view head);
Status read_sndlib_xml(const TopologyText& text, const ReadOptions& options, NetworkBuilder& into);
bool looks_like_sndlib_native(std::string_view head);
Status read_sndlib_native(const TopologyText& text, const ReadOptions& options, NetworkBuilder& into);
bool looks_like_node_link_json(std::string_view head);
Status read_node_link_json(const TopologyText& text, const ReadOptions& options, NetworkBuilder& into);
bool looks_like_clab(std::string_view head);
Status read_clab(const TopologyText& text, const ReadOptions& options, NetworkBuilder& into);
bool looks_like_repetita(std::string_view head);
Status read_repetita(const TopologyText& text, const ReadOptions& options, NetworkBuilder& into);
bool looks_like_rocketfuel(std::string_view head);
Status read_rocketfuel(const TopologyText& text, const ReadOptions& options, NetworkBuilder& into);
std::string rocketfuel_companion(std::string_view path);
bool looks_like_as_links(std::string_view head);
Status read_as_links(const TopologyText& text, const ReadOptions& options, NetworkBuilder& into);
bool looks_like_frr_ted(std::string_view head);
Status read_frr_ted(const TopologyText& text, const ReadOptions& options, NetworkBuilder& into);

} // namespace suanlu
