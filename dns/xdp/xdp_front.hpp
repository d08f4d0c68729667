// SPDX-License-Identifier: Apache-2.0
// The XDP front: the program on the interfaces, and the maps that it answers from kept as the snapshot is.
// Called on the server's strand. What cannot be held is left to the sockets, and said in `held()`; the
// program leaves the interfaces with this object, or with the process.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "core/support/endpoint.hpp"
#include "dns/xdp/front_rows.hpp"

struct front_bpf;
struct bpf_link;

namespace suanlu::dns {

struct XdpFrontConfig {
    std::vector<std::string> interfaces;
    /// Answers a second to one client prefix (/24, /56); what is more goes to the sockets. 0 = no limit.
    std::uint32_t rate = 0;
    /// So that dnstap sees some: one in so many of what could be answered goes to the sockets. 0 = none.
    std::uint32_t tap_one_in = 0;
};

class XdpFront {
public:
    /// `listen`: addresses, none of them a wildcard. kUnsupported without rights, kKernel with the kernel's
    /// words, kNotFound with the interface.
    static Result<std::unique_ptr<XdpFront>> open(const XdpFrontConfig& config,
                                                  const std::vector<Endpoint>& listen);
    ~XdpFront();
    XdpFront(const XdpFront&) = delete;
    XdpFront& operator=(const XdpFront&) = delete;

    /// Makes the maps say what `snapshot` says. After an error the front holds nothing; the sockets answer.
    Status update(const Snapshot& snapshot);
    [[nodiscard]] std::uint64_t count(sd_reason reason) const;

    struct Held {
        std::size_t questions = 0;
        /// Questions for which the maps have no room.
        std::size_t left_out = 0;
    };
    [[nodiscard]] Held held() const;
    /// For tests: the program.
    [[nodiscard]] int program() const;

private:
    struct Question {
        const OwnerAnswers* owner = nullptr;
        std::uint32_t first = 0;
        std::uint32_t cells = 0;
        std::vector<std::uint32_t> answers;
    };
    struct Owner {
        std::shared_ptr<const OwnerAnswers> answers;
        std::vector<std::string> keys;
        std::size_t left_out = 0;
        std::uint64_t update = 0;
    };
    /// What packets may still read for a moment.
    struct Retired {
        std::chrono::steady_clock::time_point since;
        Question question;
    };
    using ClassRows = std::vector<std::pair<sd_class_key, sd_class>>;

    explicit XdpFront(front_bpf* loaded);
    Status attach(const XdpFrontConfig& config);
    Status write(const Snapshot& snapshot);
    Status write_classes(ClassRows rows);
    Status write_owner(const Snapshot::Owner& owner, const ZoneDenials& zone);
    Result<bool> write_question(const FrontQuestion& question, const OwnerAnswers* owner);
    Status drop(const std::string& key);
    Status drop_everything();
    void reuse();
    [[nodiscard]] bool take_room(const FrontQuestion& question, Question& out);

    struct Deleter {
        void operator()(front_bpf* loaded) const;
    };
    std::unique_ptr<front_bpf, Deleter> loaded_;
    std::vector<bpf_link*> links_;
    std::map<std::string, Question> questions_;
    std::map<const OwnerAnswers*, Owner> owners_;
    ClassRows classes_;
    /// All of classes_ are in the map.
    bool are_classes_whole_ = true;
    std::deque<Retired> retired_;
    std::vector<std::uint32_t> free_answers_;
    std::uint32_t next_answer_ = 0;
    /// By how many cells there are in a row.
    std::map<std::uint32_t, std::vector<std::uint32_t>> free_cells_;
    std::uint32_t next_cell_ = 0;
    std::uint64_t updates_ = 0;
};

} // namespace suanlu::dns
