#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "json/read.h"

namespace so::amf {

/// A member of one of our "$" objects; without a value where it is missing and may be.
struct Field {
  std::string_view key;
  std::optional<json::Element> value;
};
using Fields = std::array<Field, 4>;

/// The keys an object must and may have; the first one stands for the object in errors.
struct Shape {
  std::array<std::string_view, 4> keys;
  std::size_t required = 1;  // so many of them, from the front
};

struct Range {
  std::int64_t low;
  std::int64_t high;
};

/// Takes fields for what they should be. Anything else is an error naming the key, of which the
/// first stays; what is returned then means nothing, elements above all. A missing field is empty.
class JsonFields {
 public:
  Fields split(const json::Object& object, const Shape& shape);

  std::vector<json::Element> array(const Field& field);
  std::array<json::Element, 2> pair(const Field& field, json::Element element);
  std::optional<json::Object> object(const Field& field);
  std::string text(const Field& field, std::size_t max_bytes = SIZE_MAX);
  Bytes base64(const Field& field);
  double number(const Field& field);  // or the name of one
  std::int64_t whole(const Field& field, Range range);
  bool boolean(const Field& field);
  void yes(const Field& field);  // true and nothing else

  [[nodiscard]] bool ok() const { return !error_; }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  void refuse(std::string_view key, std::string_view why, Code code = Code::kPeer);
  void refuse(Code code, std::string text);

 private:
  std::optional<Error> error_;
};

}  // namespace so::amf
