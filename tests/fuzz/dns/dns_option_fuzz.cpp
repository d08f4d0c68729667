// SPDX-License-Identifier: Apache-2.0
// Any octets as what stands around a question: EDNS options, a server cookie, a PROXY header, a file of
// cookie secrets. No crash; options never make an answer that is not to be read; a cookie that we made is
// valid for who got it and for nobody else; a PROXY header is taken off as far as it says.
#include <algorithm>

#include "dns/answer/proxy_header.hpp"
#include "dns/answer/respond.hpp"
#include "dns/record/rr_type.hpp"
#include "message_check.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using suanlu::dns::fuzz::require;

const Ip6 kClient = *Ip6::parse("192.0.2.1");
const Ip6 kOther = *Ip6::parse("192.0.2.2");
constexpr std::uint32_t kNow = 1'700'000'000;

/// Reads an OPT record at the end of `answer`, if there is one: its options end where it ends.
void check_options(ByteView answer, std::size_t question_end) {
    WireReader reader(answer, question_end);
    require(reader.take(9).has_value());
    WireReader options(*reader.take(*reader.integer<std::uint16_t>()));
    require(reader.is_at_end());
    while (!options.is_at_end()) {
        require(options.integer<std::uint16_t>().has_value());
        require(options.take(*options.integer<std::uint16_t>()).has_value());
    }
}

/// `options` as those of a query that is refused: the answer is header, question and OPT.
void ask_with(ByteView options) {
    static const Snapshot snapshot({}, {}, std::make_shared<ClientClasses>(),
                                   {.nsid = "id",
                                    .chaos = chaos_names("id", "1"),
                                    .cookies = CookieSecrets({SipKey{1}}),
                                    .is_cookie_required = true});
    static RespondCounters counters;
    Bytes query{0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 'a', 0, 0, 1, 0, 1, 0, 0, 41, 4, 208, 0, 0, 0x80, 0};
    const std::size_t question_end = 19;
    put_integer(query, static_cast<std::uint16_t>(options.size()));
    put_bytes(query, options);
    Bytes out(kMostTcpBytes);
    for (const DnsTransport transport : {DnsTransport::kUdp, DnsTransport::kTls}) {
        const std::size_t size = respond(snapshot, query, {kClient, transport, {kNow, 0}}, out, counters);
        require(size > question_end && (transport != DnsTransport::kUdp || size <= kMostUdpBytes));
        check_options(ByteView(out).first(size), question_end);
    }
}

void check_cookie(ByteView option) {
    static const CookieSecrets secrets({SipKey{1}, SipKey{2}});
    if (option.size() != 8 && (option.size() < 16 || option.size() > 40)) {
        return; // refused by the parser of queries
    }
    Bytes next(option.begin(), option.begin() + kClientCookieBytes);
    put_bytes(next, secrets.check(option, kClient, kNow).next);
    require(secrets.check(next, kClient, kNow).outcome == CookieOutcome::kValid);
    require(secrets.check(next, kOther, kNow).outcome == CookieOutcome::kWrong);
}

void check_proxy(ByteView bytes) {
    ByteView datagram = bytes;
    Ip6 source = kClient;
    if (take_proxy_header({*Prefix6::parse("192.0.2.0/24")}, datagram, source)) {
        require(bytes.size() >= datagram.size() + kProxyFixedBytes);
        require(datagram.data() + datagram.size() == bytes.data() + bytes.size());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const ByteView input(bytes, std::min<std::size_t>(size, 1024));
    ask_with(input);
    check_cookie(input);
    check_proxy(input);
    (void)CookieSecrets::parse(text_of(input), "file");
    return 0;
}
