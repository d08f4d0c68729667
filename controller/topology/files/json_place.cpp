// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/files/json_place.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace suanlu {

namespace {

using Json = nlohmann::json;

std::size_t line_at(std::string_view text, std::size_t position) {
    const std::string_view before = text.substr(0, std::min(position, text.size()));
    return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
}

/// Keeps nothing but the place of the first error. Names are those of nlohmann::json_sax.
class FaultFinder : public nlohmann::json_sax<Json> {
public:
    std::size_t position = 0;
    std::string what;

    bool null() override { return true; }
    bool boolean(bool /*value*/) override { return true; }
    bool number_integer(number_integer_t /*value*/) override { return true; }
    bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
    bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
    bool string(string_t& /*value*/) override { return true; }
    bool binary(binary_t& /*value*/) override { return true; }
    bool start_object(std::size_t /*elements*/) override { return true; }
    bool key(string_t& /*value*/) override { return true; }
    bool end_object() override { return true; }
    bool start_array(std::size_t /*elements*/) override { return true; }
    bool end_array() override { return true; }
    bool parse_error(std::size_t at, const std::string& token, const Json::exception& /*error*/) override {
        position = at;
        what = "not JSON at '" + token.substr(token.size() - std::min<std::size_t>(token.size(), 30)) + "'";
        std::replace_if(
            what.begin(), what.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
        return false;
    }
};

/// Walks a text that is JSON along one path. Every step moves forward, so the walk ends with the text.
class Walk {
public:
    explicit Walk(std::string_view text) : text_(text) {}

    [[nodiscard]] std::size_t position() const { return at_; }

    /// Goes to a member of the object that begins here; false, and stays, when it has none of that name.
    bool enter_member(std::string_view name) {
        const std::size_t start = at_;
        if (!open('{')) {
            return false;
        }
        while (at_ < text_.size() && text_[at_] == '"') {
            const std::size_t key = at_ + 1;
            skip_value();
            const std::string_view found = text_.substr(key, at_ - key - 1);
            pass(':');
            if (found == name) {
                return true;
            }
            skip_value();
            pass(',');
        }
        at_ = start;
        return false;
    }

    bool enter_element(std::size_t index) {
        const std::size_t start = at_;
        if (!open('[')) {
            return false;
        }
        for (; at_ < text_.size() && text_[at_] != ']'; --index) {
            if (index == 0) {
                return true;
            }
            skip_value();
            pass(',');
        }
        at_ = start;
        return false;
    }

    void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

private:
    bool open(char bracket) {
        skip_blanks();
        if (at_ >= text_.size() || text_[at_] != bracket) {
            return false;
        }
        ++at_;
        skip_blanks();
        return true;
    }

    void pass(char separator) {
        skip_blanks();
        at_ += at_ < text_.size() && text_[at_] == separator ? 1 : 0;
        skip_blanks();
    }

    /// Behind the value that begins here: its closing bracket or quote, or the last letter of a word.
    void skip_value() {
        std::size_t depth = 0;
        do {
            const char c = text_[at_];
            if (c == '"') {
                skip_text();
                continue;
            }
            depth += c == '{' || c == '[' ? 1 : 0;
            depth -= (c == '}' || c == ']') && depth > 0 ? 1 : 0;
            ++at_;
            if (depth == 0 && c != '}' && c != ']') {
                at_ = std::min(text_.find_first_of(",:]} \t\r\n", at_), text_.size());
            }
        } while (depth > 0 && at_ < text_.size());
    }

    void skip_text() {
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            at_ += text_[at_] == '\\' ? 1 : 0;
        }
        at_ = std::min(at_ + 1, text_.size());
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace

std::optional<JsonFault> json_fault(std::string_view json) {
    FaultFinder finder;
    if (Json::sax_parse(json, &finder)) {
        return std::nullopt;
    }
    return JsonFault{line_at(json, finder.position == 0 ? 0 : finder.position - 1), finder.what};
}

std::size_t json_line(std::string_view json, std::string_view field) {
    Walk walk(json);
    walk.skip_blanks();
    while (!field.empty()) {
        bool is_there = false;
        if (field[0] == '[') {
            const std::size_t end = std::min(field.find(']'), field.size());
            const std::string digits(field.substr(1, end - 1));
            is_there = walk.enter_element(std::strtoul(digits.c_str(), nullptr, 10));
            field.remove_prefix(std::min(end + 1, field.size()));
        } else {
            const std::string_view name = field.substr(0, field.find_first_of(".["));
            is_there = walk.enter_member(name);
            field.remove_prefix(name.size());
        }
        field.remove_prefix(field.starts_with('.') ? 1 : 0);
        if (!is_there) {
            break;
        }
    }
    return line_at(json, walk.position());
}

} // namespace suanlu
