// SPDX-License-Identifier: Apache-2.0
// What a service takes of its packets, and whose packets they are <-> protobuf: parts of a Plan. Stateless,
// any thread. Decoding checks ranges and counts; what belongs together is checked by the engine that takes
// the Plan.
#pragma once

#include <string>

#include "core/model/service.hpp"
#include "core/support/result.hpp"

namespace suanlu::v1 {
class ServiceTraffic;
class TenantTag;
} // namespace suanlu::v1

namespace suanlu {

void encode(const ServiceTraffic& from, v1::ServiceTraffic& to);
/// `at`: where in the Plan, for the refusal.
Result<ServiceTraffic> decode(const std::string& at, const v1::ServiceTraffic& from);

void encode(const TenantTag& from, v1::TenantTag& to);
Result<TenantTag> decode(const std::string& at, const v1::TenantTag& from);

} // namespace suanlu
