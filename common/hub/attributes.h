#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace so::hub {

/// The attributes of a shared object, in the order of their keys' bytes: a flat list, because most
/// objects have few, and none has more than Options::attributes.
class Attributes {
 public:
  /// A key and its value in one piece of memory, and no more of it than they need.
  class Entry {
   public:
    Entry(std::string_view key, std::string_view value);
    [[nodiscard]] std::string_view key() const { return {text_.data(), key_bytes_}; }
    [[nodiscard]] std::string_view value() const {
      return std::string_view{text_}.substr(key_bytes_);
    }

   private:
    std::string text_;
    std::uint32_t key_bytes_;
  };

  /// The value, compact JSON, borrowed until the next change; nullopt: there is none.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view key) const;

  void set(std::string_view key, std::string_view value);
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

  std::vector<Entry> all_;
  std::size_t bytes_ = 0;
};

}  // namespace so::hub
