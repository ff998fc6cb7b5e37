#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "media/unit.h"
#include "net/loop.h"

namespace so::media {

/// Receives one stream of the media plane: its head, then every unit, none twice. If units were
/// lost because we were too slow, it asks for a new head by itself and goes on from there.
class Subscriber {
 public:
  struct Handlers {
    /// Borrowed for the call, or for as long as its owner is kept. `skipped`: units before it were
    /// lost for good; video is broken until a key frame.
    std::function<void(const UnitView& unit, bool skipped)> unit;
    /// The publisher has ended the stream. One that dies does not say so; the hub does.
    std::function<void()> end{};  // may be left out
  };

  static Result<std::unique_ptr<Subscriber>> open(net::Loop& loop, const std::string& endpoint,
                                                  Handlers handlers);
  ~Subscriber();
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

 private:
  struct State;
  explicit Subscriber(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace so::media
