#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace so::hub {

/// Writes a reply with lists of unknown length: one frame, however much there is to say. What does
/// not fit is left out, and "truncated":true says so.
class Listing {
 public:
  /// Goes on from an object that is still open: {"member":"ID"
  explicit Listing(std::string start) : body_(std::move(start)) {}

  void open(std::string_view name);
  /// One item, as JSON. false: this and all that follow are left out.
  bool add(std::string_view item);
  void close() { body_ += ']'; }
  /// Whether items of so many bytes, each with a comma, can be added.
  [[nodiscard]] bool has_room(std::size_t bytes) const;
  /// Something was left out by who adds.
  void truncate() { full_ = true; }

  std::string finish();

 private:
  std::string body_;
  bool first_ = true;
  bool full_ = false;
};

}  // namespace so::hub
