#pragma once

#include "bus/client.h"
#include "line.h"
#include "net/loop.h"
#include "push.h"

namespace so::meta {

/// What a TCP server says, to a stream, for as long as it takes: a receiver of positions, or
/// whoever has JSON. While the hub is away nothing is read.
class Intake {
 public:
  Intake(net::Loop& loop, bus::Client& hub, net::Address address, Push::Options push);

  void start() { line_.start(); }
  void hub_is(bool there);

 private:
  void want();

  Line line_;
  Push push_;
  bool hub_ = false;
};

}  // namespace so::meta
