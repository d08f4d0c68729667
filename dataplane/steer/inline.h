// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// How the core's functions are declared: eBPF wants everything inlined, other compilers decide for
// themselves.
#ifndef SL_INLINE_H
#define SL_INLINE_H

#ifdef __bpf__
#define SL_INLINE static inline __attribute__((always_inline, unused))
#else
#define SL_INLINE static inline __attribute__((unused))
#endif

#endif
