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
  void list(std::string_view scope, Done done) override;

 private:
  void enter(std::string_view object, const Done& refused, const Done& entered);
  void event(const wire::FrameView& event);

  bus::Client& hub_;
  std::string scope_;
  bool persistent_;
  std::uint64_t member_;
  std::string watched_;
  Line line_;
};

}  // namespace so::ctl
