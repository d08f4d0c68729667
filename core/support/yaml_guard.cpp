// SPDX-License-Identifier: Apache-2.0
#include "core/support/yaml_guard.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <vector>

namespace suanlu {

namespace {

YamlRefusal at(const YAML::Mark& mark, std::string what) {
    // A null mark is -1.
    return {static_cast<std::size_t>(std::max(mark.line + 1, 1)),
            static_cast<std::size_t>(std::max(mark.column + 1, 1)), std::move(what)};
}

/// Counts nodes as the parser reports them. yaml-cpp knows the anchors by number.
class NodeCounter : public YAML::EventHandler {
public:
    std::optional<YamlRefusal> refusal;

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { leaf(mark, anchor); }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  const std::string&) override {
        leaf(mark, anchor);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto known = sizes_.find(anchor);
        if (known == sizes_.end()) {
            refuse(mark, "an alias inside what it stands for");
            return;
        }
        count(mark, known->second);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, anchor);
    }
    void OnMapEnd() override { close(); }

private:
    void refuse(const YAML::Mark& mark, const char* what) {
        if (!refusal) {
            refusal = at(mark, what);
        }
    }
    void count(const YAML::Mark& mark, std::size_t nodes) {
        // Saturates: past the limit the text is refused whatever follows.
        count_ = std::min(count_ + nodes, kMostYamlNodes + 1);
        if (count_ > kMostYamlNodes) {
            refuse(mark, "too many nodes");
        }
    }
    void leaf(const YAML::Mark& mark, YAML::anchor_t anchor) {
        count(mark, 1);
        if (anchor != 0) {
            sizes_[anchor] = 1;
        }
    }
    void open(const YAML::Mark& mark, YAML::anchor_t anchor) {
        opened_.emplace_back(anchor, count_);
        count(mark, 1);
    }
    void close() {
        const auto [anchor, before] = opened_.back();
        opened_.pop_back();
        if (anchor != 0) {
            sizes_[anchor] = count_ - before;
        }
    }

    std::size_t count_ = 0;
    std::map<YAML::anchor_t, std::size_t> sizes_; ///< of anchors that are complete
    std::vector<std::pair<YAML::anchor_t, std::size_t>> opened_;
};

} // namespace

std::optional<YamlRefusal> find_yaml_refusal(const std::string& text) {
    NodeCounter counter;
    try {
        std::istringstream in(text);
        YAML::Parser(in).HandleNextDocument(counter);
    } catch (const YAML::Exception& e) {
        return at(e.mark, e.msg);
    }
    return counter.refusal;
}

Status check_yaml_size(const std::string& text, const std::string& name) {
    if (const auto refusal = find_yaml_refusal(text)) {
        return Error{Errc::kBadInput, name + ":" + std::to_string(refusal->line) + ": " + refusal->what};
    }
    return {};
}

} // namespace suanlu
