#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hub/records.h"
#include "policy/hook.h"

namespace so::hub {

/// Something that has happened, for those who watch the hub.
struct Observation {
  policy::Topic topic{};
  std::string scope;   // where; of a stream the scope that it is in
  std::string object;  // with a name only where it is about an object
  std::string body;    // as scopewire.yaml(5) shows it
  /// See Send::about.
  StoreId about = 0;
};

/// Collects what somebody wants to hear of, in order. Who has something to tell asks wants() first,
/// so that nothing is made for nobody.
class Observations {
 public:
  void want(policy::Topics topics) { topics_ = topics; }
  [[nodiscard]] bool wants(policy::Topic topic) const { return topics_.has(topic); }
  void add(Observation seen) { seen_.push_back(std::move(seen)); }
  [[nodiscard]] std::vector<Observation> take() { return std::exchange(seen_, {}); }
  [[nodiscard]] bool empty() const { return seen_.empty(); }

 private:
  policy::Topics topics_;
  std::vector<Observation> seen_;
};

}  // namespace so::hub
