// SPDX-License-Identifier: Apache-2.0
// Takes site reports off their streams. A site speaks for itself only: the certificate's name is the site's.
// Reports go to the decision's mailbox, where the newest per site waits; every report that was looked at is
// answered, a refused one with its reason. gRPC's threads; no state but the streams.
#pragma once

#include "controller/api/controller_probe.hpp"
#include "controller/decision/decision_loop.hpp"
#include "suanlu/v1/site.grpc.pb.h"

namespace suanlu {

class SiteServer final : public v1::SiteIngest::CallbackService {
public:
    SiteServer(DecisionLoop& decision, ControllerProbe& probe) : decision_(decision), probe_(probe) {}
    grpc::ServerBidiReactor<v1::SiteReport, v1::SiteReportAck>*
    Report(grpc::CallbackServerContext* context) override;

private:
    DecisionLoop& decision_;
    ControllerProbe& probe_;
};

} // namespace suanlu
