#pragma once

#include <functional>

#include "net/loop.h"

/// Runs the loop until the condition holds, looked at every turn, or the time is up. Says whether
/// it holds.
inline bool run_until(so::net::Loop& loop, const std::function<bool()>& condition,
                      so::Millis limit = so::Millis{5000}) {
  bool holds = condition();
  const so::TimePoint end = so::Clock::now() + limit;
  so::net::Timer look{loop, [&] {
                        holds = condition();
                        if (holds || so::Clock::now() > end) loop.stop();
                      }};
  look.start(so::Millis{1}, so::Millis{1});
  if (!holds) loop.run();
  return holds;
}

/// For what must not happen.
inline void run_for(so::net::Loop& loop, so::Millis time) {
  so::net::Timer end{loop, [&] { loop.stop(); }};
  end.start(time);
  loop.run();
}
