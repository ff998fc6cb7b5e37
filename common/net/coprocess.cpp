#include "net/coprocess.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>
#include <uv.h>

#include "base/log.h"
#include "net/spawn.h"

namespace so::net {

namespace {
constexpr std::uint64_t kPatience = 500;    // ms, from the end of its input to SIGTERM
constexpr std::uint64_t kLastWords = 1000;  // ms, from there to SIGKILL
}  // namespace

struct Coprocess::State {
  uv_process_t process{};
  uv_pipe_t in{};   // that it reads
  uv_pipe_t out{};  // that it writes
  uv_timer_t patience{};
  uv_shutdown_t last{};  // of `in`, when all was written
  std::array<char, 65536> buffer{};
  CoprocessOptions options;
  Handlers handlers;
  std::string line;       // that has no end yet
  std::string untaken;    // that was read when no more was wanted
  bool wanted = true;     // lines are
  bool too_long = false;  // and is passed over
  bool finished = false;  // all that it writes was read
  std::string why;
  std::size_t unread = 0;      // bytes that it had written when it ended, and that are not read
  std::size_t open = 0;        // handles that libuv has and has not closed
  bool alive = false;          // there is a process that has not ended
  bool dismissed = false;      // and was told to
  Coprocess* owner = nullptr;  // nullptr: nobody wants to know

  static State& of(void* data) { return *static_cast<State*>(data); }
  static uv_handle_t* base(void* handle) { return static_cast<uv_handle_t*>(handle); }
  uv_stream_t* input() { return reinterpret_cast<uv_stream_t*>(&in); }

  void init(uv_loop_t* loop) {
    uv_pipe_init(loop, &in, 0);
    uv_pipe_init(loop, &out, 0);
    uv_timer_init(loop, &patience);
    open = 3;
    in.data = out.data = patience.data = process.data = this;
  }
  static void close(void* handle) {
    if (uv_is_closing(base(handle)) != 0) return;
    uv_close(base(handle), [](uv_handle_t* closed) { State::of(closed->data).closed(); });
  }
  // The last handle that closes ends the story.
  void closed() {
    if (--open > 0) return;
    const std::unique_ptr<State> self{this};
    if (owner == nullptr) return;
    owner->state_ = nullptr;
    handlers.ended(why);
  }
  void signal(int number) const {
    if (process.pid != 0) ::kill(-process.pid, number);
  }

  Status spawn(uv_loop_t* loop);
  void start();
  void read();
  void on_read(ssize_t got);
  void end_output();
  std::size_t readable();
  void take(std::string_view text);
  void add(std::string_view piece);
  void on_exit(std::int64_t code, int by);
  void abandon();
  void end_input();
  void dismiss_after(std::uint64_t ms);
};

Status Coprocess::State::spawn(uv_loop_t* loop) {
  uv_stdio_container_t ours{};
  ours.flags = UV_INHERIT_FD;
  ours.data.fd = STDERR_FILENO;
  std::array stdio{pipe_that_it_reads(in), pipe_that_it_writes(out), ours};
  ++open;
  return net::spawn(loop, process,
                    {.command = options.command,
                     .environment = options.environment,
                     .stdio = stdio,
                     .ended = [](uv_process_t* ended, std::int64_t code, int by) {
                       State::of(ended->data).on_exit(code, by);
                     }});
}

void Coprocess::State::start() {
  alive = true;
  read();
}

void Coprocess::State::read() {
  if (uv_is_closing(base(&out)) != 0) return;
  if (finished) return end_output();
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&out),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* to) {
        auto& bytes = State::of(handle->data).buffer;
        *to = uv_buf_init(bytes.data(), static_cast<unsigned>(bytes.size()));
      },
      [](uv_stream_t* from, ssize_t got, const uv_buf_t*) { State::of(from->data).on_read(got); });
}

void Coprocess::State::on_read(ssize_t got) {
  if (got >= 0 && owner == nullptr) return;
  if (got < 0) return end_output();
  const auto size = static_cast<std::size_t>(got);
  take({buffer.data(), size});
  if (alive || finished) return;
  unread -= std::min(unread, size);
  if (unread == 0) end_output();
}

// The last line may have no newline. One that says nothing any more may still listen.
void Coprocess::State::end_output() {
  finished = true;
  if (wanted && !line.empty()) take("\n");
  if (wanted) close(&out);
}

void Coprocess::State::take(std::string_view text) {
  for (auto end = text.find('\n'); wanted && end != std::string_view::npos; end = text.find('\n')) {
    add(text.substr(0, end));
    text.remove_prefix(end + 1);
    const std::string whole = std::exchange(line, {});
    if (!std::exchange(too_long, false) && owner != nullptr) handlers.line(whole);
  }
  if (!wanted) {
    untaken = text;
    return;
  }
  add(text);
}

