#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace so::hub {

struct Attribute {
  std::string key;
  std::string value;  // compact JSON
  bool operator==(const Attribute&) const = default;
};

/// The attributes of a shared object, in the order of their keys' bytes: a flat list, because most
/// objects have few, and none has more than Options::attributes.
class Attributes {
 public:
  /// The value, borrowed until the next change; nullptr: there is none.
  [[nodiscard]] const std::string* find(std::string_view key) const;

  void set(std::string_view key, std::string value);
  void remove(std::string_view key);
  void clear();

  [[nodiscard]] std::size_t size() const { return all_.size(); }
  /// No fewer bytes than the attributes take in a snapshot: keys are counted as if every character
  /// were escaped.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  static std::size_t bytes_of(std::string_view key, std::string_view value);

  [[nodiscard]] auto begin() const { return all_.begin(); }
  [[nodiscard]] auto end() const { return all_.end(); }

 private:
  [[nodiscard]] std::size_t place(std::string_view key) const;  // where it is or belongs
  [[nodiscard]] bool is_at(std::size_t place, std::string_view key) const;

  std::vector<Attribute> all_;
  std::size_t bytes_ = 0;
};

}  // namespace so::hub
