// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Copies of whole words at any alignment. For eBPF a plain memcpy at unknown alignment becomes single bytes;
// the kernels' verifiers on machines with cheap unaligned access (x86-64, arm64) take words, so the promise
// of alignment that is made here is for the compiler only.
#ifndef SL_WORDS_H
#define SL_WORDS_H

#include "inline.h"

#ifdef __bpf__
#define SL_WORD(pointer, bytes) __builtin_assume_aligned(pointer, bytes)
#else
#define SL_WORD(pointer, bytes) (pointer)
#endif

SL_INLINE void sl_copy8(void* to, const void* from) {
    __builtin_memcpy(SL_WORD(to, 8), SL_WORD(from, 8), 8);
}

SL_INLINE void sl_copy4(void* to, const void* from) {
    __builtin_memcpy(SL_WORD(to, 4), SL_WORD(from, 4), 4);
}

SL_INLINE void sl_copy2(void* to, const void* from) {
    __builtin_memcpy(SL_WORD(to, 2), SL_WORD(from, 2), 2);
}

#endif