// Of a line that is too long nothing is kept.
void Coprocess::State::add(std::string_view piece) {
  if (too_long) return;
  line += piece;
  if (line.size() <= options.line_bytes) return;
  too_long = true;
  line.clear();
  log::warn("{} wrote a line of over {} bytes", options.command.front(), options.line_bytes);
  if (owner != nullptr && handlers.passed_over) handlers.passed_over();
}

// What it has started may hold its output open: of that is read what is there, and no more.
void Coprocess::State::on_exit(std::int64_t code, int by) {
  alive = false;
  why = by != 0 ? fmt::format("signal {}", by) : fmt::format("exit code {}", code);
  signal(SIGKILL);
  close(&in);
  close(&patience);
  close(&process);
  if (owner == nullptr) return close(&out);
  unread = readable();
  if (unread == 0) end_output();
}

// Bytes that were written and not read.
std::size_t Coprocess::State::readable() {
  int fd = -1;
  int bytes = 0;
  if (uv_fileno(base(&out), &fd) != 0 || ioctl(fd, FIONREAD, &bytes) != 0) return 0;
  return static_cast<std::size_t>(bytes);
}

// Who waits for its output to be read does not read its input.
void Coprocess::State::abandon() {
  owner = nullptr;
  if (!alive) {
    close(&in);
    close(&out);
    close(&patience);
    return;
  }
  if (!std::exchange(wanted, true)) read();
  last.data = this;
  const auto written = [](uv_shutdown_t* done, int) { of(done->data).end_input(); };
  if (uv_shutdown(&last, input(), written) != 0) return end_input();
  dismiss_after(static_cast<std::uint64_t>(options.last_read.count()));
}

void Coprocess::State::end_input() {
  close(&in);
  if (alive && !dismissed) dismiss_after(kPatience);
}

void Coprocess::State::dismiss_after(std::uint64_t ms) {
  const auto due = [](uv_timer_t* timer) {
    State& self = of(timer->data);
    self.dismissed = true;
    if (const auto left = uv_stream_get_write_queue_size(self.input()); left > 0) {
      log::warn("{} has not read all that it was sent: {} bytes", self.options.command.front(),
                left);
    }
    self.signal(SIGTERM);
    const auto last_words = [](uv_timer_t* over) { of(over->data).signal(SIGKILL); };
    uv_timer_start(timer, last_words, kLastWords, 0);
  };
  uv_timer_start(&patience, due, ms, 0);
}

Result<std::unique_ptr<Coprocess>> Coprocess::start(Loop& loop, CoprocessOptions options,
                                                    Handlers handlers) {
  auto* state = new State;  // deletes itself with its last handle
  state->options = std::move(options);
  state->handlers = std::move(handlers);
  state->init(loop.uv());
  if (auto spawned = state->spawn(loop.uv()); !spawned) {
    state->abandon();
    State::close(&state->process);
    return fail(spawned.error());
  }
  state->start();
  return std::unique_ptr<Coprocess>{new Coprocess{state}};
}

Coprocess::Coprocess(State* state) : state_(state) {
  state->owner = this;
}

Coprocess::~Coprocess() {
  if (state_ != nullptr) state_->abandon();
}

bool Coprocess::write(std::string_view line) {
  if (state_ == nullptr || !state_->alive) return false;
  if (waiting() + line.size() > state_->options.queue_bytes) return false;
  struct Write {
    uv_write_t request{};
    std::string text;
  };
  auto* write = new Write{{}, std::string{line} + '\n'};
  write->request.data = write;
  const uv_buf_t bytes = uv_buf_init(write->text.data(), static_cast<unsigned>(write->text.size()));
  const auto done = [](uv_write_t* request, int) { delete static_cast<Write*>(request->data); };
  if (uv_write(&write->request, state_->input(), &bytes, 1, done) == 0) return true;
  delete write;
  return false;
}

bool Coprocess::alive() const {
  return state_ != nullptr && state_->alive;
}

std::size_t Coprocess::waiting() const {
  return state_ == nullptr ? 0 : uv_stream_get_write_queue_size(state_->input());
}

void Coprocess::want_lines(bool wanted) {
  State* const state = state_;
  if (state == nullptr || std::exchange(state->wanted, wanted) == wanted) return;
  if (!wanted) {
    uv_read_stop(reinterpret_cast<uv_stream_t*>(&state->out));
    return;
  }
  const std::string untaken = std::exchange(state->untaken, {});
  state->take(untaken);
  if (state->wanted) state->read();
}

void Coprocess::kill() {
  if (state_ != nullptr && state_->alive) state_->signal(SIGKILL);
}

}  // namespace so::net
