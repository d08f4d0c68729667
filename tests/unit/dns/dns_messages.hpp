// SPDX-License-Identifier: Apache-2.0
// Queries written and answers read for tests. Answers are read by a reader of their own, which follows
// pointers with DomainName::read and knows nothing of how answers are built.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>

#include "dns/answer/respond.hpp"
#include "dns/record/rr_type.hpp"
#include "dns/zone/answer_builder.hpp"
#include "dns/zone/zone_file.hpp"

namespace suanlu::dns::testing {

struct Asked {
    std::string name;
    std::uint16_t type = rr_type::kA;
    bool has_edns = false;
    bool is_dnssec_ok = false;
    std::uint16_t udp_bytes = 1232;
    Bytes options = {};
    std::uint16_t rr_class = rr_class::kIn;
};

inline Bytes query_of(const Asked& asked) {
    Bytes out{0x12, 0x34, 0x01, 0x10, 0, 1, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(asked.has_edns ? 1 : 0)};
    put_bytes(out, DomainName::parse(asked.name)->wire());
    put_integer(out, asked.type);
    put_integer(out, asked.rr_class);
    if (asked.has_edns) {
        put_bytes(out, Bytes{0, 0, 41});
        put_integer(out, asked.udp_bytes);
        put_bytes(out, Bytes{0, 0, static_cast<std::uint8_t>(asked.is_dnssec_ok ? 0x80 : 0), 0});
        put_integer(out, static_cast<std::uint16_t>(asked.options.size()));
        put_bytes(out, asked.options);
    }
    return out;
}

/// An EDNS option.
inline Bytes option(std::uint16_t code, const Bytes& value) {
    Bytes out;
    put_integer(out, code);
    put_integer(out, static_cast<std::uint16_t>(value.size()));
    put_bytes(out, value);
    return out;
}

inline Bytes operator+(Bytes first, const Bytes& second) {
    put_bytes(first, second);
    return first;
}

/// A query for nothing: header and OPT alone.
inline Bytes query_without_question(const Bytes& options) {
    const Bytes whole = query_of({.name = "a", .has_edns = true, .options = options});
    Bytes out;
    put_bytes(out, ByteView(whole).first(12));
    put_bytes(out, ByteView(whole).subspan(19)); // "a", type, class
    out[5] = 0;
    return out;
}

struct Heard {
    std::uint16_t flags = 0;
    unsigned rcode = 0;
    std::string question;
    /// "owner type", by section; OPT apart.
    std::vector<std::string> answer, authority, additional;
    Bytes opt_options;
    bool has_opt = false;
    std::size_t size = 0;

    /// Value of the first option of this code; empty without one.
    [[nodiscard]] Bytes option_of(std::uint16_t wanted) const {
        for (WireReader reader(opt_options); !reader.is_at_end();) {
            const std::uint16_t code = *reader.integer<std::uint16_t>();
            const ByteView value = *reader.take(*reader.integer<std::uint16_t>());
            if (code == wanted) {
                return {value.begin(), value.end()};
            }
        }
        return {};
    }
    [[nodiscard]] bool is_authoritative() const { return (flags & 0x0400U) != 0; }
    [[nodiscard]] bool is_cut() const { return (flags & 0x0200U) != 0; }
};

inline Heard read_answer(ByteView bytes) {
    Heard heard;
    heard.size = bytes.size();
    WireReader reader(bytes);
    EXPECT_EQ(*reader.integer<std::uint16_t>(), 0x1234);
    heard.flags = *reader.integer<std::uint16_t>();
    heard.rcode = heard.flags & 0xfU;
    std::array<std::uint16_t, 4> counts{};
    for (std::uint16_t& count : counts) {
        count = *reader.integer<std::uint16_t>();
    }
    for (unsigned i = 0; i < counts[0]; ++i) {
        heard.question = DomainName::read(bytes, reader)->text();
        heard.question += " " + type_text(*reader.integer<std::uint16_t>());
        EXPECT_TRUE(reader.take(2));
    }
    for (auto* section : {&heard.answer, &heard.authority, &heard.additional}) {
        for (unsigned i = counts[1 + static_cast<std::size_t>(section == &heard.authority) +
                                 2 * static_cast<std::size_t>(section == &heard.additional)];
             i > 0; --i) {
            const auto owner = DomainName::read(bytes, reader);
            EXPECT_TRUE(owner.has_value()) << owner.error().detail;
            const std::uint16_t type = *reader.integer<std::uint16_t>();
            EXPECT_TRUE(reader.take(2));
            const std::uint32_t ttl = *reader.integer<std::uint32_t>();
            const ByteView rdata = *reader.take(*reader.integer<std::uint16_t>());
            if (type == rr_type::kOpt) {
                heard.has_opt = true;
                heard.rcode |= ttl >> 24U << 4U;
                heard.opt_options.assign(rdata.begin(), rdata.end());
                continue;
            }
            std::string line = owner->text() + " " + type_text(type);
            if (type == rr_type::kA) {
                for (const unsigned octet : rdata) {
                    line += (line.ends_with("A") ? " " : ".") + std::to_string(octet);
                }
            }
            section->push_back(line);
        }
    }
    EXPECT_TRUE(reader.is_at_end());
    return heard;
}

inline ZoneContents zone_of(std::string text, const std::string& apex) {
    auto zone = read_zone_text(std::move(text), "test.zone", *DomainName::parse(apex));
    EXPECT_TRUE(zone) << zone.error().detail;
    return *std::move(zone);
}

} // namespace suanlu::dns::testing
