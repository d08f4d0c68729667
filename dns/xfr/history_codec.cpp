// SPDX-License-Identifier: Apache-2.0
#include "dns/xfr/history_codec.hpp"

#include <algorithm>

#include "core/support/checksum.hpp"
#include "dns/record/rr_type.hpp"
#include "dns/xfr/version_editor.hpp"

namespace suanlu::dns {

namespace {

constexpr std::string_view kHead = "suanlu-zone-journal 1\n";
constexpr std::uint8_t kZone = 'Z';
constexpr std::uint8_t kDifference = 'D';

using Step = std::shared_ptr<const ZoneDifference>;

void put(Bytes& out, const Record& record) {
    put_bytes(out, record.owner.wire());
    put_integer(out, record.type);
    put_integer(out, record.ttl);
    put_integer(out, static_cast<std::uint16_t>(record.rdata.size()));
    put_bytes(out, record.rdata);
}

void put(Bytes& out, const std::vector<Record>& records) {
    for (const Record& record : records) {
        put(out, record);
    }
}

void put_frame(Bytes& out, std::uint8_t kind, const Bytes& payload) {
    out.push_back(kind);
    put_integer(out, static_cast<std::uint32_t>(payload.size()));
    put_integer(out, checksum(text_of(payload)));
    put_bytes(out, payload);
}

void put_step(Bytes& out, const ZoneDifference& step) {
    Bytes payload;
    put(payload, step.from);
    put(payload, step.removed);
    put(payload, step.to);
    put(payload, step.added);
    put_frame(out, kDifference, payload);
}

class HistoryReader {
public:
    HistoryReader(ByteView file, const DomainName& apex) : file_(file), reader_(file), apex_(apex) {}

    Result<ZoneVersion> zone();
    [[nodiscard]] bool is_at_end() const { return reader_.is_at_end(); }
    Result<ZoneDifference> step();

private:
    /// The payload of the next frame, as a reader whose offsets are the file's.
    Result<WireReader> frame(std::uint8_t kind);
    Result<Record> record(WireReader& payload) const;
    Result<Record> soa(WireReader& payload) const;
    /// Up to the next SOA, or the end.
    Result<std::vector<Record>> records(WireReader& payload) const;

