// SPDX-License-Identifier: Apache-2.0
#include "dataplane/xdp/verifier_text.hpp"

#include <gtest/gtest.h>

namespace suanlu {
namespace {

/// As libbpf 1.1 prints it, shortened.
const std::string kRefusal = R"(libbpf: prog 'suanlu_core': BPF program load failed: Permission denied
libbpf: prog 'suanlu_core': -- BEGIN PROG LOAD LOG --
0: R1=ctx() R10=fp0
; void *data = (void *)(long)ctx->data; @ steer.bpf.c:40
0: (61) r2 = *(u32 *)(r1 +0)          ; R1=ctx() R2_w=pkt(r=0)
; return *(__u8 *)data; @ steer.bpf.c:41
1: (71) r0 = *(u8 *)(r2 +0)
invalid access to packet, off=0 size=1, R2(id=0,off=0,r=0)
R2 offset is outside of the packet
processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
-- END PROG LOAD LOG --
libbpf: prog 'suanlu_core': failed to load: -13
libbpf: failed to load object 'steer_bpf'
)";

TEST(VerifierText, ProgramLastWordsAndSourceLine) {
    EXPECT_EQ(verifier_verdict(kRefusal),
              "suanlu_core: invalid access to packet, off=0 size=1, R2(id=0,off=0,r=0); "
              "R2 offset is outside of the packet (at `return *(__u8 *)data; @ steer.bpf.c:41`)");
}

TEST(VerifierText, WithoutSourceLinesTheWordsRemain) {
    EXPECT_EQ(verifier_verdict("prog 'x': -- BEGIN PROG LOAD LOG --\n0: (95) exit\nR0 !read_ok\n"
                               "processed 1 insns\n-- END PROG LOAD LOG --\n"),
              "x: R0 !read_ok");
}

TEST(VerifierText, NoLogNoVerdict_AndEveryCutIsHarmless) {
    EXPECT_EQ(verifier_verdict(""), "");
    EXPECT_EQ(verifier_verdict("libbpf: failed to find BTF\n"), "");
    for (std::size_t length = 0; length < kRefusal.size(); ++length) {
        (void)verifier_verdict(std::string_view(kRefusal).substr(0, length));
    }
}

} // namespace
} // namespace suanlu
