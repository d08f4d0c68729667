// SPDX-License-Identifier: Apache-2.0
// Preloaded before a program under test: the kernel's verifier refuses programs of the types that the
// environment names, REFUSE=xdp or REFUSE=xdp,tc. Everything else goes through.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

static int is_refused(const union bpf_attr* attributes) {
    const char* types = getenv("REFUSE");
    if (!types) {
        return 0;
    }
    return (attributes->prog_type == BPF_PROG_TYPE_XDP && strstr(types, "xdp")) ||
           (attributes->prog_type == BPF_PROG_TYPE_SCHED_CLS && strstr(types, "tc"));
}

long syscall(long number, ...) {
    static long (*next)(long, ...);
    long words[6];
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++) {
        words[i] = va_arg(list, long);
    }
    va_end(list);
    if (!next) {
        *(void**)&next = dlsym(RTLD_NEXT, "syscall");
    }
    const union bpf_attr* attributes = (const union bpf_attr*)words[1];
    if (number == SYS_bpf && words[0] == BPF_PROG_LOAD && is_refused(attributes)) {
        if (attributes->log_buf && attributes->log_size > 0) {
            snprintf((char*)attributes->log_buf, attributes->log_size,
                     "0: R1=ctx() R10=fp0\ninvalid access to packet, off=0 size=1\nprocessed 1 insns\n");
        }
        errno = EACCES;
        return -1;
    }
    return next(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}
