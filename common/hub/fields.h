#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hub/refusal.h"
#include "json/read.h"

namespace so::hub {

/// Reads the members of a request's body by name. The first that is missing or of another type is
/// remembered, so a reader reads like the manual page and asks refusal() once, at the end. What is
/// read borrows from the parser.
class Fields {
 public:
  explicit Fields(json::Element object) : object_(object) {}
  /// An item of a list within the body: errors name it as list[index].
  Fields(json::Element item, std::string_view list, std::size_t index)
      : object_(item), list_(list), index_(index) {}

  std::optional<std::string_view> text(std::string_view name);
  std::optional<bool> flag(std::string_view name);
  std::optional<std::uint64_t> natural(std::string_view name);  // whole and not negative
  std::optional<json::Element> array(std::string_view name);
  std::optional<json::Element> object(std::string_view name);
  std::optional<json::Element> value(std::string_view name);  // of any type

  /// What was read must be there.
  template <class T>
  T need(std::string_view name, std::optional<T> read) {
    if (!read) missing(name);
    return read.value_or(T{});
  }

  /// For what is wrong with a value of the right type.
  void wrong(Why why, std::string_view name, std::string_view is);
  [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }

 private:
  void missing(std::string_view name) { wrong(Why::kBadRequest, name, "is missing"); }
  [[nodiscard]] std::string full_name(std::string_view name) const;

  json::Element object_;
  std::string_view list_;
  std::size_t index_ = 0;
  std::optional<Refusal> refusal_;
};

}  // namespace so::hub
