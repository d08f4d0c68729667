// SPDX-License-Identifier: Apache-2.0
#include "dns/xfr/version_editor.hpp"

#include <algorithm>

#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

Error conflict(const Record& record, const char* what) {
    return {Errc::kConflict, record.owner.text() + " " + type_text(record.type) + ": " + what};
}

} // namespace

VersionEditor::VersionEditor(const ZoneVersion& version) {
    version_.soa = version.soa;
    for (const VersionPart& part : version.parts) {
        shared_.emplace_hint(shared_.end(), part->front().owner, part);
    }
}

std::vector<Record>& VersionEditor::own_part(const DomainName& owner) {
    Part& part = own_[owner];
    if (!part) {
        const auto shared = shared_.find(owner);
        part = shared == shared_.end() ? std::make_shared<std::vector<Record>>()
                                       : std::make_shared<std::vector<Record>>(*shared->second);
    }
    return *part;
}

Status VersionEditor::add(const Record& record) {
    std::vector<Record>& part = own_part(record.owner);
    const auto place = std::lower_bound(part.begin(), part.end(), record, is_before);
    if (place != part.end() && *place == record) {
        return conflict(record, "is there already");
    }
    part.insert(place, record);
    return {};
}

Status VersionEditor::remove(const Record& record) {
    std::vector<Record>& part = own_part(record.owner);
    const auto place = std::lower_bound(part.begin(), part.end(), record, is_before);
    if (place == part.end() || *place != record) {
        return conflict(record, "is not there");
    }
    part.erase(place);
    return {};
}

Status VersionEditor::change(const Record& from, const std::vector<Record>& removed, const Record& to,
                             const std::vector<Record>& added) {
    if (version_.soa != from) {
        return conflict(from, "is another one");
    }
    version_.soa = to;
    for (const Record& record : removed) {
        SL_TRY_VOID(remove(record));
    }
    for (const Record& record : added) {
        SL_TRY_VOID(add(record));
    }
    return {};
}

Status VersionEditor::apply(const ZoneDifference& step) {
    return change(step.from, step.removed, step.to, step.added);
}

Status VersionEditor::take_back(const ZoneDifference& step) {
    return change(step.to, step.added, step.from, step.removed);
}

ZoneVersion VersionEditor::version() const {
    std::map<DomainName, VersionPart> parts = shared_;
    for (const auto& [owner, part] : own_) {
        parts[owner] = part;
    }
    ZoneVersion out = version_;
    out.bytes = transfer_bytes(out.soa);
    for (const auto& [owner, part] : parts) {
        if (!part->empty()) {
            out.parts.push_back(part);
            for (const Record& record : *part) {
                out.bytes += transfer_bytes(record);
            }
        }
    }
    return out;
}

std::shared_ptr<const ZoneHistory> cut_back(const ZoneHistory& history, std::uint32_t serial) {
    auto out = std::make_shared<ZoneHistory>(history);
    VersionEditor editor(*history.newest);
    std::uint32_t reached = history.newest->serial();
    while (reached != serial && !out->differences.empty()) {
        const ZoneDifference& last = *out->differences.back();
        if (!editor.take_back(last)) {
            return nullptr;
        }
        reached = serial_of(last.from.rdata);
        out->differences.pop_back();
    }
    out->newest = std::make_shared<const ZoneVersion>(editor.version());
    return reached == serial ? out : nullptr;
}

} // namespace suanlu::dns
