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

/// A server of a text, /text, and of the files of a folder, in which is /file.
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
