#include "net/loop.h"

#include <cassert>
#include <csignal>
#include <map>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace so::net {
namespace {

// Whoever starts us may have closed them; what we open then would be written to as standard output,
// and libuv gives up where it would have to close one. In their places reading and writing fail.
void keep_standard_streams_apart() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) != -1) continue;
    [[maybe_unused]] const int lowest = open(
        "/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // NOLINT: children have it too
    assert(lowest == fd || lowest == -1);
  }
}

}  // namespace

struct Loop::State {
  uv_loop_t loop{};
  uv_check_t turn_end{};
  uv_idle_t awake{};  // active while something is deferred: the loop must not sleep on it
  std::vector<std::function<void()>> deferred;
  struct Signal {
    uv_signal_t handle{};
    std::function<void()> callback;
  };
  std::map<int, std::unique_ptr<Signal>> signals;
  Exit exit = Exit::kOk;

  void run_deferred() {
    uv_idle_stop(&awake);
    // What is deferred from here on belongs to the next turn: a callback cannot keep us here for
    // ever.
    for (auto& callback : std::exchange(deferred, {})) callback();
  }
};

Loop::Loop() : state_(std::make_unique<State>()) {
  keep_standard_streams_apart();
  // A peer that went away must be an error of write(), not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c)
  std::signal(SIGXFSZ, SIG_IGN);  // NOLINT(cert-err33-c)
  uv_loop_init(&state_->loop);
  state_->loop.data = state_.get();
  uv_check_init(&state_->loop, &state_->turn_end);
  uv_idle_init(&state_->loop, &state_->awake);
  state_->turn_end.data = state_.get();
  uv_check_start(&state_->turn_end,
                 [](uv_check_t* handle) { static_cast<State*>(handle->data)->run_deferred(); });
  uv_unref(reinterpret_cast<uv_handle_t*>(&state_->turn_end));
}

Loop::~Loop() {
  state_->run_deferred();
  uv_close(reinterpret_cast<uv_handle_t*>(&state_->turn_end), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&state_->awake), nullptr);
  for (auto& [number, signal] : state_->signals) {
    uv_close(reinterpret_cast<uv_handle_t*>(&signal->handle), nullptr);
  }
  uv_run(&state_->loop, UV_RUN_DEFAULT);  // lets the closing handles finish
  [[maybe_unused]] const int busy = uv_loop_close(&state_->loop);
  assert(busy == 0);  // something made with this loop outlived it
}

Exit Loop::run() {
  uv_run(&state_->loop, UV_RUN_DEFAULT);
  return state_->exit;
}

void Loop::stop(Exit exit) {
  state_->exit = exit;
  uv_stop(&state_->loop);
}

void Loop::on_signal(int signal, std::function<void()> callback) {
  auto& entry = state_->signals[signal];
  if (!entry) {
    entry = std::make_unique<State::Signal>();
    uv_signal_init(&state_->loop, &entry->handle);
    entry->handle.data = entry.get();
    uv_signal_start(
        &entry->handle,
        [](uv_signal_t* handle, int) { static_cast<State::Signal*>(handle->data)->callback(); },
        signal);
    uv_unref(reinterpret_cast<uv_handle_t*>(&entry->handle));
  }
  entry->callback = std::move(callback);
}

void Loop::defer(std::function<void()> callback) {
  state_->deferred.push_back(std::move(callback));
  uv_idle_start(&state_->awake, [](uv_idle_t*) {});
}

TimePoint Loop::now() const {
  return TimePoint{Millis{uv_now(&state_->loop)}};
}
uv_loop_t* Loop::uv() {
  return &state_->loop;
}

struct Timer::Handle {
  uv_timer_t timer{};
  std::function<void()> callback;
};

Timer::Timer(Loop& loop, std::function<void()> callback) : handle_(new Handle) {
  handle_->callback = std::move(callback);
  uv_timer_init(loop.uv(), &handle_->timer);
  handle_->timer.data = handle_;
}

Timer::~Timer() {
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->timer),
           [](uv_handle_t* handle) { delete static_cast<Handle*>(handle->data); });
}

void Timer::start(Millis after, Millis repeat) {
  uv_update_time(
      handle_->timer.loop);  // "after" counts from now, not from the start of a long turn
  uv_timer_start(
      &handle_->timer, [](uv_timer_t* timer) { static_cast<Handle*>(timer->data)->callback(); },
      static_cast<std::uint64_t>(after.count()), static_cast<std::uint64_t>(repeat.count()));
}

void Timer::stop() {
  uv_timer_stop(&handle_->timer);
}

struct Poll::Handle {
  void start() {
    uv_poll_start(&poll, wanted, [](uv_poll_t* its, int status, int ready) {
      auto* handle = static_cast<Handle*>(its->data);
      // libuv has stopped watching what has an error. The owner may find bytes in front of it and
      // has to come back for the error itself.
      if (status < 0) handle->start();
      handle->callback({status < 0 || (ready & UV_READABLE) != 0, (ready & UV_WRITABLE) != 0});
    });
  }

  uv_poll_t poll{};
  int wanted = 0;
  std::function<void(Ready)> callback;
};

Poll::Poll(Loop& loop, int fd, std::function<void(Ready)> callback) : handle_(new Handle) {
  handle_->callback = std::move(callback);
  uv_poll_init(loop.uv(), &handle_->poll, fd);
  handle_->poll.data = handle_;
}

Poll::~Poll() {
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->poll),
           [](uv_handle_t* handle) { delete static_cast<Handle*>(handle->data); });
}

// To say again what is wanted already would cost libuv two calls of epoll_ctl.
void Poll::want(bool readable, bool writable) {
  const int events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);
  if (std::exchange(handle_->wanted, events) == events) return;
  if (events == 0) {
    uv_poll_stop(&handle_->poll);
  } else {
    handle_->start();
  }
}

}  // namespace so::net
