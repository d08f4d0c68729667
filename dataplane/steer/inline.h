// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// How the core's functions are declared: eBPF wants everything inlined, other compilers decide for
// themselves. A subprogram is what the eBPF verifier checks once by itself, with nothing known about its
// arguments: for what few packets need. It takes the port, numbers, and pointers to structures, which it has
// to compare with null.
#ifndef SL_INLINE_H
#define SL_INLINE_H

#ifdef __bpf__
#define SL_INLINE static inline __attribute__((always_inline, unused))
#define SL_SUBPROGRAM __attribute__((noinline, weak)) // weak: an unused argument is passed all the same
#else
#define SL_INLINE static inline __attribute__((unused))
#define SL_SUBPROGRAM SL_INLINE
#endif

#endif
