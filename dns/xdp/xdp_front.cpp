// SPDX-License-Identifier: Apache-2.0
// A question that changes gets new answers and new cells, and then its row names those: packets see the old
// answer or the new one. Rows that nothing names any more are used again after a second.
#include "dns/xdp/xdp_front.hpp"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <net/if.h>

#include <cerrno>
#include <cstring>
#include <numeric>

#include "dns/xdp/front.skel.h"

namespace suanlu::dns {

namespace {

constexpr std::chrono::seconds kGrace{1};
constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

Error front_error(const std::string& what, int code) {
    return {code == -EPERM ? Errc::kUnsupported : Errc::kKernel,
            "XDP front: " + what + ": " + std::strerror(-code)};
}

std::string key_text(const sd_question& key) {
    return {reinterpret_cast<const char*>(&key), sizeof key};
}

template <class Key, class Value>
Status put(const bpf_map* map, const Key& key, const Value& value) {
    const int code = bpf_map__update_elem(map, &key, sizeof key, &value, sizeof value, BPF_ANY);
    return code == 0 ? Status{} : front_error(std::string("writing map ") + bpf_map__name(map), code);
}

Result<bpf_link*> attach_to(const bpf_program* program, const std::string& interface) {
    const unsigned index = if_nametoindex(interface.c_str());
    if (index == 0) {
        return Error{Errc::kNotFound, "XDP front: no interface " + interface};
    }
    bpf_link* link = bpf_program__attach_xdp(program, static_cast<int>(index));
    if (link == nullptr) {
        return front_error("attaching to interface " + interface + " (does it have another XDP program?)",
                           -errno);
    }
    return link;
}

} // namespace

void XdpFront::Deleter::operator()(front_bpf* loaded) const {
    front_bpf__destroy(loaded);
}

XdpFront::XdpFront(front_bpf* loaded) : loaded_(loaded) {
}

XdpFront::~XdpFront() {
    for (bpf_link* link : links_) {
        bpf_link__destroy(link);
    }
}

Result<std::unique_ptr<XdpFront>> XdpFront::open(const XdpFrontConfig& config,
                                                 const std::vector<Endpoint>& listen) {
    std::unique_ptr<XdpFront> front(new XdpFront(front_bpf__open()));
    if (!front->loaded_) {
        return front_error("opening", -errno);
    }
    front->loaded_->rodata->sd_gap_ns = config.rate == 0 ? 0 : kNsPerSecond / config.rate;
    front->loaded_->rodata->sd_tap_one_in = config.tap_one_in;
    if (const int code = front_bpf__load(front->loaded_.get()); code != 0) {
        return front_error("loading the program", code);
    }
    for (const Endpoint& endpoint : listen) {
        sd_endpoint row{};
        std::copy(endpoint.address.bytes.begin(), endpoint.address.bytes.end(), row.address);
        row.port_be = htons(endpoint.port);
        SL_TRY_VOID(put(front->loaded_->maps.sd_endpoints, row, std::uint8_t{1}));
    }
    SL_TRY_VOID(front->attach(config));
    return front;
}

Status XdpFront::attach(const XdpFrontConfig& config) {
    for (const std::string& interface : config.interfaces) {
        SL_TRY(bpf_link * link, attach_to(loaded_->progs.suanlu_dns_front, interface));
        links_.push_back(link);
    }
    return {};
}

int XdpFront::program() const {
    return bpf_program__fd(loaded_->progs.suanlu_dns_front);
}

XdpFront::Held XdpFront::held() const {
    Held held{questions_.size(), 0};
    for (const auto& [answers, owner] : owners_) {
        held.left_out += owner.left_out;
    }
    return held;
}

std::uint64_t XdpFront::count(sd_reason reason) const {
    const std::uint32_t key = reason;
    std::vector<std::uint64_t> of_cpu(static_cast<std::size_t>(libbpf_num_possible_cpus()));
    const int code = bpf_map__lookup_elem(loaded_->maps.sd_counts, &key, sizeof key, of_cpu.data(),
                                          of_cpu.size() * sizeof(std::uint64_t), 0);
    return code == 0 ? std::accumulate(of_cpu.begin(), of_cpu.end(), std::uint64_t{0}) : 0;
}

Status XdpFront::update(const Snapshot& snapshot) {
    Status written = write(snapshot);
    if (!written) {
        (void)drop_everything(); // what is left in the maps is not what is served
    }
    return written;
}

Status XdpFront::write(const Snapshot& snapshot) {
    ++updates_;
    reuse();
    SL_TRY_VOID(write_classes(front_classes(snapshot.classes())));
    for (const Snapshot::Owner& owner : snapshot.owners()) {
        const auto known = owners_.find(owner.get());
        if (known != owners_.end()) {
            known->second.update = updates_;
        } else {
            SL_TRY_VOID(write_owner(owner, snapshot.zone(*owner)));
        }
    }
    for (auto owner = owners_.begin(); owner != owners_.end();) {
        if (owner->second.update == updates_) {
            ++owner;
            continue;
        }
        for (const std::string& key : owner->second.keys) {
            const auto question = questions_.find(key);
            if (question != questions_.end() && question->second.owner == owner->first) {
                SL_TRY_VOID(drop(key));
            }
        }
        owner = owners_.erase(owner);
    }
    return {};
}

// Cells are by class: with other classes the old ones mean nothing.
Status XdpFront::write_classes(ClassRows rows) {
    const auto is_same = [](const auto& one, const auto& other) {
        return std::memcmp(&one.first, &other.first, sizeof one.first) == 0 &&
               std::memcmp(&one.second, &other.second, sizeof one.second) == 0;
    };
    if (are_classes_whole_ &&
        std::equal(rows.begin(), rows.end(), classes_.begin(), classes_.end(), is_same)) {
        return {};
    }
    are_classes_whole_ = false;
    SL_TRY_VOID(drop_everything());
    for (const auto& [key, value] : classes_) {
        // Twice in the list, once in the map.
        (void)bpf_map__delete_elem(loaded_->maps.sd_classes, &key, sizeof key, 0);
    }
    classes_ = std::move(rows);
    for (const auto& [key, value] : classes_) {
        SL_TRY_VOID(put(loaded_->maps.sd_classes, key, value));
    }
    are_classes_whole_ = true;
    return {};
}

Status XdpFront::write_owner(const Snapshot::Owner& owner, const ZoneDenials& zone) {
    Owner& held = owners_[owner.get()];
    held = {owner, {}, 0, updates_};
    for (const FrontQuestion& question : front_questions(*owner, zone)) {
        SL_TRY(const bool is_written, write_question(question, owner.get()));
        if (is_written) {
            held.keys.push_back(key_text(question.key));
        } else {
            ++held.left_out;
        }
    }
    return {};
}

/// False when there is no room; an older answer to the question is gone then.
Result<bool> XdpFront::write_question(const FrontQuestion& question, const OwnerAnswers* owner) {
    const std::string key = key_text(question.key);
    Question next;
    next.owner = owner;
    if (questions_.size() >= SD_QUESTIONS || !take_room(question, next)) {
        SL_TRY_VOID(drop(key));
        return false;
    }
    std::vector<std::uint32_t> cells(next.cells);
    for (std::size_t i = 0; i < next.cells; ++i) {
        const std::size_t variant = question.variant_of_class.empty() ? 0 : question.variant_of_class[i];
        cells[i] = next.answers[variant];
    }
    for (std::size_t i = 0; i < question.variants.size(); ++i) {
        SL_TRY_VOID(put(loaded_->maps.sd_answers, next.answers[i], question.variants[i]));
    }
    std::vector<std::uint32_t> places(next.cells);
    std::iota(places.begin(), places.end(), next.first);
    std::uint32_t count = next.cells;
    const int code = bpf_map_update_batch(bpf_map__fd(loaded_->maps.sd_cells), places.data(), cells.data(),
                                          &count, nullptr);
    if (code != 0) {
        return front_error("writing map sd_cells", code);
    }
    const sd_place place{next.first, static_cast<std::uint32_t>(question.variant_of_class.size())};
    SL_TRY_VOID(put(loaded_->maps.sd_questions, question.key, place));
    Question& held = questions_[key];
    if (held.owner != nullptr) {
        retired_.push_back({std::chrono::steady_clock::now(), std::move(held)});
    }
    held = std::move(next);
    return true;
}

bool XdpFront::take_room(const FrontQuestion& question, Question& out) {
    out.cells = static_cast<std::uint32_t>(std::max<std::size_t>(question.variant_of_class.size(), 1));
    auto& cells = free_cells_[out.cells];
    const std::size_t answers = question.variants.size();
    if ((cells.empty() && next_cell_ + out.cells > SD_CELLS) ||
        free_answers_.size() + (SD_ANSWERS - next_answer_) < answers) {
        return false;
    }
    if (cells.empty()) {
        out.first = std::exchange(next_cell_, next_cell_ + out.cells);
    } else {
        out.first = cells.back();
        cells.pop_back();
    }
    while (out.answers.size() < answers) {
        if (free_answers_.empty()) {
            out.answers.push_back(next_answer_++);
        } else {
            out.answers.push_back(free_answers_.back());
            free_answers_.pop_back();
        }
    }
    return true;
}

/// A question that is not held is no error.
Status XdpFront::drop(const std::string& key) {
    const auto question = questions_.find(key);
    if (question == questions_.end()) {
        return {};
    }
    const int code = bpf_map__delete_elem(loaded_->maps.sd_questions, key.data(), key.size(), 0);
    retired_.push_back({std::chrono::steady_clock::now(), std::move(question->second)});
    questions_.erase(question);
    return code == 0 ? Status{} : front_error("erasing from map sd_questions", code);
}

Status XdpFront::drop_everything() {
    owners_.clear();
    Status first;
    while (!questions_.empty()) {
        const Status dropped = drop(std::string(questions_.begin()->first));
        if (first && !dropped) {
            first = dropped;
        }
    }
    return first;
}

void XdpFront::reuse() {
    const auto now = std::chrono::steady_clock::now();
    while (!retired_.empty() && now - retired_.front().since >= kGrace) {
        const Question& question = retired_.front().question;
        free_cells_[question.cells].push_back(question.first);
        free_answers_.insert(free_answers_.end(), question.answers.begin(), question.answers.end());
        retired_.pop_front();
    }
}

} // namespace suanlu::dns
