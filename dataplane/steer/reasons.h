// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Names of everything the core counts, from reasons.def. Every packet is counted once as its outcome; notes
// such as "recorded" come on top. Refusals travel as negative reasons.
#ifndef SL_REASONS_H
#define SL_REASONS_H

#define SL_REASON(name, text, severity) SL_R_##name,
enum sl_reason {
#include "reasons.def"
    SL_REASON_COUNT
};
#undef SL_REASON

enum sl_severity { SL_SEVERITY_normal, SL_SEVERITY_notice, SL_SEVERITY_loss };

#endif
