#include "amf/tables3.h"

namespace so::amf {

void Tables3::begin_value() {
  strings_begin_ = strings_.size();
  traits_begin_ = traits_.size();
  objects_begin_ = objects_;
}

// Where index is in a table of which the current value wrote [begin, end).
std::optional<std::size_t> Tables3::place(std::size_t index, std::size_t begin, std::size_t end) {
  if (!shared_ && index < end - begin) return begin + index;
  if (index >= end) return std::nullopt;
  shared_ = true;
  return index;
}

const std::string* Tables3::string(std::size_t index) {
  const auto found = place(index, strings_begin_, strings_.size());
  return found ? &strings_[*found] : nullptr;
}

const Traits3* Tables3::traits(std::size_t index) {
  const auto found = place(index, traits_begin_, traits_.size());
  return found ? &traits_[*found] : nullptr;
}

bool Tables3::has_object(std::size_t index) {
  return place(index, objects_begin_, objects_).has_value();
}

}  // namespace so::amf
