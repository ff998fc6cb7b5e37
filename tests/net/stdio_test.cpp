#include "net/stdio.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/unique_fd.h"
#include "net/run_until.h"
#include "support/temp_dir.h"

using namespace so;
using net::Sent;

namespace {

struct Ends {
  UniqueFd read;
  UniqueFd write;
};

Ends make_pipe() {
  std::array<int, 2> fds{};
  REQUIRE(pipe2(fds.data(), O_CLOEXEC) == 0);
  return {UniqueFd{fds[0]}, UniqueFd{fds[1]}};
}

Ends make_socket_pair() {
  std::array<int, 2> fds{};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) == 0);
  return {UniqueFd{fds[0]}, UniqueFd{fds[1]}};
}

// A file that is gone when it is closed.
UniqueFd temporary_file() {
  std::string path = "/tmp/stdio_testXXXXXX";
  UniqueFd fd{mkstemp(path.data())};
  REQUIRE(fd);
  unlink(path.c_str());
  return fd;
}

void put(const UniqueFd& fd, std::string_view text) {
  REQUIRE(write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

std::string drain(const UniqueFd& fd) {
  std::string out;
  std::array<char, 65536> buffer{};
  const int flags = fcntl(fd.get(), F_GETFL);
  fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK);
  for (ssize_t got = 0; (got = read(fd.get(), buffer.data(), buffer.size())) > 0;) {
    out.append(buffer.data(), static_cast<std::size_t>(got));
  }
  fcntl(fd.get(), F_SETFL, flags);
  return out;
}

bool is_non_blocking(const UniqueFd& fd) {
  return (fcntl(fd.get(), F_GETFL) & O_NONBLOCK) != 0;
}

struct Reader {
  Reader(net::Loop& loop, const UniqueFd& fd)
      : input(loop, fd.get(),
              {.on_bytes = [this](ByteView bytes) { text += as_text(bytes); },
               .on_end =
                   [this](const Status& status) {
                     CHECK_FALSE(ended);
                     ended = true;
                     if (!status) error = status.error().text;
                   }}) {}
  std::string text;
  std::string error;
  bool ended = false;
  net::Input input;
};

Bytes bytes_of(std::string_view text) {
  return to_bytes(as_bytes(text));
}

}  // namespace

TEST_CASE("stdio: a pipe is read as it comes, to its end") {
  net::Loop loop;
  Ends pipe = make_pipe();
  Reader reader{loop, pipe.read};
  put(pipe.write, "one ");
  REQUIRE(run_until(loop, [&] { return reader.text == "one "; }));
  put(pipe.write, "two");
  pipe.write = UniqueFd{};
  REQUIRE(run_until(loop, [&] { return reader.ended; }));
  CHECK(reader.text == "one two");
  CHECK(reader.error.empty());
}

