// SPDX-License-Identifier: Apache-2.0
// Which threads of a program go first. Lowering needs no privilege; where it fails the thread goes on as it
// was.
#pragma once

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace suanlu {

/// The calling thread lets others of the program go before it, those of ordinary priority too: for work that
/// nobody waits for.
inline void give_way() {
    constexpr int kNice = 10; // a tenth of an ordinary thread's share of a busy core
    const sched_param none{};
    (void)pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
    (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
}

} // namespace suanlu
