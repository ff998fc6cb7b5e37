#include "amf/json_fields.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "amf/number_name.h"
#include "amf/quoted.h"
#include "base/base64.h"

namespace so::amf {

void JsonFields::refuse(Code code, std::string text) {
  if (!error_) error_ = Error{code, std::move(text)};
}

void JsonFields::refuse(std::string_view key, std::string_view why, Code code) {
  refuse(code, fmt::format("json key {} {}", amf::quoted(key), why));
}

Fields JsonFields::split(const json::Object& object, const Shape& shape) {
  Fields fields;
  std::ranges::transform(shape.keys, fields.begin(), [](auto key) { return Field{key, {}}; });
  for (const auto& [key, value] : object) {
    auto* const field = std::ranges::find(fields, key, &Field::key);
    if (field == fields.end() || key.empty()) {
      refuse(key, fmt::format("does not belong to {}", amf::quoted(shape.keys.front())));
    } else if (std::exchange(field->value, value)) {
      refuse(key, "is there twice");
    }
  }
  for (std::size_t i = 0; i < shape.required; ++i) {
    if (!fields.at(i).value) {
      refuse(fields.at(i).key, "is missing");
    }
  }
  return fields;
}

std::vector<json::Element> JsonFields::array(const Field& field) {
  json::Array array;
  if (!field.value) return {};
  if (field.value->get(array) == simdjson::SUCCESS) return {array.begin(), array.end()};
  refuse(field.key, "is no array");
  return {};
}

std::array<json::Element, 2> JsonFields::pair(const Field& field, json::Element element) {
  json::Array array;
  if (element.get(array) == simdjson::SUCCESS && array.size() == 2) {
    return {array.at(0).value_unsafe(), array.at(1).value_unsafe()};
  }
  refuse(field.key, "has an item that is no pair");
  return {};
}

std::optional<json::Object> JsonFields::object(const Field& field) {
  json::Object object;
  if (field.value && field.value->get(object) == simdjson::SUCCESS) return object;
  refuse(field.key, "is no object");
  return std::nullopt;
}

std::string JsonFields::text(const Field& field, std::size_t max_bytes) {
  if (!field.value) return {};
  std::string text;
  std::string_view view;
  json::Object tagged;
  if (field.value->get(view) == simdjson::SUCCESS) {
    text = view;
  } else if (field.value->get(tagged) == simdjson::SUCCESS) {
    text = as_text(base64(split(tagged, {{"$str8"}}).front()));
  } else {
    refuse(field.key, "is no text");
  }
  if (text.size() > max_bytes) refuse(field.key, fmt::format("is over {} bytes", max_bytes));
  return text;
}

Bytes JsonFields::base64(const Field& field) {
  std::string_view text;
  if (!field.value || field.value->get(text) != simdjson::SUCCESS) {
    refuse(field.key, "is no base64");
    return {};
  }
  auto bytes = from_base64(text);
  if (bytes) return std::move(*bytes);
  refuse(field.key, fmt::format("is no base64: {}", bytes.error().text));
  return {};
}

double JsonFields::number(const Field& field) {
  double number = 0;
  std::string_view name;
  if (!field.value || field.value->get(number) == simdjson::SUCCESS) return number;
  if (field.value->get(name) == simdjson::SUCCESS) {
    if (const auto named = named_number(name)) return *named;
  }
  refuse(field.key, "is no number");
  return 0;
}

std::int64_t JsonFields::whole(const Field& field, Range range) {
  std::int64_t number = 0;
  if (!field.value) return 0;
  if (field.value->get(number) == simdjson::SUCCESS && number >= range.low &&
      number <= range.high) {
    return number;
  }
  refuse(field.key, fmt::format("is no whole number from {} to {}", range.low, range.high));
  return 0;
}

bool JsonFields::boolean(const Field& field) {
  bool flag = false;
  if (field.value && field.value->get(flag) != simdjson::SUCCESS) {
    refuse(field.key, "is neither true nor false");
  }
  return flag;
}

void JsonFields::yes(const Field& field) {
  if (!boolean(field)) refuse(field.key, "is not true");
}

}  // namespace so::amf
