// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "dataplane/agent/doctor.hpp"

namespace suanlu {

std::string findings_json(const std::string& node, const std::vector<Finding>& findings) {
    using Json = nlohmann::ordered_json;
    Json rows = Json::array();
    for (const Finding& finding : findings) {
        rows.push_back({{"severity", to_text(finding.severity)},
                        {"check", finding.check},
                        {"subject", finding.subject},
                        {"text", finding.text},
                        {"remedy", finding.remedy}});
    }
    const Json out{{"node", node}, {"worst", to_text(worst_of(findings))}, {"findings", std::move(rows)}};
    // Interface and site names may hold any bytes.
    return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace suanlu
