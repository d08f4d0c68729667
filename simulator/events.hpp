// SPDX-License-Identifier: Apache-2.0
// What is to happen and when. Two events at the same time come in the order in which they were added, so a
// run is the same on every machine. Owned by the world.
#pragma once

#include <cstdint>
#include <queue>
#include <vector>

namespace suanlu::sim {

enum class What : std::uint8_t {
    kArrival,    ///< a = ingress
    kDataThere,  ///< a = version: the next transfer is done
    kAtSite,     ///< a = job
    kWake,       ///< a = site, b = version: its next job is done
    kAnswer,     ///< a = job: the answer is at the ingress; made_at, jobs = news that it carries
    kNextJob,    ///< a = job: the next one on the same connection
    kRetry,      ///< a = job whose site died
    kReport,     ///< a = site: writes its report
    kReportIn,   ///< a = site: the controller reads it
    kDirect,     ///< a = site: writes to all ingresses
    kDirectIn,   ///< a = site, b = ingress
    kProbeAt,    ///< a = site, b = ingress: asks
    kProbeBack,  ///< a = site, b = ingress: is told
    kControl,    ///< the controller decides
    kSlots,      ///< the data plane's tick
    kTariff,     ///< a tariff or a carbon intensity changes
    kHappening,  ///< a = index in the scenario
    kDetected,   ///< a = site, b = 1 when it is alive
    kSecondOver, ///< measures
};

struct Event {
    double at_s = 0;
    std::uint64_t order = 0;
    double jobs = 0;
    double made_at_s = 0;
    double capacity = 1; ///< reports: workers now / workers of the scenario
    std::uint32_t a = 0, b = 0;
    What what = What::kArrival;
};

class EventQueue {
public:
    void add(double at_s, What what, std::uint32_t a = 0, std::uint32_t b = 0) {
        add(Event{at_s, 0, 0, 0, 1, a, b, what});
    }
    void add(Event event) {
        event.order = added_++;
        heap_.push(event);
    }
    [[nodiscard]] bool is_empty() const { return heap_.empty(); }
    Event take() {
        const Event first = heap_.top();
        heap_.pop();
        return first;
    }

private:
    struct Later {
        bool operator()(const Event& x, const Event& y) const {
            return x.at_s > y.at_s || (x.at_s == y.at_s && x.order > y.order);
        }
    };
    std::priority_queue<Event, std::vector<Event>, Later> heap_;
    std::uint64_t added_ = 0;
};

} // namespace suanlu::sim
