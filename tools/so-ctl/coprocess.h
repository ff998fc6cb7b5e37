#pragma once

#include <functional>
#include <string_view>

#include "base/exit_code.h"
#include "bus/call_bodies.h"
#include "json/splitter.h"
#include "net/loop.h"
#include "net/stdio.h"

namespace so::ctl {

/// Has calls answered by whoever is at the other end of standard output and input: one call event
/// a line out, {"call":ID,"result":V} or {"call":ID,"error":{...}} in, in any order. A program in
/// any language stands there. What it does not read is answered "limit" when 4 MiB wait for it.
class Coprocess {
 public:
  struct Handlers {
    std::function<void(std::string_view call, const bus::CallResult& result)> answer;
    std::function<void()> done;  // it has ended: the input did, or nobody reads the output
  };
  Coprocess(net::Loop& loop, int in, int out, Handlers handlers);

  void call(std::string_view event);

 private:
  void read_some();
  void read(const json::Splitter::Piece& piece);

  Handlers handlers_;
  json::Splitter splitter_;
  json::Parser parser_;
  net::Input in_;
  net::Output out_;
};

}  // namespace so::ctl
