#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string_view>

#include "bus/companion.h"
#include "bus/decider.h"
#include "json/read.h"

namespace so::bus {

/// Asks a process: a question a line, an answer a line, in any order. What it writes beside that is
/// said on the log and ignored. One that is silent through three questions in a row is started
/// again.
class ProcessDecider : public Decider {
 public:
  ProcessDecider(std::unique_ptr<Companion> companion, Tell tell);

  [[nodiscard]] bool ask(std::uint64_t ticket, std::string_view scope,
                         std::string_view question) override;
  void forget(std::uint64_t ticket, bool late) override;

  [[nodiscard]] const Companion& companion() const { return *companion_; }

 private:
  void on_line(std::string_view line);
  void on_down();

  std::unique_ptr<Companion> companion_;
  Tell tell_;
  json::Parser parser_;
  std::set<std::uint64_t> open_;
  std::uint64_t last_ = 0;  // ticket that it was asked with
  int silent_ = 0;          // questions in a row that it did not answer in time
};

}  // namespace so::bus
