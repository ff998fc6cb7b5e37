#include "net/http_answer.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

using namespace so;

namespace {

const std::string kHead = "HTTP/1.1 200 OK\r\n";

// "200 body", or what was wrong, fed in pieces of `step` bytes and then ended.
std::string read(std::string_view text, std::size_t step) {
  net::HttpAnswer answer;
  for (std::size_t at = 0; at < text.size(); at += step) {
    const auto whole = answer.receive(text.substr(at, step));
    if (!whole) return whole.error().text;
    if (*whole) return std::to_string(answer.status()) + " " + answer.body();
  }
  const auto whole = answer.end();
  return whole ? std::to_string(answer.status()) + " " + answer.body() : whole.error().text;
}

}  // namespace

TEST_CASE("an answer is the same however its bytes come") {
  struct Case {
    std::string text;
    std::string answer;
  };
  const std::string kLonger(net::HttpAnswer::kMaxBody + 1, 'x');
  const std::array cases{
      Case{kHead + "Content-Length: 3\r\n\r\nabcdef", "200 abc"},
      Case{kHead + "content-length:3\r\nX: y\r\n\r\nabc", "200 abc"},
      Case{"HTTP/1.0 404 Not Found\n\nto the end", "404 to the end"},
      Case{"HTTP/1.1 204\r\nContent-Length: 0\r\n\r\n", "204 "},
      Case{"HTTP/1.1 100 Continue\r\n\r\n" + kHead + "Content-Length: 1\r\n\r\nx", "200 x"},
      Case{kHead +
               "Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\nA;e=1\r\n0123456789\r\n0\r\nT: 1\r\n"
               "\r\n",
           "200 abc0123456789"},
      Case{"nonsense\r\n", "what came is no HTTP/1.1 answer"},
      Case{"HTTP/2.0 200 OK\r\n", "what came is no HTTP/1.1 answer"},
      Case{"HTTP/1.1 20x OK\r\n", "what came is no HTTP/1.1 answer"},
      Case{kHead + "no colon\r\n", "an HTTP header without a colon"},
      Case{kHead + "Content-Length: -1\r\n\r\n", "an HTTP answer with a length that is none"},
      Case{kHead + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
           "an HTTP answer with a length that is none"},
      Case{kHead + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
           "an HTTP answer with two lengths"},
      Case{kHead + "Transfer-Encoding: gzip\r\n\r\n",
           "an HTTP answer in an encoding that we did not ask for"},
      Case{kHead + "Transfer-Encoding: chunked\r\n\r\nx\r\n", "an HTTP chunk without a size"},
      Case{kHead + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
           "an HTTP chunk that is longer than it says"},
      Case{kHead + "Content-Length: 4\r\n\r\nabc", "the connection was closed within the answer"},
      Case{"", "the connection was closed within the answer"},
      Case{kHead + "Content-Length: 65537\r\n\r\n", "an HTTP answer of over 65536 bytes"},
      Case{kHead + "\r\n" + kLonger, "an HTTP answer of over 65536 bytes"},
      Case{kHead + "Transfer-Encoding: chunked\r\n\r\n10001\r\n" + kLonger,
           "an HTTP answer of over 65536 bytes"},
      Case{kHead + "X: " + std::string(net::HttpAnswer::kMaxHead, 'x'),
           "an HTTP head of over 16384 bytes"}};
  for (const Case& each : cases) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20U}) {
      CHECK_MESSAGE(read(each.text, step) == each.answer, each.text.substr(0, 80));
    }
  }
}

TEST_CASE("what failed stays failed") {
  net::HttpAnswer answer;
  CHECK_FALSE(answer.receive("x\n"));
  CHECK_FALSE(answer.receive("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  CHECK_FALSE(answer.end());
}
