#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acceptor.h"
#include "bus/client.h"
#include "intake.h"
#include "net/loop.h"
#include "options.h"

namespace so::meta {

/// What others push over TCP, because they connect or because we do, for as long as it is wanted.
class Service {
 public:
  Service(net::Loop& loop, bus::Client& hub, const Options& options);

  /// Listens. To be called once, before run().
  Status open();
  int run();  // answers the exit code

 private:
  void link(bool connected, std::string_view why);

  net::Loop& loop_;
  bus::Client& hub_;
  const Options& options_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::optional<Intake> intake_;
};

}  // namespace so::meta
