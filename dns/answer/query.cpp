// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/query.hpp"

#include <algorithm>

#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

constexpr std::uint8_t kResponseBit = 0x80;
constexpr std::uint8_t kOpcodeBits = 0x78;

std::uint16_t u16_at(ByteView bytes, std::size_t place) {
    return static_cast<std::uint16_t>(bytes[place] << 8U | bytes[place + 1]);
}

class Parser {
public:
    Parser(ByteView bytes, Query& query) : bytes_(bytes), query_(query) {}

    QueryFault run() {
        const QueryFault fault = message();
        query_.fault_offset = static_cast<std::uint16_t>(std::min<std::size_t>(at_, 0xffff));
        return fault;
    }

private:
    QueryFault message() {
        if (bytes_.size() < kHeaderBytes) {
            return QueryFault::kShort;
        }
        if ((bytes_[2] & kResponseBit) != 0) {
            return QueryFault::kResponse;
        }
        if ((bytes_[2] & kOpcodeBits) != 0) {
            return QueryFault::kOpcode;
        }
        const std::uint16_t questions = u16_at(bytes_, 4);
        if (questions > 1 || u16_at(bytes_, 6) != 0 || u16_at(bytes_, 8) > 1) {
            return QueryFault::kQuestionCount;
        }
        at_ = kHeaderBytes;
        if (questions == 1 && !question()) {
            return QueryFault::kQuestion;
        }
        if (u16_at(bytes_, 8) == 1) { // the version that an IXFR client has (RFC 1995 section 3)
            if (query_.type != rr_type::kIxfr) {
                return QueryFault::kQuestionCount;
            }
            if (!record()) {
                return QueryFault::kAuthority;
            }
        }
        for (std::size_t left = u16_at(bytes_, 10); left > 0; --left) {
            if (const QueryFault fault = additional(); fault != QueryFault::kNone) {
                return fault;
            }
        }
        if (at_ != bytes_.size()) {
            return QueryFault::kAdditional;
        }
        if (version_ != 0) {
            return QueryFault::kVersion;
        }
        return questions == 0 && query_.cookie.empty() ? QueryFault::kQuestionCount : QueryFault::kNone;
    }

    [[nodiscard]] bool has(std::size_t count) const { return count <= bytes_.size() - at_; }

    bool question() {
        const std::size_t begin = at_;
        for (;;) {
            if (!has(1)) {
                return false;
            }
            const std::uint8_t length = bytes_[at_];
            const std::size_t place = at_ - begin;
            if (length > kMostLabelBytes || place + length + 1 > kMostNameBytes || !has(length + 1U)) {
                return false;
            }
            at_ += length + 1U;
            if (length == 0) {
                break;
            }
            query_.label_at[query_.labels++] = static_cast<std::uint8_t>(place);
        }
        query_.name_bytes = static_cast<std::uint8_t>(at_ - begin);
        std::transform(bytes_.begin() + static_cast<std::ptrdiff_t>(begin),
                       bytes_.begin() + static_cast<std::ptrdiff_t>(at_), query_.name.begin(), lower);
        if (!has(4)) {
            return false;
        }
        query_.type = u16_at(bytes_, at_);
        query_.rr_class = u16_at(bytes_, at_ + 2);
        at_ += 4;
        query_.has_question = true;
        return true;
    }

    /// Passes over a name that nobody reads: whatever its labels are, it ends within the message.
    bool skip_name() {
        while (has(1)) {
            const std::uint8_t length = bytes_[at_];
            if (length >= 0xc0) {
                at_ += 2;
                return at_ <= bytes_.size();
            }
            if (length > kMostLabelBytes || !has(length + 1U)) {
                return false;
            }
            at_ += length + 1U;
            if (length == 0) {
                return true;
            }
        }
        return false;
    }

    /// Passes over a record, whose fixed fields then begin at `fixed_`.
    bool record() {
        if (!skip_name() || !has(10)) {
            return false;
        }
        fixed_ = at_;
        at_ += 10;
        const std::size_t length = u16_at(bytes_, fixed_ + 8);
        if (!has(length)) {
            return false;
        }
        at_ += length;
        return true;
    }

