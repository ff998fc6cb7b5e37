#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "media/head.h"
#include "media/unit.h"
#include "net/loop.h"

namespace so::media {

/// One stream on the media plane: sends each unit once, to all subscribers, and answers those who
/// join with the head. A subscriber that does not keep up loses units and asks for a new head; the
/// publisher never waits.
class Publisher {
 public:
  /// Binds a socket of its own in `place`, see Place. In a folder its name is never used twice, and
  /// what dead processes left there is removed. At tcp:// it has the Keys of the process; without
  /// any, whoever comes is served.
  static Result<std::unique_ptr<Publisher>> open(net::Loop& loop, const std::string& place,
                                                 const Head::Limits& limits);
  ~Publisher();  // says that the stream has ended
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  [[nodiscard]] const std::string& endpoint() const;  // for Endpoint::parse()

  /// Numbers it, keeps it for the head, and sends it if anybody listens. Returns it as numbered.
  /// `whole` holds just the tag's body and is moved from; without it the body is copied.
  Unit publish(const flv::Tag& tag, Bytes* whole = nullptr);

  [[nodiscard]] bool is_watched() const;  // somebody subscribes to what comes

  [[nodiscard]] const Head& head() const;

 private:
  struct State;
  explicit Publisher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace so::media
