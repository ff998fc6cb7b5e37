#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"
#include "net/http_answer.h"
#include "net/loop.h"
#include "net/tcp_dial.h"
#include "net/url.h"

namespace so::net {

/// The text of a POST of JSON, which asks for the connection to be closed behind the answer.
std::string json_post(const Url& url, std::string_view body);

/// One request over a connection of its own. Destroying it gives up; from its own callback that is
/// fine, too. How long to wait is its owner's business.
class HttpPost {
 public:
  using OnDone = std::function<void(const Result<HttpAnswer>&)>;

  /// Calls back once, never before the constructor has returned.
  HttpPost(Loop& loop, const Address& to, std::string request, OnDone on_done);

 private:
  void connected(Result<UniqueFd> socket);
  void work(Poll::Ready ready);
  void write();
  void read();
  void done(const Result<HttpAnswer>& result);

  Loop* loop_;
  std::string request_;
  std::size_t sent_ = 0;
  OnDone on_done_;
  HttpAnswer answer_;
  UniqueFd socket_;
  std::unique_ptr<Poll> poll_;  // ends before socket_
  TcpDial dial_;
};

}  // namespace so::net
