#include "bus/calls.h"

#include <utility>

namespace so::bus {

std::uint32_t Calls::add(Done done) {
  do {
    ++last_;
  } while (last_ == 0 || waiting_.contains(last_));  // it wraps after 2^32 requests
  waiting_.emplace(last_, std::move(done));
  return last_;
}

Done Calls::take(std::uint32_t number) {
  auto found = waiting_.extract(number);
  return found.empty() ? Done{} : std::move(found.mapped());
}

void Calls::answer(std::uint32_t number, const Reply& reply) {
  if (const Done done = take(number)) done(reply);
}

void Calls::fail_all(const Reply& reply) {
  for (auto& [number, done] : std::exchange(waiting_, {})) done(reply);
}

}  // namespace so::bus
