// Replies that are taken slowly, over real sockets.
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/run_until.h"
#include "net/static_dir.h"
#include "net/ws_peer.h"
#include "net/ws_server.h"
#include "support/temp_dir.h"

using namespace so;

namespace {

constexpr std::size_t kLarge = 24U << 20U;  // far more than the kernel takes by itself

std::string large() {
  std::string text(kLarge, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i / 1000 % 26);
  return text;
}

/// A server of texts, /text and /small, and of the files of a folder, in which is /file.
struct ReplyTest {
  explicit ReplyTest(const net::WsOptions& options = {}) {
    std::filesystem::create_directory(temp.path("www"));
    std::ofstream{file()} << text;
    auto folder = net::StaticDir::open(temp.path("www"));
    REQUIRE(folder);
    files = std::make_unique<net::StaticDir>(*std::move(folder));
    net::WsListener listener;
    listener.address = {"127.0.0.1", 0};
    auto opened = net::WsServer::open(loop, {listener}, options);
    REQUIRE(opened);
    ws = std::move(*opened);
    ws->set_handlers(0,
                     {.on_get = [this](const net::HttpRequest& r) -> std::optional<net::HttpReply> {
                       if (r.path == "/text") return net::HttpReply{.body = text};
                       if (r.path == "/small") return net::HttpReply{.body = "small"};
                       return files->get(r.path);
                     }});
  }

  const TempDir temp;
  const std::string text = large();
  net::Loop loop;
  std::unique_ptr<net::StaticDir> files;
  std::unique_ptr<net::WsServer> ws;

  [[nodiscard]] std::string file() const { return temp.path("www") + "/file"; }
  /// One who has asked, and takes little at a time.
  std::unique_ptr<WsPeer> ask(std::string_view path) {
    auto peer = std::make_unique<WsPeer>(ws->addresses()[0], 4096);
    peer->send("GET " + std::string{path} + " HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::uint64_t before = ws->counters().requests;
    REQUIRE(run_until(loop, [&] { return ws->counters().requests > before; }));
    return peer;
  }
  std::string rest(WsPeer& peer) {
    REQUIRE(run_until(
        loop, [&] { return peer.ended(); }, Millis{20'000}));
    return peer.received();
  }
};

/// Takes a little of what has come.
void sip(WsPeer& peer) {
  std::array<char, 16384> some{};
  ::recv(peer.fd(), some.data(), some.size(), MSG_DONTWAIT);
}

std::string body_of(const std::string& reply) {
  return reply.substr(std::min(reply.size(), reply.find("\r\n\r\n") + 4));
}

std::size_t resident_bytes() {
  std::size_t whole = 0;
  std::size_t resident = 0;
  std::ifstream{"/proc/self/statm"} >> whole >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_CASE("http reply: a file reaches who reads slowly whole, and takes no memory meanwhile") {
  ReplyTest test;
  const std::size_t before = resident_bytes();
  std::vector<std::unique_ptr<WsPeer>> peers;
  peers.reserve(10);
  for (int i = 0; i < 10; ++i) peers.push_back(test.ask("/file"));
  CHECK(resident_bytes() < before + (8U << 20U));
  CHECK(body_of(test.rest(*peers.back())) == test.text);
}

TEST_CASE("http reply: a file that becomes shorter is not sent to the end, nor waited for") {
  ReplyTest test;
  const auto peer = test.ask("/file");
  std::filesystem::resize_file(test.file(), 1000);
  CHECK(body_of(test.rest(*peer)).size() < test.text.size());
}

TEST_CASE("http reply: of a file there may be the head alone, or nothing") {
  ReplyTest test;
  WsPeer head{test.ws->addresses()[0]};
  head.send("HEAD /file HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string reply = test.rest(head);
  CHECK(reply.find("Content-Length: " + std::to_string(kLarge) + "\r\n") != std::string::npos);
  CHECK(body_of(reply).empty());
  std::ofstream{test.file(), std::ios::trunc}.flush();
  CHECK(test.rest(*test.ask("/file")).find("Content-Length: 0\r\n") != std::string::npos);
}

TEST_CASE("http reply: who takes little of it again and again is cut off all the same") {
  net::WsOptions options;
  options.handshake = Millis{300};
  options.reply_rate = 200U << 20U;
  ReplyTest test{options};
  for (const std::string_view path : {"/text", "/file"}) {
    const auto peer = test.ask(path);
    const std::uint64_t before = test.ws->counters().slow_replies;
    REQUIRE(run_until(test.loop, [&] {
      sip(*peer);
      return test.ws->counters().slow_replies > before;
    }));
    CHECK(test.rest(*peer).size() < test.text.size());
  }
}

TEST_CASE("http reply: who takes it slowly, but as fast as he must, gets it whole") {
  net::WsOptions options;
  options.handshake = Millis{300};
  options.reply_rate = 64U << 10U;
  ReplyTest test{options};
  const auto peer = test.ask("/text");
  const TimePoint end = Clock::now() + Millis{1500};  // five times what he has without a rate
  REQUIRE(run_until(test.loop, [&] {
    sip(*peer);
    return Clock::now() > end;
  }));
  const std::string rest = test.rest(*peer);
  CHECK(rest.size() > test.text.size() / 2);
  CHECK(rest.ends_with(test.text.substr(test.text.size() - 5000)));
  CHECK(test.ws->counters().slow_replies == 0);
}

TEST_CASE("http reply: of which nothing is taken is cut off") {
  net::WsOptions options;
  options.handshake = Millis{100};
  ReplyTest test{options};
  const auto peer = test.ask("/text");
  REQUIRE(run_until(test.loop, [&] { return test.ws->counters().slow_replies == 1; }));
  CHECK(test.rest(*peer).size() < test.text.size());
}

TEST_CASE("http reply: all have a bound together, and who takes longest gives way") {
  net::WsOptions options;
  options.reply_bytes = kLarge + 1000;
  ReplyTest test{options};
  const auto first = test.ask("/text");
  // Not at once.
  const std::string refused = test.rest(*test.ask("/text"));
  CHECK(refused.starts_with("HTTP/1.1 503 "));
  CHECK(refused.find("\r\nRetry-After: 1\r\n") != std::string::npos);
  CHECK(test.ws->counters().crowded_out == 1);
  // A file holds nothing, and what is small passes.
  CHECK(test.rest(*test.ask("/small")).ends_with("\r\n\r\nsmall"));
  CHECK(body_of(test.rest(*test.ask("/file"))) == test.text);
  std::string again;
  for (int i = 0; i < 1000 && body_of(again) != test.text; ++i) {
    again = test.rest(*test.ask("/text"));
  }
  CHECK(body_of(again) == test.text);
  CHECK(test.rest(*first).size() < test.text.size());
  // And what is over holds nothing any more.
  const std::uint64_t before = test.ws->counters().crowded_out;
  CHECK(body_of(test.rest(*test.ask("/text"))) == test.text);
  CHECK(test.ws->counters().crowded_out == before);
}
