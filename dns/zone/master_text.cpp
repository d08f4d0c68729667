// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/master_text.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

namespace suanlu::dns {

namespace {

/// RFC 2181 section 8.
constexpr std::uint64_t kMostTtl = 0x7fffffff;

/// Seconds, or as BIND writes them, 1h30m; false when it is neither, or too many.
bool is_ttl(std::string_view text) {
    std::uint64_t total = 0;
    std::uint64_t part = 0;
    bool has_digit = false;
    for (const char letter : text) {
        if (letter >= '0' && letter <= '9') {
            part = part * 10 + static_cast<std::uint64_t>(letter - '0');
            has_digit = true;
        } else {
            static constexpr std::string_view kUnits = "smhdw";
            static constexpr std::uint64_t kSeconds[] = {1, 60, 3600, 86400, 604800};
            const std::size_t unit = kUnits.find(static_cast<char>(std::tolower(letter)));
            if (!has_digit || unit == std::string_view::npos) {
                return false;
            }
            total += part * kSeconds[unit];
            part = 0;
            has_digit = false;
        }
        if (part > kMostTtl || total > kMostTtl) {
            return false;
        }
    }
    return !text.empty() && total + part <= kMostTtl;
}

bool is_class(std::string_view word) {
    return word == "IN" || word == "in" || word == "CH" || word == "HS";
}

/// An entry: its words up to the type, where it begins, what is still open.
class Entries {
public:
    explicit Entries(std::string_view text) : text_(text) {}

    Status check() {
        while (at_ < text_.size()) {
            SL_TRY_VOID(step());
        }
        if (is_quoted_) {
            return problem(opened_, "a quote that nothing closes");
        }
        return depth_ > 0 ? problem(opened_, "a parenthesis that nothing closes") : end_entry();
    }

private:
    static Status problem(int line, const std::string& what) {
        return Error{Errc::kBadInput, std::to_string(line) + ": " + what};
    }

    Status step() {
        const char letter = text_[at_++];
        if (letter == '\0') {
            return problem(line_, "an octet 0, which no text has");
        }
        if (letter == '\\') {
            word_ += text_.substr(at_ - 1, 2);
            at_ += at_ < text_.size() && text_[at_] != '\n' ? 1 : 0;
            return {};
        }
        if (letter == '"') {
            is_quoted_ = !is_quoted_;
            opened_ = is_quoted_ ? line_ : opened_;
            word_ += letter;
            return {};
        }
        return is_quoted_ ? quoted(letter) : plain(letter);
    }

    Status quoted(char letter) {
        if (letter == '\n') {
            return problem(opened_, "a quote that its line does not close");
        }
        word_ += letter;
        return {};
    }

    Status plain(char letter) {
        switch (letter) {
        case ';':
            at_ = std::min(text_.find('\n', at_), text_.size());
            return {};
        case '(':
            opened_ = depth_++ == 0 ? line_ : opened_;
            end_word();
            return {};
        case ')':
            end_word();
            return depth_-- > 0 ? Status{} : problem(line_, "a parenthesis closes that none opened");
        case '\n':
            end_word();
            ++line_;
            return depth_ > 0 ? Status{} : end_entry();
        case ' ':
        case '\t':
        case '\r':
            is_indented_ = is_indented_ || (words_.empty() && word_.empty());
            end_word();
            return {};
        default:
            word_ += letter;
            return {};
        }
    }

    void end_word() {
        if (!word_.empty()) {
            words_.push_back(std::move(word_));
            word_.clear();
        }
    }

    Status end_entry() {
        end_word();
        const std::vector<std::string> words = std::exchange(words_, {});
        const int line = std::exchange(begins_, line_);
        const bool is_indented = std::exchange(is_indented_, false);
        if (words.empty()) {
            return {};
        }
        if (words[0] == "$TTL") {
            return words.size() == 2 && is_ttl(words[1])
                       ? Status{}
                       : problem(line, "$TTL takes one number of seconds up to 2147483647");
        }
        if (words[0][0] == '$') {
            return {};
        }
        for (std::size_t i = is_indented ? 0 : 1; i < words.size(); ++i) {
            if (std::isdigit(static_cast<unsigned char>(words[i][0])) != 0) {
                return is_ttl(words[i]) ? Status{}
                                        : problem(line, words[i] + " is no TTL: at most 2147483647 s");
            }
            if (!is_class(words[i])) {
                break; // the type
            }
        }
        return {};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int line_ = 1;
    int begins_ = 1;
    int opened_ = 0;
    int depth_ = 0;
    bool is_quoted_ = false;
    bool is_indented_ = false;
    std::string word_;
    std::vector<std::string> words_;
};

} // namespace

Status check_master_text(std::string_view text) {
    return Entries(text).check();
}

} // namespace suanlu::dns
