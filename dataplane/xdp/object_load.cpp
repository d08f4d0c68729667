// SPDX-License-Identifier: Apache-2.0
#include "dataplane/xdp/object_load.hpp"

#include <bpf/libbpf.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include "dataplane/xdp/bpf_map.hpp"
#include "dataplane/xdp/verifier_text.hpp"

namespace suanlu {
namespace {

/// What libbpf says while an object loads; its print function has no context.
thread_local std::string* g_load_log = nullptr;
constexpr std::size_t kMostLog = 4 << 20;

int keep_line(libbpf_print_level, const char* format, va_list arguments) {
    if (g_load_log != nullptr && g_load_log->size() < kMostLog) {
        char* line = nullptr;
        if (vasprintf(&line, format, arguments) >= 0) {
            *g_load_log += line;
            std::free(line);
        }
    }
    return 0;
}

} // namespace

Status load_object(bpf_object_skeleton* skeleton, const std::string& what) {
    std::string log;
    g_load_log = &log;
    libbpf_set_print(keep_line);
    const int code = bpf_object__load_skeleton(skeleton);
    libbpf_set_print(nullptr);
    g_load_log = nullptr;
    if (code == 0) {
        return {};
    }
    Error out = kernel_error("loading " + what, code);
    const std::string verdict = verifier_verdict(log);
    out.detail += verdict.empty() ? "" : ": the verifier refuses " + verdict;
    errno = -code;
    return out;
}

} // namespace suanlu
