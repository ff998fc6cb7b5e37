#include "hub/fields.h"

#include <fmt/format.h>

namespace so::hub {

std::optional<json::Element> Fields::value(std::string_view name) {
  return json::member(object_, name);
}

std::optional<std::string_view> Fields::text(std::string_view name) {
  const auto found = value(name);
  if (!found) return std::nullopt;
  std::string_view result;
  if (found->get_string().get(result) != simdjson::SUCCESS) {
    wrong(Why::kBadRequest, name, "is not a string");
  }
  return result;
}

std::optional<bool> Fields::flag(std::string_view name) {
  const auto found = value(name);
  if (!found) return std::nullopt;
  bool result = false;
  if (found->get_bool().get(result) != simdjson::SUCCESS) {
    wrong(Why::kBadRequest, name, "is not true or false");
  }
  return result;
}

std::optional<std::uint64_t> Fields::natural(std::string_view name) {
  const auto found = value(name);
  if (!found) return std::nullopt;
  std::uint64_t result = 0;
  if (found->get_uint64().get(result) != simdjson::SUCCESS) {
    wrong(Why::kBadRequest, name, "is not a whole number of 0 or more");
  }
  return result;
}

std::optional<json::Element> Fields::array(std::string_view name) {
  const auto found = value(name);
  if (found && !found->is_array()) {
    wrong(Why::kBadRequest, name, "is not an array");
    return std::nullopt;
  }
  return found;
}

std::optional<json::Element> Fields::object(std::string_view name) {
  const auto found = value(name);
  if (found && !found->is_object()) {
    wrong(Why::kBadRequest, name, "is not an object");
    return std::nullopt;
  }
  return found;
}

void Fields::wrong(Why why, std::string_view name, std::string_view is) {
  if (!refusal_) refusal_ = Refusal{why, fmt::format("{} {}", full_name(name), is)};
}

std::string Fields::full_name(std::string_view name) const {
  if (list_.empty()) return std::string{name};
  return fmt::format("{}[{}].{}", list_, index_, name);
}

}  // namespace so::hub
