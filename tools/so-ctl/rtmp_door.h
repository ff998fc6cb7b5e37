#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "door.h"
#include "json/read.h"
#include "net/loop.h"
#include "net/tcp_connections.h"
#include "net/tcp_dial.h"
#include "rtmp/client_session.h"
#include "rtmp/url.h"

namespace so::ctl {

/// RTMP, as a Flash application comes: the scope is the URL's, and what is said of an object is
/// what its messages say. There is no epoch and no author in them, and nothing to list scopes with.
class RtmpDoor : public Door {
 public:
  RtmpDoor(net::Loop& loop, rtmp::Url url, bool persistent, std::string token = {});

  void open(Done opened, Done lost) override;
  void get(std::string_view object, std::string_view key, Done done) override;
  void change(std::string_view object, std::string_view changes, Done done) override;
  void watch(std::string_view object, Line line, Done done) override;
  void drop(std::string_view object, Done done) override;
  void list(std::string_view scope, Done done) override;
  void call(const Calling& call, Done done) override;
  void serve(std::string_view method, bool share, Line called, Done done) override;
  void result(std::string_view call, const bus::CallResult& result) override;

 private:
  struct Change {
    std::string object;
    std::vector<rtmp::shared::Event> requests;
    Done done;
  };
  void next_change();
  void changed(const Reply& reply);
  void connected(Result<UniqueFd> socket);
  void turn();
  void tick();
  void gone(std::string_view code, std::string_view why);
  void on(const rtmp::Connected& event);
  void on(const rtmp::ConnectRefused& event);
  void on(const rtmp::StreamStatus& status);
  void on(const rtmp::SharedObjectMessage& message);
  void on(const rtmp::Call& call);
  void on(const rtmp::Reply& answer);
  template <class Other>
  void on(const Other&) {}  // nothing that was asked for
  void use(std::string_view object, Done used);
  void reply(const Reply& reply);
  void settle(const rtmp::SharedObjectMessage& message);
  void send(std::string_view object, std::vector<rtmp::shared::Event> events);

  net::Loop& loop_;
  rtmp::Url url_;
  std::string scope_;
  bool persistent_;
  std::string token_;
  net::TcpConnections connections_;
  std::optional<net::TcpDial> dial_;
  net::ConnId id_ = net::kNoConn;
  std::optional<rtmp::ClientSession> session_;
  net::Timer tick_;
  Done opened_;
  Done lost_;
  std::string object_;                          // the one this command is about
  Line line_;                                   // while watching
  std::deque<Change> changes_;                  // the first is under way
  std::deque<Done> asked_;                      // answered in order
  std::optional<rtmp::shared::Event> request_;  // the first of the change that waits for its answer
  std::uint32_t version_ = 0;
  std::optional<double> transaction_;  // of the call under way
  Done replied_;
  net::Timer call_timeout_;
  Line called_;  // while serving
  std::string method_;
  std::string member_;  // as everybody knows us
};

}  // namespace so::ctl
