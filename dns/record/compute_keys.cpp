// SPDX-License-Identifier: Apache-2.0
// Four visitors of a type's field list: octets out, octets in, text out, text in.
#include "dns/record/compute_keys.hpp"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <limits>

namespace suanlu::dns {

namespace {

bool is_word(std::uint32_t value, Words words) {
    return value < words.size() && !words[value].empty();
}

bool is_region(std::string_view text) {
    return !text.empty() && text.size() <= kMostRegionBytes &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

class OctetsOut {
public:
    void operator()(std::string_view, std::unsigned_integral auto value, auto...) { put_integer(out, value); }
    void operator()(std::string_view, const std::vector<Ip6>& sids) {
        for (const Ip6& sid : sids) {
            put_bytes(out, sid.bytes);
        }
    }
    void operator()(std::string_view, const std::optional<Ip6>& address) {
        if (address) {
            put_bytes(out, address->bytes);
        }
    }
    void operator()(std::string_view, const std::string& text) { put_bytes(out, view_of(text)); }

    Bytes out;
};

/// Keeps the first error; fields behind it stay as they were.
class Reader {
public:
    [[nodiscard]] const Status& status() const { return status_; }

protected:
    void fail(Error error) {
        if (status_) {
            status_ = Status(std::move(error));
        }
    }
    void check(std::string_view name, std::uint32_t value, std::uint32_t most) {
        if (value > most) {
            fail({Errc::kOutOfRange, std::string(name) + " is at most " + std::to_string(most) + ", not " +
                                         std::to_string(value)});
        }
    }
    void check(std::string_view name, std::uint32_t value, Words words) {
        if (!is_word(value, words)) {
            fail({Errc::kOutOfRange, std::string(name) + " has no value " + std::to_string(value)});
        }
    }
    void check(std::string_view, std::uint32_t) {}
    void check_sids(std::size_t count) {
        if (count == 0 || count > kMostSids) {
            fail({Errc::kOutOfRange, "1 to 6 SIDs, not " + std::to_string(count)});
        }
    }
    void check_region(std::string_view text) {
        if (!is_region(text)) {
            fail({Errc::kOutOfRange, "a region has 1 to 63 printable ASCII characters"});
        }
    }

private:
    Status status_;
};

class OctetsIn : public Reader {
public:
    explicit OctetsIn(ByteView value) : reader_(value) {}

    template <std::unsigned_integral Integer>
    void operator()(std::string_view name, Integer& value, auto... bounds) {
        const auto read = reader_.integer<Integer>();
        if (!read) {
            return fail(read.error());
        }
        value = *read;
        check(name, value, bounds...);
    }
    void operator()(std::string_view, std::vector<Ip6>& sids) {
        while (status() && !reader_.is_at_end()) {
            sids.push_back(address());
        }
        check_sids(sids.size());
    }
    void operator()(std::string_view, std::optional<Ip6>& endpoint) {
        if (!reader_.is_at_end()) {
            endpoint = address();
        }
    }
    void operator()(std::string_view, std::string& text) {
        text = text_of(reader_.rest());
        check_region(text);
    }
    Status finish() {
        if (status()) {
            if (Status end = reader_.finish(); !end) {
                fail(std::move(end).error());
            }
        }
        return status();
    }

private:
    Ip6 address() {
        Ip6 out;
        const auto taken = reader_.take(out.bytes.size());
        if (!taken) {
            fail(taken.error());
        } else {
            std::copy(taken->begin(), taken->end(), out.bytes.begin());
        }
        return out;
    }

    WireReader reader_;
};

class TextOut {
public:
    void operator()(std::string_view name, std::unsigned_integral auto value, std::uint32_t /*most*/) {
        (*this)(name, value);
    }
    void operator()(std::string_view name, std::unsigned_integral auto value) {
        fields.push_back({std::string(name), std::to_string(value), true});
    }
    void operator()(std::string_view name, std::unsigned_integral auto value, Words words) {
        SL_CHECK(is_word(value, words));
        fields.push_back({std::string(name), std::string(words[value]), false});
    }
    void operator()(std::string_view name, const std::vector<Ip6>& sids) {
        std::string all;
        for (const Ip6& sid : sids) {
            all += (all.empty() ? "" : ",") + sid.text();
        }
        fields.push_back({std::string(name), all, false});
    }
    void operator()(std::string_view name, const std::optional<Ip6>& endpoint) {
        if (endpoint) {
            fields.push_back({std::string(name), endpoint->text(), false});
        }
    }
    void operator()(std::string_view name, const std::string& text) {
        fields.push_back({std::string(name), text, false});
    }

    std::vector<FieldView> fields;
};

/// "field:value,field:value", every field once and in order; a list or a text stands alone.
class TextIn : public Reader {
public:
    explicit TextIn(std::string_view text) : left_(text) {
        if (text.ends_with(',')) {
            fail({Errc::kBadInput, "nothing behind the last comma"});
        }
    }

    template <std::unsigned_integral Integer>
    void operator()(std::string_view name, Integer& value, auto... bounds) {
        const std::string_view text = next(name);
        if (!status()) {
            return;
        }
        read(name, text, value, bounds...);
    }
    void operator()(std::string_view, std::vector<Ip6>& sids) {
        while (status() && !left_.empty()) {
            sids.push_back(address(cut()));
        }
        check_sids(sids.size());
    }
    void operator()(std::string_view name, std::optional<Ip6>& endpoint) {
        if (status() && !left_.empty()) {
            const std::string_view text = next(name);
            if (status()) {
                endpoint = address(text);
            }
        }
    }
    void operator()(std::string_view, std::string& text) {
        text = std::exchange(left_, {});
        check_region(text);
    }
    Status finish() {
        if (status() && !left_.empty()) {
            fail({Errc::kBadInput, "nothing belongs at '" + std::string(left_) + "'"});
        }
        return status();
    }

private:
    std::string_view cut() {
        const std::size_t comma = left_.find(',');
        const std::string_view part = left_.substr(0, comma);
        left_.remove_prefix(comma == std::string_view::npos ? left_.size() : comma + 1);
        return part;
    }
    std::string_view next(std::string_view name) {
        const std::string_view part = cut();
        if (!part.starts_with(name) || part.size() <= name.size() || part[name.size()] != ':') {
            fail({Errc::kBadInput, "'" + std::string(name) + ":' wanted, '" + std::string(part) + "' found"});
            return {};
        }
        return part.substr(name.size() + 1);
    }
    Ip6 address(std::string_view text) {
        const auto parsed = Ip6::parse(text);
        if (!parsed) {
            fail(parsed.error());
        }
        return parsed.value_or({});
    }
    template <class Integer>
    void read(std::string_view name, std::string_view text, Integer& value, Words words) {
        const auto found = std::find(words.begin(), words.end(), text);
        if (text.empty() || found == words.end()) {
            return fail({Errc::kBadInput, std::string(name) + " has no value '" + std::string(text) + "'"});
        }
        value = static_cast<Integer>(found - words.begin());
    }
    template <class Integer>
    void read(std::string_view name, std::string_view text, Integer& value,
              std::uint32_t most = std::numeric_limits<Integer>::max()) {
        std::uint32_t number = 0;
        const auto [stopped, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (ec != std::errc{} || stopped != text.data() + text.size() || number > most) {
            return fail({Errc::kBadInput, std::string(name) + " is a number up to " + std::to_string(most) +
                                              ", not '" + std::string(text) + "'"});
        }
        value = static_cast<Integer>(number);
    }

    std::string_view left_;
};

template <class Value>
std::vector<FieldView> fields_of(const Value& value) {
    TextOut out;
    Value::list(value, out);
    return out.fields;
}

template <class Value>
std::string text_of_value(const Value& value) {
    const std::vector<FieldView> fields = fields_of(value);
    constexpr bool is_alone = std::is_same_v<Value, ServiceSids> || std::is_same_v<Value, Region>;
    std::string out;
    for (const FieldView& field : fields) {
        out += (out.empty() ? "" : ",") + (is_alone ? field.text : field.name + ":" + field.text);
    }
    return out;
}

template <class Value>
Status read_value(auto source, std::string_view name, std::optional<Value>& into) {
    Value value;
    Value::list(value, source);
    SL_TRY_VOID(source.finish().map_error([&](Error e) { return std::move(e).with(name); }));
    into = std::move(value);
    return {};
}

} // namespace

void put_compute_keys(SvcParams& params, const ComputeKeys& keys) {
#define SL_COMPUTE_KEY(name, key, type, value, example)                                                      \
    if (keys.name) {                                                                                         \
        OctetsOut octets;                                                                                    \
        type::list(*keys.name, octets);                                                                      \
        set_param(params, {key, std::move(octets.out)});                                                     \
    }
#include "dns/record/compute_keys.def"
#undef SL_COMPUTE_KEY
}

Result<ComputeKeys> compute_keys_of(const SvcParams& params) {
    ComputeKeys keys;
    for (const SvcParam& param : params) {
        switch (param.key) {
#define SL_COMPUTE_KEY(name, key, type, value_text, example)                                                 \
    case key:                                                                                                \
        SL_TRY_VOID(read_value(OctetsIn(param.value), "key " #key " (" #name ")", keys.name));               \
        break;
#include "dns/record/compute_keys.def"
#undef SL_COMPUTE_KEY
        default:
            break;
        }
    }
    return keys;
}

std::vector<std::string> compute_texts(const ComputeKeys& keys) {
    std::vector<std::string> out;
#define SL_COMPUTE_KEY(name, key, type, value, example)                                                      \
    if (keys.name) {                                                                                         \
        out.push_back(#name "=" + text_of_value(*keys.name));                                                \
    }
#include "dns/record/compute_keys.def"
#undef SL_COMPUTE_KEY
    return out;
}

Status read_compute_text(std::string_view text, ComputeKeys& keys) {
    const std::size_t equals = text.find('=');
    const std::string_view found = text.substr(0, equals);
    const std::string_view content =
        equals == std::string_view::npos ? std::string_view{} : text.substr(equals + 1);
#define SL_COMPUTE_KEY(name, key, type, value, example)                                                      \
    if (found == #name) {                                                                                    \
        if (keys.name) {                                                                                     \
            return Error{Errc::kConflict, #name " is there twice"};                                          \
        }                                                                                                    \
        return read_value(TextIn(content), #name, keys.name);                                                \
    }
#include "dns/record/compute_keys.def"
#undef SL_COMPUTE_KEY
    return Error{Errc::kNotFound, "no compute key is called '" + std::string(found) + "'"};
}

std::vector<KeyView> view_of_keys(const ComputeKeys& keys) {
    std::vector<KeyView> out;
#define SL_COMPUTE_KEY(name, key, type, value, example)                                                      \
    if (keys.name) {                                                                                         \
        out.push_back({#name, key, fields_of(*keys.name)});                                                  \
    }
#include "dns/record/compute_keys.def"
#undef SL_COMPUTE_KEY
    return out;
}

} // namespace suanlu::dns
