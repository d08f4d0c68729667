// SPDX-License-Identifier: Apache-2.0
#include "controller/cli/record_report.hpp"

#include "core/support/text_table.hpp"

namespace suanlu {

namespace {

Json to_json(const dns::FieldView& field) {
    return field.is_number ? Json(std::stoull(field.text)) : Json(field.text);
}

} // namespace

std::string dumped(const Json& json, int indent) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json to_json(const dns::RecordView& view) {
    Json json{{"type", view.type}};
    for (const dns::FieldView& field : view.head) {
        json[field.name] = to_json(field);
    }
    json["keys"] = Json::array();
    for (const dns::KeyView& key : view.keys) {
        Json fields = Json::object();
        for (const dns::FieldView& field : key.fields) {
            fields[field.name] = to_json(field);
        }
        json["keys"].push_back({{"name", key.name}, {"key", key.key}, {"fields", fields}});
    }
    json["others"] = Json::array();
    for (const dns::FieldView& other : view.others) {
        json["others"].push_back({{"name", other.name}, {"value", other.text}});
    }
    return json;
}

std::string to_text(const dns::RecordView& view, bool colour) {
    TextTable table({"KEY", "FIELD", "VALUE"});
    for (const dns::FieldView& field : view.head) {
        table.add({view.type, field.name, field.text});
    }
    for (const dns::KeyView& key : view.keys) {
        for (const dns::FieldView& field : key.fields) {
            table.add({key.name + " (" + std::to_string(key.key) + ")", field.name, field.text});
        }
    }
    for (const dns::FieldView& other : view.others) {
        table.add({other.name, "", other.text});
    }
    return table.text(colour);
}

} // namespace suanlu