    QueryFault additional() {
        const bool is_root = has(1) && bytes_[at_] == 0;
        if (!record()) {
            return QueryFault::kAdditional;
        }
        const std::size_t fixed = fixed_;
        const std::size_t end = at_;
        const std::uint16_t type = u16_at(bytes_, fixed);
        if (type != rr_type::kOpt) {
            query_.is_signed = query_.is_signed || type == rr_type::kTsig;
            return QueryFault::kNone;
        }
        if (query_.has_edns || !is_root) {
            return QueryFault::kOpt;
        }
        query_.has_edns = true;
        query_.udp_bytes = std::max<std::uint16_t>(u16_at(bytes_, fixed + 2), 512);
        version_ = bytes_[fixed + 5];
        query_.is_dnssec_ok = (bytes_[fixed + 6] & 0x80) != 0;
        // Options of another version may have another form.
        at_ = fixed + 10;
        return version_ == 0 ? options(end) : (at_ = end, QueryFault::kNone);
    }

    QueryFault options(std::size_t end) {
        while (at_ < end) {
            if (end - at_ < 4 || u16_at(bytes_, at_ + 2) > end - at_ - 4) {
                return QueryFault::kOption;
            }
            const std::uint16_t code = u16_at(bytes_, at_);
            const ByteView value = bytes_.subspan(at_ + 4, u16_at(bytes_, at_ + 2));
            if (code == edns_option::kClientSubnet && !client_subnet(value)) {
                return QueryFault::kClientSubnet;
            }
            if (code == edns_option::kCookie && !cookie(value)) {
                return QueryFault::kCookie;
            }
            query_.wants_nsid = query_.wants_nsid || code == edns_option::kNsid;
            query_.wants_padding = query_.wants_padding || code == edns_option::kPadding;
            query_.wants_keepalive = query_.wants_keepalive || code == edns_option::kKeepalive;
            at_ += 4 + value.size();
        }
        return QueryFault::kNone;
    }

    bool cookie(ByteView value) {
        if (query_.cookie.empty()) { // RFC 7873 section 5.2: the first one counts
            query_.cookie = value;
        }
        return value.size() == 8 || (value.size() >= 16 && value.size() <= 40);
    }

    bool client_subnet(ByteView value) {
        if (value.size() < 4 || query_.subnet.is_present()) {
            return false;
        }
        ClientSubnet subnet;
        subnet.is_given = true;
        subnet.family = u16_at(value, 0);
        subnet.source_bits = value[2];
        const std::size_t most_bits = subnet.family == 1 ? 32 : subnet.family == 2 ? 128 : 0;
        const ByteView octets = value.subspan(4);
        // The scope of a query is zero, and the address has just the octets that its bits need.
        if (subnet.family > 2 || subnet.source_bits > most_bits || value[3] != 0 ||
            octets.size() != (subnet.source_bits + 7U) / 8U) {
            return false;
        }
        const unsigned odd_bits = subnet.source_bits % 8U;
        if (odd_bits != 0 && (octets.back() & (0xffU >> odd_bits)) != 0) {
            return false;
        }
        if (subnet.family == 1) {
            subnet.address.bytes[10] = subnet.address.bytes[11] = 0xff;
        }
        std::copy(octets.begin(), octets.end(), subnet.address.bytes.begin() + (subnet.family == 1 ? 12 : 0));
        query_.subnet = subnet;
        return true;
    }

    ByteView bytes_;
    Query& query_;
    std::size_t at_ = 0;
    std::size_t fixed_ = 0;
    std::uint8_t version_ = 0;
};

constexpr std::string_view kFaultNames[] = {
#define SL_QUERY_FAULT(fault, code, answer, error, meaning) #fault,
#include "dns/answer/query_faults.def"
#undef SL_QUERY_FAULT
};

} // namespace

std::string_view to_text(QueryFault fault) {
    return fault == QueryFault::kNone ? "none" : kFaultNames[static_cast<std::size_t>(fault)];
}

QueryFault parse_query(ByteView bytes, Query& query) {
    return Parser(bytes, query).run();
}

} // namespace suanlu::dns
