#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "door.h"
#include "json/read.h"
#include "json/write.h"
#include "net/ws_client.h"

namespace so::ctl {

/// A WebSocket in the protocol scopewire.v1 (scopewire-ws(7)); the scope is the URL's.
class WsDoor : public Door {
 public:
  /// `client` outlives the door.
  WsDoor(net::WsClient& client, net::Url url, bool persistent, std::string token = {});

  void open(Done opened, Done lost) override;
  void get(std::string_view object, std::string_view key, Done done) override;
  void change(std::string_view object, std::string_view changes, Done done) override;
  void watch(std::string_view object, Line line, Done done) override;
  void drop(std::string_view object, Done done) override;
  void drop_all(std::string_view pattern, const Done& done) override;
  void list(std::string_view scope, Done done) override;
  void call(const Calling& call, Done done) override;
  void serve(std::string_view method, bool share, Line called, Done done) override;
  void result(std::string_view call, const bus::CallResult& result) override;
  void emit(std::string_view name, std::string_view body, const Done& done) override;
  void inbox(std::string_view identity, const Mailbox& options, const Line& mail,
             const Done& done) override;
  void acknowledge(std::string_view identity, std::string_view epoch, std::uint64_t number,
                   const Done& done) override;
  void notify(std::string_view identity, std::string_view body, const Done& done) override;

 private:
  void message(std::string_view text);
  void reply(json::Element message, std::string_view text);
  void event(json::Element message, std::string_view text);
  void gone(std::string_view code, std::string_view why);
  json::Writer request(std::string_view op, std::string_view object, Done done);
  void send(json::Writer& request);
  void write(std::string_view object, std::string_view changes, Done done);
  void use(std::string_view object, Done used);
  void called(json::Element message, std::string_view text);

  net::WsClient& client_;
  net::Url url_;
  bool persistent_;
  std::string token_;  // of who we are; empty: nobody in particular
  net::ConnId id_ = net::kNoConn;
  Done opened_;
  Done lost_;
  Line line_;
  Line called_;  // while serving
  Line mail_;    // while registered
  std::string method_;
  std::string member_;  // as everybody knows us
  std::string watched_;
  std::uint64_t last_id_ = 0;
  std::unordered_map<std::uint64_t, Done> asked_;
  json::Parser parser_;
};

}  // namespace so::ctl
