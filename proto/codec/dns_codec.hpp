// SPDX-License-Identifier: Apache-2.0
// DnsView <-> protobuf, used by the controller and by DNS servers. What did not change since the view that a
// follower has is left out; a large view goes in several messages. Reading checks every id, range, label and
// reference, and on failure leaves the view in force and gives the first offence with its field. Stateless
// but for DnsFeedReader, which one strand owns.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/dns_view.hpp"
#include "core/support/result.hpp"

namespace suanlu::v1 {
class DnsUpdate;
} // namespace suanlu::v1

namespace suanlu {

inline constexpr int kMaxDnsClasses = 256;
inline constexpr int kMaxDnsSites = 65'535;
inline constexpr int kMaxDnsServices = 65'535;
inline constexpr int kMaxDnsPrefixes = 65'536;
inline constexpr int kMaxDnsRanks = 64;
/// Services in one message: 64 classes with three sites each are about 3 kB, and gRPC takes 4 MiB.
inline constexpr std::size_t kDnsServicesAtOnce = 512;
/// Sites and services go on in a further message once one has so many octets.
inline constexpr std::size_t kDnsOctetsAtOnce = 1 << 20;

/// The messages that turn `known` into `view`, in order; null = the follower knows nothing. Never empty:
/// without a difference it is one beat.
std::vector<v1::DnsUpdate> dns_updates(const DnsView* known, const DnsView& view);

/// A whole view as bytes, for a file.
std::string to_bytes(const DnsView& view);
Result<std::shared_ptr<const DnsView>> dns_view_from_bytes(std::string_view bytes);

/// One stream of updates, as its follower sees it.
class DnsFeedReader {
public:
    /// The view that holds now, when this message completed or changed it; null after a part or a beat. After
    /// an error nothing of this message counts, and the stream should be opened anew.
    Result<std::shared_ptr<const DnsView>> take(const v1::DnsUpdate& update);
    /// The same for the bytes of v1.DnsUpdate.
    Result<std::shared_ptr<const DnsView>> take_bytes(std::string_view bytes);

private:
    std::shared_ptr<const DnsView> current_;
    DnsView draft_;
    bool is_partial_ = false;
};

} // namespace suanlu