// Linux tells nobody who opens a named pipe after its last writer that the writer has gone.
TEST_CASE("stdio: the end of a named pipe is found, though its writer was gone before") {
  net::Loop loop;
  for (const std::string_view written : {"", "all of it"}) {
    const TempDir dir;
    const std::string path = dir.path("named");
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    const UniqueFd read{open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    UniqueFd write{open(path.c_str(), O_WRONLY | O_CLOEXEC)};
    put(write, written);
    write = UniqueFd{};
    Reader reader{loop, read};
    REQUIRE(run_until(loop, [&] { return reader.ended; }));
    CHECK(reader.text == written);
  }
}

TEST_CASE("stdio: files and /dev/null are read, though nothing waits for them") {
  net::Loop loop;
  const UniqueFd file = temporary_file();
  const std::string content(300'000, 'f');
  put(file, content);
  REQUIRE(lseek(file.get(), 0, SEEK_SET) == 0);
  Reader reader{loop, file};
  REQUIRE(run_until(loop, [&] { return reader.ended; }));
  CHECK(reader.text == content);

  const UniqueFd null{open("/dev/null", O_RDONLY | O_CLOEXEC)};
  Reader nothing{loop, null};
  REQUIRE(run_until(loop, [&] { return nothing.ended; }));
  CHECK(nothing.text.empty());
}

TEST_CASE("stdio: a file goes on where the shell had read to") {
  net::Loop loop;
  const UniqueFd file = temporary_file();
  put(file, "header\nbody");
  REQUIRE(lseek(file.get(), 7, SEEK_SET) == 7);
  Reader reader{loop, file};
  REQUIRE(run_until(loop, [&] { return reader.ended; }));
  CHECK(reader.text == "body");
}

TEST_CASE("stdio: those who share a stream do not become non-blocking") {
  net::Loop loop;
  const Ends pipe = make_pipe();
  const Ends pair = make_socket_pair();
  {
    const net::Input in{loop, pipe.read.get(), {}};
    const net::Output out{loop, pipe.write.get(), {}};
    CHECK_FALSE(is_non_blocking(pipe.read));
    CHECK_FALSE(is_non_blocking(pipe.write));
    const net::Input shared{loop, pair.read.get(), {}};
    CHECK(is_non_blocking(pair.read));  // sockets cannot be opened again ...
  }
  CHECK_FALSE(is_non_blocking(pair.read));  // ... but are put back
}

TEST_CASE("stdio: a socket is read like a pipe") {
  net::Loop loop;
  Ends pair = make_socket_pair();
  Reader reader{loop, pair.read};
  put(pair.write, "hello");
  pair.write = UniqueFd{};
  REQUIRE(run_until(loop, [&] { return reader.ended; }));
  CHECK(reader.text == "hello");
}

TEST_CASE("stdio: reading stops when it is not wanted, from a pipe and from a file") {
  net::Loop loop;
  const Ends pipe = make_pipe();
  const UniqueFd file = temporary_file();
  put(file, "file");
  REQUIRE(lseek(file.get(), 0, SEEK_SET) == 0);
  Reader from_pipe{loop, pipe.read};
  Reader from_file{loop, file};
  from_pipe.input.want_bytes(false);
  from_file.input.want_bytes(false);
  put(pipe.write, "pipe");
  run_for(loop, Millis{20});
  CHECK(from_pipe.text.empty());
  CHECK(from_file.text.empty());
  from_pipe.input.want_bytes(true);
  from_file.input.want_bytes(true);
  REQUIRE(run_until(loop, [&] { return from_file.ended && from_pipe.text == "pipe"; }));
  CHECK(from_file.text == "file");
}

TEST_CASE("stdio: what cannot be read says why") {
  net::Loop loop;
  const UniqueFd directory{open("/tmp", O_RDONLY | O_CLOEXEC)};
  Reader reader{loop, directory};
  REQUIRE(run_until(loop, [&] { return reader.ended; }));
  CHECK(reader.error == "unable to read the input: is a directory");
}

TEST_CASE("stdio: a record leaves when it is written, not when the loop turns") {
  net::Loop loop;
  const Ends pipe = make_pipe();
  net::Output output{loop, pipe.write.get(), {}};
  CHECK(output.write(bytes_of("{\"a\":1}\n")) == Sent::kQueued);
  CHECK(drain(pipe.read) == "{\"a\":1}\n");
  CHECK(output.queued_bytes() == 0);
}

TEST_CASE("stdio: a reader that is behind gets everything in the end, and bounds the queue") {
  net::Loop loop;
  const Ends pipe = make_pipe();
  int drained = 0;
  net::Output output{loop, pipe.write.get(), {.on_drained = [&] { ++drained; }}, 100'000};
  const std::string record(10'000, 'r');
  std::size_t accepted = 0;
  while (output.write(bytes_of(record)) == Sent::kQueued) ++accepted;
  CHECK(accepted < 30);
  CHECK(output.queued_bytes() <= 100'000);
  CHECK(drained == 0);
  std::size_t read = 0;
  REQUIRE(run_until(loop, [&] {
    read += drain(pipe.read).size();
    return drained == 1;
  }));
  read += drain(pipe.read).size();
  CHECK(read == accepted * record.size());
}

TEST_CASE("stdio: when nobody reads any more it is said once") {
  net::Loop loop;
  Ends pipe = make_pipe();
  std::vector<Error> closed;
  net::Output output{
      loop, pipe.write.get(), {.on_closed = [&](const Error& e) { closed.push_back(e); }}};
  pipe.read = UniqueFd{};
  CHECK(output.write(bytes_of("x")) == Sent::kGone);
  CHECK(closed.empty());
  CHECK(output.write(bytes_of("y")) == Sent::kGone);
  REQUIRE(run_until(loop, [&] { return !closed.empty(); }));
  run_for(loop, Millis{5});
  CHECK(closed ==
        std::vector{Error{Code::kUnreachable, "unable to write the output: broken pipe"}});
}

TEST_CASE("stdio: a full disk is not a reader who left") {
  net::Loop loop;
  const UniqueFd full{open("/dev/full", O_WRONLY | O_CLOEXEC)};
  std::optional<Error> closed;
  net::Output output{loop, full.get(), {.on_closed = [&](const Error& e) { closed = e; }}};
  CHECK(output.write(bytes_of("x")) == Sent::kGone);
  REQUIRE(run_until(loop, [&] { return closed.has_value(); }));
  CHECK(*closed == Error{Code::kSystem, "unable to write the output: no space left on device"});
}

TEST_CASE("stdio: a file is written at once") {
  net::Loop loop;
  const UniqueFd file = temporary_file();
  net::Output output{loop, file.get(), {}};
  const std::string record(3'000'000, 'r');
  CHECK(output.write(bytes_of(record)) == Sent::kQueued);
  CHECK(output.queued_bytes() == 0);
  REQUIRE(lseek(file.get(), 0, SEEK_SET) == 0);
  CHECK(drain(file) == record);
}
