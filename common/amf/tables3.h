#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace so::amf {

/// What an AMF3 class declares (AMF 3, 3.12).
struct Traits3 {
  std::string class_name;
  bool externalizable = false;
  bool dynamic = false;
  std::vector<std::string> sealed;
};

/// The reference tables of one body. The specification begins them anew with each value, as Flash
/// does behind 0x11; Red5 goes on over all values of the body. An index is therefore looked up
/// among what the current value has said. One that is too large for that proves the other habit,
/// and from there on all indexes of the body count from its start.
class Tables3 {
 public:
  void begin_value();

  // By index; nullptr where there is none. Borrowed until the next add().
  const std::string* string(std::size_t index);
  const Traits3* traits(std::size_t index);
  bool has_object(std::size_t index);

  void add(std::string text) { strings_.push_back(std::move(text)); }
  void add(Traits3 traits) { traits_.push_back(std::move(traits)); }
  void add_object() { ++objects_; }

 private:
  std::optional<std::size_t> place(std::size_t index, std::size_t begin, std::size_t end);

  std::vector<std::string> strings_;
  std::vector<Traits3> traits_;
  std::size_t objects_ = 0;  // only counted: references to them are not expanded
  std::size_t strings_begin_ = 0;
  std::size_t traits_begin_ = 0;
  std::size_t objects_begin_ = 0;
  bool shared_ = false;
};

}  // namespace so::amf
