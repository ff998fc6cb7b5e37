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

bool Listing::add(std::string_view item) {
  constexpr std::size_t kRest = 256;  // the names of further lists, and the end
  full_ = full_ || body_.size() + item.size() + kRest > wire::kMaxBody;
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
