// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/files/clab_algorithms.hpp"

#include "controller/topology/files/number_text.hpp"

namespace suanlu {

namespace {

constexpr std::string_view kLabel = "algorithm-";
constexpr std::uint32_t kFirstAlgorithm = 128;
constexpr std::uint32_t kLastAlgorithm = 255;

/// Bits of "5,7"; nothing when that is no list of colours.
std::optional<std::uint32_t> colours_of(std::string_view text) {
    std::uint32_t out = 0;
    while (true) {
        const std::size_t end = std::min(text.find(','), text.size());
        const auto colour = to_integer(text.substr(0, end), 31);
        if (!colour) {
            return std::nullopt;
        }
        out |= std::uint32_t{1} << *colour;
        if (end == text.size()) {
            return out;
        }
        text.remove_prefix(end + 1);
    }
}

std::uint32_t* part_of(AffinityRule& rule, std::string_view word) {
    return word == "include-any"   ? &rule.include_any
           : word == "include-all" ? &rule.include_all
           : word == "exclude"     ? &rule.exclude_any
                                   : nullptr;
}

} // namespace

Result<FlexAlgorithm> parse_algorithm(std::uint8_t algorithm, std::string_view text) {
    FlexAlgorithm out;
    out.algorithm = algorithm;
    std::string_view rest = text;
    const std::string_view metric = next_word(rest);
    if (metric != "igp" && metric != "te" && metric != "delay-min") {
        return Error{Errc::kBadInput,
                     "'" + std::string(text) + "' begins with no metric: igp, te or delay-min"};
    }
    out.metric = metric == "igp" ? Metric::kIgp : metric == "te" ? Metric::kTe : Metric::kDelayMin;
    while (true) {
        const std::string_view word = next_word(rest);
        if (word.empty()) {
            return out;
        }
        std::uint32_t* part = part_of(out.affinity, word);
        const auto colours = colours_of(next_word(rest));
        if (part == nullptr || !colours) {
            return Error{Errc::kBadInput,
                         "'" + std::string(text) + "' is not like \"delay-min exclude 5,7\""};
        }
        *part |= *colours;
    }
}

std::vector<FlexAlgorithm> read_algorithms(YamlNode labels) {
    std::vector<FlexAlgorithm> out;
    for (const std::string& key : labels.keys()) {
        if (!key.starts_with(kLabel)) {
            continue;
        }
        YamlNode label = labels.optional(key);
        const auto number = to_integer(std::string_view(key).substr(kLabel.size()), kLastAlgorithm);
        if (!number || *number < kFirstAlgorithm) {
            label.complain("Flex-Algos have the numbers 128 to 255");
        } else if (auto definition = parse_algorithm(static_cast<std::uint8_t>(*number), label.text())) {
            out.push_back(*std::move(definition));
        } else {
            label.complain(definition.error().detail);
        }
    }
    return out;
}

std::vector<AlgorithmLocator> taken_part_in(const std::vector<FlexAlgorithm>& definitions, YamlNode labels) {
    std::vector<AlgorithmLocator> out;
    for (const FlexAlgorithm& definition : definitions) {
        YamlNode own = labels.optional(std::string(kLabel) + std::to_string(definition.algorithm));
        if (!own.is_present()) {
            out.push_back({definition.algorithm, {}});
        } else if (own.text() != "no") {
            own.complain(
                "a node's own label can only be \"no\"; topology.defaults.labels define the algorithm");
        }
    }
    return out;
}

} // namespace suanlu
