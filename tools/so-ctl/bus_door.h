#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "bus/client.h"
#include "door.h"

namespace so::ctl {

/// The bus: a member of the scope as any client is, for as long as the command runs.
class BusDoor : public Door {
 public:
  /// `hub` outlives the door and has no other listener. `scope` "/" joins nothing.
  BusDoor(bus::Client& hub, std::string scope, bool persistent);

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
  void kick(std::string_view member, std::string_view reason, const Done& done) override;

 private:
  void enter(std::string_view object, const Done& refused, const Done& entered);
  void event(const wire::FrameView& event);
  void called(const wire::FrameView& call);

  bus::Client& hub_;
  std::string scope_;
  bool persistent_;
  std::uint64_t member_;
  std::string watched_;
  Line line_;
  Line called_;  // while serving
  Line mail_;    // while registered
};

}  // namespace so::ctl
