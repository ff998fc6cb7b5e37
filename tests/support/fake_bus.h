#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "bus/bus.h"
#include "net/loop.h"

namespace so {

/// The hub's end of a bus in the hands of a test: it reads what the tool sent, and answers.
class FakeBus : public bus::Bus {
 public:
  void listen(Handlers handlers) override { handlers_ = std::move(handlers); }

  bool send(const wire::FrameView& frame, Room room) override {
    if (!up_ || (full && room == Room::kBounded)) return false;
    sent_.push_back(wire::Frame::copy(frame));
    return true;
  }

  void link(bool up, std::string_view why = "") {
    up_ = up;
    sent_.clear();
    if (handlers_.link) handlers_.link(up, why);
  }
  void deliver(const wire::FrameView& frame) const {
    if (handlers_.frame) handlers_.frame(frame);
  }

  [[nodiscard]] bool idle() const { return sent_.empty(); }

  /// The oldest frame the tool sent, taken.
  wire::Frame next() {
    if (sent_.empty()) return {};
    wire::Frame frame = std::move(sent_.front());
    sent_.pop_front();
    return frame;
  }
  void done(const wire::Frame& request, std::string_view body = "", std::uint64_t epoch = 0,
            std::uint64_t version = 0) const {
    deliver({.header = {.kind = wire::Kind::kDone,
                        .request = request.header.request,
                        .member = request.header.member,
                        .epoch = epoch,
                        .version = version},
             .scope = {},
             .name = {},
             .body = body});
  }
  void refuse(const wire::Frame& request, std::string_view code) const {
    deliver({.header = {.kind = wire::Kind::kError, .request = request.header.request},
             .scope = {},
             .name = {},
             .body = fmt::format(R"({{"error":{{"code":"{}","message":"told so"}}}})", code)});
  }

  bool full = false;  // the queue takes nothing more

 private:
  Handlers handlers_;
  std::deque<wire::Frame> sent_;
  bool up_ = false;
};

/// Lets the loop do what is due now, and what was deferred.
inline void turn(net::Loop& loop) {
  loop.defer([&loop] { loop.defer([&loop] { loop.stop(); }); });
  loop.run();
}

}  // namespace so
