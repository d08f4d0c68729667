// SPDX-License-Identifier: Apache-2.0
// Any octets as the journal of a zone. No crash; what is read has steps that lead to its zone and is read
// again as it was; a refusal says where. Checksums are put right as well, or nothing behind them were seen.
#include <cstdlib>

#include "core/support/checksum.hpp"
#include "dns/xfr/history_codec.hpp"
#include "dns/xfr/version_editor.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;

constexpr std::size_t kMostBytes = 1U << 20U;
constexpr std::size_t kHeadBytes = 22;
constexpr std::size_t kFrameHead = 13;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

/// The same frames with their right checksums.
Bytes put_right(ByteView file) {
    Bytes out(file.begin(), file.end());
    for (std::size_t at = kHeadBytes; at + kFrameHead <= out.size();) {
        WireReader reader(out, at + 1);
        const std::size_t length = *reader.integer<std::uint32_t>();
        const std::size_t begin = at + kFrameHead;
        if (length > out.size() - begin) {
            break;
        }
        Bytes sum;
        put_integer(sum, checksum(text_of(ByteView(out).subspan(begin, length))));
        std::copy(sum.begin(), sum.end(), out.begin() + static_cast<std::ptrdiff_t>(at + 5));
        at = begin + length;
    }
    return out;
}

void check(ByteView file) {
    const DomainName apex = *DomainName::parse("c.example");
    const auto read = read_history(file, apex, kMostBytes);
    if (!read) {
        require(read.error().detail.starts_with("offset "));
        return;
    }
    const ZoneHistory& history = *read->history;
    const auto again = read_history(write_history(history), apex, kMostBytes);
    require(again && !again->rest);
    require(again->history->newest->bytes == history.newest->bytes);
    require(again->history->newest->soa == history.newest->soa);
    require(again->history->differences.size() == history.differences.size());
    if (!history.differences.empty()) {
        require(history.differences.back()->to == history.newest->soa);
        (void)cut_back(history, serial_of(history.differences.front()->from.rdata));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    check(ByteView(bytes, size));
    check(put_right(ByteView(bytes, size)));
    return 0;
}
