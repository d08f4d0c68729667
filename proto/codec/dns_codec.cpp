// SPDX-License-Identifier: Apache-2.0
#include "proto/codec/dns_codec.hpp"

#include <algorithm>

#include "proto/codec/dns_part_codec.hpp"
#include "proto/codec/field_codec.hpp"
#include "suanlu/v1/dns.pb.h"

namespace suanlu {

namespace {

using namespace codec;

constexpr double kMostValidity = 86'400;

void encode(const DnsStamp& from, v1::DnsStamp& to) {
    to.set_controller(from.controller);
    to.set_epoch(from.epoch);
    to.set_generation(from.generation);
    to.set_made_unix_ms(from.made_unix_ms);
}

Result<DnsStamp> read_stamp(const v1::DnsStamp& from) {
    SL_TRY_VOID(check_name("stamp.controller", from.controller()));
    return DnsStamp{from.controller(), from.epoch(), from.generation(), from.made_unix_ms()};
}

/// Those of `list` that `known` has not got.
template <class Part>
std::vector<const Part*> changed(const std::vector<std::shared_ptr<const Part>>* known,
                                 const std::vector<std::shared_ptr<const Part>>& list) {
    std::vector<const Part*> out;
    for (std::size_t k = 0; k < list.size(); ++k) {
        if (known == nullptr || k >= known->size() || (*known)[k] != list[k]) {
            out.push_back(list[k].get());
        }
    }
    return out;
}

/// Puts a part in the place of the one with its id, or where the order wants it.
template <class Part>
void put(std::vector<std::shared_ptr<const Part>>& list, Part part) {
    const auto place = std::lower_bound(list.begin(), list.end(), part.id,
                                        [](const auto& each, auto id) { return each->id < id; });
    auto made = std::make_shared<const Part>(std::move(part));
    if (place != list.end() && (*place)->id == made->id) {
        *place = std::move(made);
    } else {
        list.insert(place, std::move(made));
    }
}

Status read_head(const v1::DnsUpdate& from, DnsView& view) {
    SL_TRY_VOID(check_number("validity_s", from.validity_s(), 1, kMostValidity));
    view.validity = {from.validity_s()};
    SL_TRY_VOID(check_zone("zone", from.zone()));
    view.zone = from.zone();
    SL_TRY_VOID(check_count("classes", from.classes_size(), kMaxDnsClasses));
    if (from.classes_size() == 0) {
        return bad_field("classes", "are missing");
    }
    for (int i = 0; i < from.classes_size(); ++i) {
        SL_TRY(DnsClientClass part, decode(item_path("classes", i), from.classes(i)));
        view.classes.push_back(std::make_shared<const DnsClientClass>(std::move(part)));
    }
    return {};
}

Status read_parts(const v1::DnsUpdate& from, DnsView& view) {
    SL_TRY_VOID(check_count("sites", from.sites_size(), kMaxDnsSites));
    SL_TRY_VOID(check_count("services", from.services_size(), kMaxDnsServices));
    for (int i = 0; i < from.sites_size(); ++i) {
        SL_TRY(DnsSite site, decode(item_path("sites", i), from.sites(i)));
        put(view.sites, std::move(site));
    }
    for (int i = 0; i < from.services_size(); ++i) {
        SL_TRY(DnsService service, decode(item_path("services", i), view, from.services(i)));
        put(view.services, std::move(service));
    }
    return {};
}

} // namespace

std::vector<v1::DnsUpdate> dns_updates(const DnsView* known, const DnsView& view) {
    if (known != nullptr && (known->classes != view.classes || known->sites.size() != view.sites.size() ||
                             known->services.size() != view.services.size())) {
        known = nullptr;
    }
    std::vector<v1::DnsUpdate> out(1);
    encode(view.stamp, *out.back().mutable_stamp());
    if (known == nullptr) {
        out.back().set_begins(true);
        out.back().set_validity_s(view.validity.value);
        out.back().set_zone(view.zone);
        for (const auto& each : view.classes) {
            encode(*each, *out.back().add_classes());
        }
    }
    std::size_t octets = out.back().ByteSizeLong();
    const auto make_room = [&] {
        if (octets >= kDnsOctetsAtOnce ||
            out.back().services_size() == static_cast<int>(kDnsServicesAtOnce)) {
            out.back().set_more(true);
            encode(view.stamp, *out.emplace_back().mutable_stamp());
            octets = 0;
        }
    };
    for (const DnsSite* site : changed(known == nullptr ? nullptr : &known->sites, view.sites)) {
        make_room();
        v1::DnsSite& part = *out.back().add_sites();
        encode(*site, part);
        octets += part.ByteSizeLong();
    }
    for (const DnsService* service : changed(known == nullptr ? nullptr : &known->services, view.services)) {
        make_room();
        v1::DnsService& part = *out.back().add_services();
        encode(*service, part);
        octets += part.ByteSizeLong();
    }
    return out;
}

std::string to_bytes(const DnsView& view) {
    v1::DnsUpdate whole;
    for (v1::DnsUpdate& part : dns_updates(nullptr, view)) {
        whole.MergeFrom(part);
    }
    whole.set_more(false);
    return whole.SerializeAsString();
}

Result<std::shared_ptr<const DnsView>> dns_view_from_bytes(std::string_view bytes) {
    SL_TRY(auto view, DnsFeedReader().take_bytes(bytes));
    if (!view) {
        return bad_field("more", "the view ends before it is whole");
    }
    return view;
}

Result<std::shared_ptr<const DnsView>> DnsFeedReader::take(const v1::DnsUpdate& update) {
    SL_TRY(DnsStamp stamp, read_stamp(update.stamp()));
    if (!update.begins() && !current_ && !is_partial_) {
        return bad_field("begins", "the first message of a stream says it");
    }
    DnsView view = update.begins() ? DnsView() : is_partial_ ? draft_ : *current_;
    if (!update.begins() && is_partial_ && !(stamp == draft_.stamp)) {
        return bad_field("stamp", "a view went on with another stamp");
    }
    if (update.begins()) {
        SL_TRY_VOID(read_head(update, view));
    }
    SL_TRY_VOID(read_parts(update, view));
    view.stamp = std::move(stamp);
    const bool is_beat = !update.begins() && !is_partial_ && view.stamp == current_->stamp;
    is_partial_ = update.more();
    if (is_partial_) {
        draft_ = std::move(view);
        return std::shared_ptr<const DnsView>();
    }
    draft_ = DnsView();
    if (is_beat) {
        return std::shared_ptr<const DnsView>();
    }
    current_ = std::make_shared<const DnsView>(std::move(view));
    return current_;
}

Result<std::shared_ptr<const DnsView>> DnsFeedReader::take_bytes(std::string_view bytes) {
    v1::DnsUpdate update;
    if (!update.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        return Error{Errc::kBadInput, "no DnsUpdate"};
    }
    return take(update);
}

} // namespace suanlu
