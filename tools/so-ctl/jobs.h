#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bus/call_bodies.h"
#include "net/child.h"
#include "net/loop.h"

namespace so::ctl {

/// Answers calls by running a command for each: the arguments as words, strings as they are and all
/// else as compact JSON; the JSON array of them as a line of standard input; SCOPEWIRE_SCOPE,
/// _METHOD and _FROM in its environment. What it prints is the result: JSON, else a string, nothing
/// is null. If it fails, the last line of its standard error says why.
///
/// So many run at once; others wait, in a queue of at most kQueued calls and kQueuedBytes, beyond
/// which they are answered "limit". When nobody waits for the answer any more, the command is
/// killed, with all that it has started.
class Jobs {
 public:
  static constexpr std::size_t kQueued = 1024;
  static constexpr std::size_t kQueuedBytes = std::size_t{16} << 20U;

  using Answer = std::function<void(std::string_view call, const bus::CallResult& result)>;
  Jobs(net::Loop& loop, std::vector<std::string> command, std::size_t at_once, Answer answer);

  /// The event call of scopewire-ws(7).
  void call(std::string_view event);

 private:
  struct Waiting {
    std::string event;
    TimePoint due;
  };
  struct Job {
    Job(std::unique_ptr<net::Child> running, net::Loop& loop, std::function<void()> late)
        : child(std::move(running)), timeout(loop, std::move(late)) {}
    std::unique_ptr<net::Child> child;
    net::Timer timeout;
  };
  void run_some();
  void run(const Waiting& next);
  void ended(const std::string& call, const net::ChildEnd& end);
  void fail(std::string_view call, std::string_view code, std::string_view why);

  net::Loop& loop_;
  std::vector<std::string> command_;
  std::size_t at_once_;
  Answer answer_;
  std::deque<Waiting> queue_;
  std::size_t queued_bytes_ = 0;
  std::map<std::string, Job> jobs_;  // by the call's id
};

}  // namespace so::ctl
