#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "bus/keys.h"
#include "net/loop.h"

namespace so::media {

/// With what this process proves who it is, and whom it gives its streams, where they go over
/// tcp:// (CURVE, ZeroMQ RFC 25 to 27). All media sockets that are opened while it lives use it; it
/// outlives them.
class Keys {
 public:
  /// `own`: the file of our secret key. `known`: the file with the public keys of those who may
  /// fetch from us; empty: nobody may.
  static Result<std::unique_ptr<Keys>> load(net::Loop& loop, const std::string& own,
                                            const std::string& known);
  ~Keys();
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;

  /// Null: there is none in this process.
  static const Keys* current();
  [[nodiscard]] const bus::KeyPair& own() const;

 private:
  struct State;
  explicit Keys(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace so::media
