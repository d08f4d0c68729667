// SPDX-License-Identifier: Apache-2.0
#include "dns/server/transfer_config.hpp"

#include "core/support/whole_file.hpp"

namespace suanlu::dns {

namespace {

Bytes read_secret(YamlNode node) {
    const auto text = read_whole_file(node.text());
    Result<Bytes> secret = text ? parse_tsig_secret(*text) : text.error();
    if (!secret) {
        node.complain(secret.error().detail);
        return {};
    }
    return *std::move(secret);
}

/// Null when none is named.
std::shared_ptr<const TsigKey> find_key(YamlNode node, const TsigKeys& keys) {
    if (!node.is_present()) {
        return nullptr;
    }
    const auto name = DomainName::parse(node.text());
    const auto found = name ? keys.find(*name) : keys.end();
    if (found == keys.end()) {
        node.complain("no key " + node.text() + " among keys");
        return nullptr;
    }
    return found->second;
}

/// An address or a prefix; left out it is everybody.
std::vector<Prefix6> read_from(YamlNode node) {
    if (!node.is_present()) {
        return {Prefix6{}};
    }
    if (node.text().find('/') != std::string::npos) {
        return {node.prefix()};
    }
    return {Prefix6{node.address(), 128}};
}

} // namespace

TsigKeys read_tsig_keys(YamlNode node) {
    TsigKeys keys;
    for (YamlNode& item : node.items()) {
        auto key = std::make_shared<TsigKey>();
        YamlNode name = item.required("name");
        const auto parsed = DomainName::parse(name.text());
        if (!parsed) {
            name.complain(parsed.error().detail);
            continue;
        }
        key->name = *parsed;
        YamlNode algorithm = item.optional("algorithm");
        key->algorithm =
            *parse_tsig_algorithm(algorithm.one_of({"hmac-sha256", "hmac-sha512"}, "hmac-sha256"));
        key->secret = read_secret(item.required("secret_file"));
        if (!keys.emplace(key->name, key).second) {
            name.complain("this key stands here twice");
        }
    }
    return keys;
}

std::optional<TransferConfig> read_transfer(YamlNode node, const TsigKeys& keys) {
    if (!node.is_present()) {
        return std::nullopt;
    }
    TransferConfig transfer;
    for (YamlNode& item : node.required("allow").items()) {
        YamlNode from = item.optional("from");
        const auto key = find_key(item.optional("key"), keys);
        if (!from.is_present() && !key) {
            item.complain("says from where, or with which key, or both");
        }
        const bool is_tls_only = item.optional("tls").boolean(false);
        for (const Prefix6& prefix : read_from(from)) {
            transfer.allow.push_back({prefix, key, is_tls_only});
        }
    }
    for (YamlNode& item : node.optional("notify").items()) {
        YamlNode to = item.required("to");
        const auto endpoint = Endpoint::parse(to.text());
        if (!endpoint || endpoint->is_unix()) {
            to.complain("an address and a port, such as 192.0.2.1:53");
            continue;
        }
        transfer.notify.push_back({*endpoint, find_key(item.optional("key"), keys)});
    }
    transfer.journal_bytes = node.optional("journal_mib").integer(0, 4096, 16) << 20U;
    return transfer;
}

} // namespace suanlu::dns
