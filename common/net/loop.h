#pragma once

#include <functional>
#include <memory>

#include <uv.h>

#include "base/exit_code.h"
#include "base/time.h"

namespace so::net {

/// The one loop of a process: libuv. Everything that watches (Timer, Poll, sockets, libwebsockets,
/// the bus) is made with a Loop and must be destroyed before it. One thread.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Turns until stop(); answers what stop() was given.
  Exit run();
  void stop(Exit exit = Exit::kOk);

  /// Calls back in the loop when the process gets the signal. One callback a signal; the last one
  /// counts.
  void on_signal(int signal, std::function<void()> callback);

  /// Calls back once, at the end of this turn, or of the next one when asked from there. Batches
  /// are flushed and objects that are still on the call stack are destroyed this way.
  void defer(std::function<void()> callback);

  /// Time at the start of this turn; monotonic.
  [[nodiscard]] TimePoint now() const;
  [[nodiscard]] uv_loop_t* uv();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Calls back after a time, once or repeatedly. Destroying or stopping it from its own callback is
/// fine.
class Timer {
 public:
  Timer(Loop& loop, std::function<void()> callback);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void start(Millis after, Millis repeat = Millis{0});
  void stop();

 private:
  struct Handle;
  Handle* handle_;  // outlives us until libuv has closed it
};

/// Watches a descriptor that somebody else owns and that stays open longer than the Poll. An error
/// (a reset) makes it readable, again and again, until a read has found it or nothing is wanted.
class Poll {
 public:
  struct Ready {
    bool readable = false;
    bool writable = false;
  };
  Poll(Loop& loop, int fd, std::function<void(Ready)> callback);
  ~Poll();
  Poll(const Poll&) = delete;
  Poll& operator=(const Poll&) = delete;

  /// What to wait for from now on; nothing at first.
  void want(bool readable, bool writable);

 private:
  struct Handle;
  Handle* handle_;
};

}  // namespace so::net
