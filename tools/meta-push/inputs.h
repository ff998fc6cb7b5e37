#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/loop.h"
#include "net/stdio.h"
#include "push.h"

namespace so::meta {

/// Files that are pushed one after the other; "-" is standard input. One that cannot be read is
/// reported, and the next one follows.
class Inputs {
 public:
  Inputs(net::Loop& loop, std::vector<std::string> names, Push& push);

  /// The next one begins. False: there was none, and the push is told so.
  bool next();
  void want_bytes(bool wanted);
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  void open(const std::string& name);
  void ended(const std::string& name, const Status& status);

  net::Loop& loop_;
  std::vector<std::string> names_;
  Push& push_;
  std::size_t opened_ = 0;
  UniqueFd file_;
  std::unique_ptr<net::Input> input_;
  bool failed_ = false;
};

}  // namespace so::meta
