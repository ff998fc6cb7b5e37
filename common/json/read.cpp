#include "json/read.h"

#include <limits>

#include <fmt/format.h>

#include "json/write.h"

namespace so::json {

Parser::Parser(Limits limits) : limits_(limits), parser_(limits.bytes) {}

Result<Element> Parser::parse(std::string_view text) {
  if (text.empty()) text = "";  // nothing may come from nowhere, which simdjson would copy from
  if (text.size() > limits_.bytes) {
    return fail(Code::kLimit, fmt::format("json of {} bytes is over the limit of {}", text.size(),
                                          limits_.bytes));
  }
  // Memory for the depth is set once; the parser grows its buffers to the texts it sees.
  if (parser_.max_depth() != limits_.depth) {
    if (parser_.allocate(std::max<std::size_t>(text.size(), 64), limits_.depth) !=
        simdjson::SUCCESS) {
      return fail(Code::kSystem, "json: out of memory");
    }
  }
  Element value;
  const auto error = parser_.parse(text.data(), text.size()).get(value);
  if (error == simdjson::DEPTH_ERROR) {
    return fail(Code::kLimit, fmt::format("json is nested deeper than {}", limits_.depth));
  }
  if (error != simdjson::SUCCESS) {
    return fail(Code::kPeer, fmt::format("json: {}", simdjson::error_message(error)));
  }
  return value;
}

std::optional<Element> member(Element from, std::string_view key) {
  Element value;
  if (!from.is_object() || from.at_key(key).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<std::string_view> text(Element from, std::string_view key) {
  const auto value = member(from, key);
  if (!value || !value->is_string()) return std::nullopt;
  return value->get_string().value_unsafe();
}

std::optional<double> number(Element from, std::string_view key) {
  const auto value = member(from, key);
  double result = 0;
  if (!value || value->get_double().get(result) != simdjson::SUCCESS) return std::nullopt;
  return result;
}

std::optional<std::uint64_t> integer(Element from, std::string_view key) {
  const auto value = member(from, key);
  std::uint64_t result = 0;
  if (!value || value->get_uint64().get(result) != simdjson::SUCCESS) return std::nullopt;
  return result;
}

std::optional<bool> boolean(Element from, std::string_view key) {
  const auto value = member(from, key);
  bool result = false;
  if (!value || value->get_bool().get(result) != simdjson::SUCCESS) return std::nullopt;
  return result;
}

namespace {

void append_array(std::string& out, const Array& array) {
  out += '[';
  bool first = true;
  for (const Element item : array) {
    if (!first) out += ',';
    first = false;
    append_compact(out, item);
  }
  out += ']';
}

void append_object(std::string& out, const Object& object) {
  out += '{';
  bool first = true;
  for (const auto& field : object) {
    if (!first) out += ',';
    first = false;
    append_string(out, field.key);
    out += ':';
    append_compact(out, field.value);
  }
  out += '}';
}

}  // namespace

void append_compact(std::string& out, Element value) {
  using simdjson::dom::element_type;
  switch (value.type()) {
    case element_type::ARRAY:
      return append_array(out, value.get_array().value_unsafe());
    case element_type::OBJECT:
      return append_object(out, value.get_object().value_unsafe());
    case element_type::INT64:
      return append_number(out, value.get_int64().value_unsafe());
    case element_type::UINT64:
      return append_number(out, value.get_uint64().value_unsafe());
    case element_type::DOUBLE:
      return append_number(out, value.get_double().value_unsafe());
    case element_type::STRING:
      return append_string(out, value.get_string().value_unsafe());
    case element_type::BOOL:
      out += value.get_bool().value_unsafe() ? "true" : "false";
      return;
    case element_type::NULL_VALUE:
      out += "null";
      return;
  }
}

std::string compact(Element value) {
  std::string out;
  append_compact(out, value);
  return out;
}

Result<std::string> normalise(std::string_view text, Limits limits) {
  Parser parser{limits};
  const auto value = parser.parse(text);
  if (!value) return fail(value.error());
  return compact(*value);
}

}  // namespace so::json
