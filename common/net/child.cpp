#include "net/child.h"

#include <array>
#include <csignal>
#include <string_view>

#include <uv.h>

#include "net/spawn.h"

namespace so::net {

struct Child::State {
  enum Stream : std::size_t { kIn, kOut, kErr };

  uv_process_t process{};
  std::array<uv_pipe_t, 3> pipes{};
  uv_write_t write{};
  std::array<char, 16384> buffer{};
  ChildOptions options;
  ChildEnd end;
  std::function<void(const ChildEnd&)> ended;
  std::size_t open = 0;    // handles that libuv has and has not closed
  bool started = false;    // there is a process that has not ended
  Child* owner = nullptr;  // nullptr: nobody wants to know

  static State& of(void* data) { return *static_cast<State*>(data); }

  void init(uv_loop_t* loop) {
    for (uv_pipe_t& pipe : pipes) {
      uv_pipe_init(loop, &pipe, 0);
      pipe.data = this;
      ++open;
    }
    process.data = this;
    write.data = this;
  }

  template <class Handle>
  void close(Handle& handle) {
    auto* base = reinterpret_cast<uv_handle_t*>(&handle);
    if (uv_is_closing(base) != 0) return;
    uv_close(base, [](uv_handle_t* closed) { State::of(closed->data).closed(); });
  }

  // The last handle that closes ends the story.
  void closed() {
    if (--open > 0) return;
    const std::unique_ptr<State> self{this};
    if (owner == nullptr) return;
    owner->state_ = nullptr;
    ended(end);
  }

  Status spawn(uv_loop_t* loop);
  void run();
  void on_read(Stream stream, ssize_t got);
  void on_exit(std::int64_t code, int signal);
  // What it has started may hold its output open when it has ended itself.
  void kill() {
    const auto is_open = [](uv_pipe_t& pipe) {
      return uv_is_closing(reinterpret_cast<uv_handle_t*>(&pipe)) == 0;
    };
    if (started || (process.pid != 0 && (is_open(pipes[kOut]) || is_open(pipes[kErr]))))
      ::kill(-process.pid, SIGKILL);
  }
  void abandon() {
    owner = nullptr;
    kill();
    for (uv_pipe_t& pipe : pipes) close(pipe);
    if (!started) close(process);
  }
};

Status Child::State::spawn(uv_loop_t* loop) {
  std::array stdio{pipe_that_it_reads(pipes[kIn]), pipe_that_it_writes(pipes[kOut]),
                   pipe_that_it_writes(pipes[kErr])};
  ++open;
  return net::spawn(loop, process,
                    {.command = options.command,
                     .environment = options.environment,
                     .stdio = stdio,
                     .ended = [](uv_process_t* ended_one, std::int64_t code, int signal) {
                       State::of(ended_one->data).on_exit(code, signal);
                     }});
}

void Child::State::run() {
  started = true;
  const auto room = [](uv_handle_t* handle, std::size_t, uv_buf_t* to) {
    auto& bytes = State::of(handle->data).buffer;
    *to = uv_buf_init(bytes.data(), static_cast<unsigned>(bytes.size()));
  };
  uv_read_start(reinterpret_cast<uv_stream_t*>(&pipes[kOut]), room,
                [](uv_stream_t* from, ssize_t got, const uv_buf_t*) {
                  State::of(from->data).on_read(kOut, got);
                });
  uv_read_start(reinterpret_cast<uv_stream_t*>(&pipes[kErr]), room,
                [](uv_stream_t* from, ssize_t got, const uv_buf_t*) {
                  State::of(from->data).on_read(kErr, got);
                });
  const uv_buf_t input =
      uv_buf_init(options.input.data(), static_cast<unsigned>(options.input.size()));
  // A command that does not read its input is as good as any.
  const int failed = uv_write(&write, reinterpret_cast<uv_stream_t*>(&pipes[kIn]), &input, 1,
                              [](uv_write_t* done, int) {
                                State& self = State::of(done->data);
                                self.close(self.pipes[kIn]);
                              });
  if (failed != 0) close(pipes[kIn]);
}

void Child::State::on_read(Stream stream, ssize_t got) {
  if (got < 0) return close(pipes.at(stream));
  const std::string_view text{buffer.data(), static_cast<std::size_t>(got)};
  if (stream == kErr) {
    end.errors += text;
    if (end.errors.size() > options.error_bytes) {
      end.errors.erase(0, end.errors.size() - options.error_bytes);
    }
    return;
  }
  end.output += text;
  if (end.output.size() <= options.output_bytes) return;
  end.too_much = true;
  end.output.clear();
  kill();
  close(pipes[kOut]);
}

void Child::State::on_exit(std::int64_t code, int signal) {
  started = false;
  end.exit_code = static_cast<int>(code);
  end.signal = signal;
  close(pipes[kIn]);
  close(process);
}

Result<std::unique_ptr<Child>> Child::start(Loop& loop, ChildOptions options,
                                            std::function<void(const ChildEnd&)> ended) {
  auto* state = new State;  // deletes itself with its last handle
  state->options = std::move(options);
  state->ended = std::move(ended);
  state->init(loop.uv());
  if (auto spawned = state->spawn(loop.uv()); !spawned) {
    state->abandon();
    return fail(spawned.error());
  }
  state->run();
  return std::unique_ptr<Child>{new Child{state}};
}

Child::Child(State* state) : state_(state) {
  state->owner = this;
}

Child::~Child() {
  if (state_ != nullptr) state_->abandon();
}

}  // namespace so::net