    ByteView file_;
    WireReader reader_;
    const DomainName& apex_;
};

Result<WireReader> HistoryReader::frame(std::uint8_t kind) {
    SL_TRY(const auto found, reader_.integer<std::uint8_t>());
    if (found != kind) {
        return reader_.error("no frame of this kind belongs here");
    }
    SL_TRY(const auto length, reader_.integer<std::uint32_t>());
    SL_TRY(const auto high, reader_.integer<std::uint32_t>());
    SL_TRY(const auto low, reader_.integer<std::uint32_t>());
    const std::size_t begin = reader_.offset();
    SL_TRY(const ByteView payload, reader_.take(length));
    if (checksum(text_of(payload)) != (std::uint64_t{high} << 32U | low)) {
        return wire_error(begin, "the checksum is wrong");
    }
    return WireReader(file_.first(begin + length), begin);
}

Result<Record> HistoryReader::record(WireReader& payload) const {
    Record out;
    const std::size_t begin = payload.offset();
    SL_TRY(out.owner, DomainName::read_plain(payload));
    if (!out.owner.is_at_or_below(apex_)) {
        return wire_error(begin, "the owner lies outside of the zone");
    }
    SL_TRY(out.type, payload.integer<std::uint16_t>());
    SL_TRY(out.ttl, payload.integer<std::uint32_t>());
    SL_TRY(const auto length, payload.integer<std::uint16_t>());
    SL_TRY(const ByteView rdata, payload.take(length));
    out.rdata.assign(rdata.begin(), rdata.end());
    return out;
}

Result<Record> HistoryReader::soa(WireReader& payload) const {
    const std::size_t begin = payload.offset();
    SL_TRY(Record out, record(payload));
    WireReader rdata(out.rdata);
    // RFC 1035 section 3.3.13: two names, five integers.
    if (out.type != rr_type::kSoa || out.owner != apex_ || !DomainName::read_plain(rdata) ||
        !DomainName::read_plain(rdata) || rdata.left() != 20) {
        return wire_error(begin, "no SOA of " + apex_.text());
    }
    return out;
}

Result<std::vector<Record>> HistoryReader::records(WireReader& payload) const {
    std::vector<Record> out;
    while (!payload.is_at_end()) {
        WireReader next = payload;
        SL_TRY(Record found, record(next));
        if (found.type == rr_type::kSoa) {
            break;
        }
        out.push_back(std::move(found));
        payload = next;
    }
    return out;
}

Result<ZoneVersion> HistoryReader::zone() {
    SL_TRY(const ByteView head, reader_.take(kHead.size()));
    if (text_of(head) != kHead) {
        return wire_error(0, "no journal of a zone, or of another version");
    }
    SL_TRY(WireReader payload, frame(kZone));
    SL_TRY(Record begin, soa(payload));
    SL_TRY(const std::vector<Record> found, records(payload));
    SL_TRY_VOID(payload.finish());
    VersionEditor editor(std::move(begin));
    for (const Record& each : found) {
        SL_TRY_VOID(
            editor.add(each).map_error([&](const Error& error) { return payload.error(error.detail); }));
    }
    return editor.version();
}

Result<ZoneDifference> HistoryReader::step() {
    SL_TRY(WireReader payload, frame(kDifference));
    ZoneDifference out;
    SL_TRY(out.from, soa(payload));
    SL_TRY(out.removed, records(payload));
    SL_TRY(out.to, soa(payload));
    SL_TRY(out.added, records(payload));
    SL_TRY_VOID(payload.finish());
    out.bytes = transfer_bytes(out);
    return out;
}

/// Whether `step` may follow `steps`, whose serials only go forward.
bool goes_on(const std::vector<Step>& steps, const ZoneDifference& step) {
    const Record& first = steps.empty() ? step.from : steps.front()->from;
    const auto is_later = [&](const Record& than) {
        return is_later_serial(serial_of(step.to.rdata), serial_of(than.rdata));
    };
    return is_later(step.from) && is_later(first) && (steps.empty() || steps.back()->to == step.from);
}

/// The differences that can be read, one after the other; what ends them early comes into `rest`.
std::vector<Step> read_steps(HistoryReader& reader, std::optional<Error>& rest) {
    std::vector<Step> steps;
    while (!rest && !reader.is_at_end()) {
        auto step = reader.step();
        if (!step) {
            rest = step.error();
        } else if (!goes_on(steps, *step)) {
            rest = Error{Errc::kBadInput, "a difference does not go on from where the one before leads"};
        } else {
            steps.push_back(std::make_shared<const ZoneDifference>(*std::move(step)));
        }
    }
    return steps;
}

/// How many of `steps`, which go on from `version`, can be taken.
std::size_t count_usable(const ZoneVersion& version, std::span<const Step> steps,
                         std::optional<Error>& rest) {
    VersionEditor editor(version);
    for (std::size_t count = 0; count < steps.size(); ++count) {
        if (const Status applied = editor.apply(*steps[count]); !applied) {
            rest = Error{Errc::kBadInput, "a difference is not of this zone: " + applied.error().detail};
            return count;
        }
    }
    return steps.size();
}

} // namespace

Bytes write_history(const ZoneHistory& history) {
    Bytes out(kHead.begin(), kHead.end());
    Bytes payload;
    put(payload, history.newest->soa);
    for (const VersionPart& part : history.newest->parts) {
        put(payload, *part);
    }
    put_frame(out, kZone, payload);
    for (const Step& step : history.differences) {
        put_step(out, *step);
    }
    return out;
}

Bytes write_step(const ZoneDifference& step) {
    Bytes out;
    put_step(out, step);
    return out;
}

Result<ReadHistory> read_history(ByteView file, const DomainName& apex, std::size_t most_bytes) {
    HistoryReader reader(file, apex);
    SL_TRY(ZoneVersion version, reader.zone());
    ReadHistory out;
    std::vector<Step> steps = read_steps(reader, out.rest);
    // Those that lead to the zone's serial, then those that go on from it.
    const auto leads_on = [&](const Step& step) { return step->from == version.soa; };
    const auto earlier =
        static_cast<std::size_t>(std::find_if(steps.begin(), steps.end(), leads_on) - steps.begin());
    if (earlier == steps.size() && !steps.empty() && steps.back()->to != version.soa) {
        out.rest = out.rest.value_or(Error{Errc::kBadInput, "the differences do not lead to the zone"});
        steps.clear();
    } else {
        steps.resize(earlier + count_usable(version, std::span(steps).subspan(earlier), out.rest));
    }
    VersionEditor editor(version);
    for (std::size_t at = earlier; at < steps.size(); ++at) {
        SL_TRY_VOID(editor.apply(*steps[at]));
    }
    auto history = std::make_shared<ZoneHistory>();
    history->newest = std::make_shared<const ZoneVersion>(editor.version());
    history->differences = newest_of(std::move(steps), most_bytes);
    out.history = std::move(history);
    return out;
}

} // namespace suanlu::dns
