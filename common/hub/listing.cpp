#include "hub/listing.h"

#include <utility>

#include "wire/frame.h"

namespace so::hub {

void Listing::open(std::string_view name) {
  if (body_.back() != '{') body_ += ',';
  body_ += '"';
  body_ += name;
  body_ += "\":[";
  first_ = true;
}

bool Listing::has_room(std::size_t bytes) const {
  constexpr std::size_t kRest = 256;  // the names of further lists, and the end
  return !full_ && body_.size() + bytes + kRest <= wire::kMaxBody;
}

bool Listing::add(std::string_view item) {
  full_ = !has_room(item.size());
  if (full_) return false;
  if (!std::exchange(first_, false)) body_ += ',';
  body_ += item;
  return true;
}

std::string Listing::finish() {
  if (full_) body_ += ",\"truncated\":true";
  body_ += '}';
  return std::move(body_);
}

}  // namespace so::hub
