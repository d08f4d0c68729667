// SPDX-License-Identifier: Apache-2.0
// As much of JSON Schema (draft 7) as docs/reference uses: type, properties, required, additionalProperties,
// items, enum, minimum, maximum, pattern of digits. Gives the first offence with its place, empty when valid.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace suanlu {

inline bool has_type(const nlohmann::json& value, const std::string& type) {
    return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "string" && value.is_string()) || (type == "boolean" && value.is_boolean()) ||
           (type == "integer" && value.is_number_integer()) || (type == "number" && value.is_number());
}

inline std::string offence(const nlohmann::json& value, const nlohmann::json& schema, const std::string& at);

inline std::string object_offence(const nlohmann::json& value, const nlohmann::json& schema,
                                  const std::string& at) {
    for (const auto& name : schema.value("required", nlohmann::json::array())) {
        if (!value.contains(name.get<std::string>())) {
            return at + ": no " + name.get<std::string>();
        }
    }
    const auto known = schema.value("properties", nlohmann::json::object());
    for (const auto& [name, member] : value.items()) {
        const nlohmann::json& rest = schema.at("additionalProperties");
        if (!known.contains(name) && rest.is_boolean()) {
            return at + ": " + name + " is not in the schema";
        }
        const auto found = offence(member, known.contains(name) ? known.at(name) : rest, at + "." + name);
        if (!found.empty()) {
            return found;
        }
    }
    return {};
}

inline std::string offence(const nlohmann::json& value, const nlohmann::json& schema, const std::string& at) {
    const std::string type = schema.value("type", "object");
    if (!has_type(value, type)) {
        return at + ": is no " + type;
    }
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) {
        return at + ": " + value.dump() + " is none of the words";
    }
    if (value.is_number() &&
        (value < schema.value("minimum", value) || value > schema.value("maximum", value))) {
        return at + ": " + value.dump() + " is out of range";
    }
    if (schema.contains("pattern") &&
        value.get<std::string>().find_first_not_of("0123456789") != std::string::npos) {
        return at + ": " + value.dump() + " is no number";
    }
    if (value.is_object()) {
        return object_offence(value, schema, at);
    }
    for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
        const auto found = offence(value[i], schema.at("items"), at + "[" + std::to_string(i) + "]");
        if (!found.empty()) {
            return found;
        }
    }
    return {};
}

} // namespace suanlu
