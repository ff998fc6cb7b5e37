#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/turn_end.h"

namespace so::net {

/// One attempt to reach an address, all that its name stands for in turn. Looking a name up blocks.
/// Destroying it gives up; from its own callback that is fine, too.
class TcpDial {
 public:
  /// A tuned, connected, non-blocking socket, or why there is none.
  using OnDone = std::function<void(Result<UniqueFd>)>;

  /// Calls back once, never before the constructor has returned.
  TcpDial(Loop& loop, Address address, Millis timeout, OnDone on_done);

 private:
  void try_next();
  void on_writable();
  void done(Result<UniqueFd> result);
  [[nodiscard]] tl::unexpected<Error> unreachable(std::string_view why) const;

  Loop* loop_;
  Address address_;
  OnDone on_done_;
  std::vector<SocketAddress> left_;  // to try, the next one last
  UniqueFd socket_;
  std::unique_ptr<Poll> poll_;  // ends before socket_
  std::string why_ = "it has no address";
  TurnEnd start_;
  Timer timer_;
};

}  // namespace so::net
