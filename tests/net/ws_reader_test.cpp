#include "net/ws_reader.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/ws_peer.h"

using namespace so;
using net::WsEvent;
using Kind = net::WsEvent::Kind;

namespace {

constexpr net::WsReader::Limits kLimits{.message_bytes = 100'000, .fragments = 8};

struct Said {
  Kind kind;
  std::string payload;
  std::uint16_t code = 0;
  bool operator==(const Said&) const = default;
};
// Everything that the bytes say, given in pieces of so many.
std::vector<Said> said(std::string_view bytes, std::size_t step) {
  net::WsReader reader{kLimits};
  std::vector<Said> all;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    Bytes piece = to_bytes(as_bytes(bytes.substr(at, step)));
    std::span<std::uint8_t> in{piece};
    for (;;) {
      const WsEvent event = reader.next(in);
      if (event.kind == Kind::kMore) break;
      all.push_back({event.kind, to_text(event.payload), event.code});
      if (event.kind == Kind::kFault) return all;
    }
    REQUIRE(in.empty());
  }
  return all;
}

std::string f(unsigned opcode, std::string_view payload, bool fin = true) {
  return WsPeer::frame(opcode, payload, fin);
}
std::string bare(unsigned opcode, std::string_view payload) {
  return WsPeer::frame(opcode, payload, true, false);
}

}  // namespace

TEST_CASE("ws reader: what frames say, however they are cut") {
  std::string big(70'000, ' ');
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>('a' + i % 26);
  struct Case {
    std::string bytes;
    std::vector<Said> said;
  };
  const std::vector<Case> cases{
      {f(1, "hello"), {{Kind::kText, "hello"}}},
      {f(1, "") + f(2, ""), {{Kind::kText, ""}, {Kind::kBinary, ""}}},
      {f(2, std::string(125, 'x')), {{Kind::kBinary, std::string(125, 'x')}}},
      {f(2, std::string(126, 'x')), {{Kind::kBinary, std::string(126, 'x')}}},
      {f(1, big), {{Kind::kText, big}}},
      {f(1, "a", false) + f(0, "", false) + f(0, "b"), {{Kind::kText, "ab"}}},
      {f(1, "", false) + f(0, ""), {{Kind::kText, ""}}},
      {f(1, "a", false) + f(9, "p") + f(0, "b"), {{Kind::kPing, "p"}, {Kind::kText, "ab"}}},
      {f(1, "\xE2\x82", false) + f(10, "") + f(0, "\xAC"),
       {{Kind::kPong, ""}, {Kind::kText, "\xE2\x82\xAC"}}},
      {f(9, "1") + f(9, "2"), {{Kind::kPing, "1"}, {Kind::kPing, "2"}}},
      {f(8, ""), {{Kind::kClose, "", 1005}}},
      {WsPeer::close_frame(4999, "why"), {{Kind::kClose, "why", 4999}}},
      {WsPeer::close_frame(1000) + f(1, "not read any more"), {{Kind::kClose, "", 1000}}},
  };
  for (const Case& c : cases) {
    for (const std::size_t step :
         {std::size_t{1}, std::size_t{3}, std::size_t{4096}, c.bytes.size()}) {
      CHECK(said(c.bytes, step) == c.said);
    }
  }
}

TEST_CASE("ws reader: what breaks a rule has the code for it") {
  struct Case {
    const char* what;
    std::string bytes;
    std::uint16_t code;
  };
  const std::vector<Case> cases{
      {"no mask", bare(1, "hello"), 1002},
      {"a ping without a mask", bare(9, ""), 1002},
      {"a reserved bit", f(1 | 0x40, ""), 1002},
      {"a reserved opcode", f(3, ""), 1002},
      {"a reserved control opcode", f(11, ""), 1002},
      {"a control frame in fragments", f(9, "", false), 1002},
      {"a control frame too long", f(10, std::string(126, 'x')), 1002},
      {"a continuation of nothing", f(0, ""), 1002},
      {"a message inside a message", f(1, "a", false) + f(1, "b"), 1002},
      {"a length with its highest bit", std::string("\x82\xFF\x80\0\0\0\0\0\0\0mask", 14), 1002},
      {"half a close code", f(8, "x"), 1002},
      {"a close code that is none", WsPeer::close_frame(999), 1002},
      {"1004", WsPeer::close_frame(1004), 1002},
      {"1005", WsPeer::close_frame(1005), 1002},
      {"1006", WsPeer::close_frame(1006), 1002},
      {"1015", WsPeer::close_frame(1015), 1002},
      {"2999", WsPeer::close_frame(2999), 1002},
      {"5000", WsPeer::close_frame(5000), 1002},
      {"a reason that is not UTF-8", WsPeer::close_frame(1000, "\xC3\x28"), 1007},
      {"text that is not UTF-8", f(1, "\xFF"), 1007},
      {"a character cut off", f(1, "\xC3", false) + f(0, ""), 1007},
      {"too big", f(2, std::string(100'001, 'x')).substr(0, 14), 1009},
      {"too big in pieces", f(2, std::string(99'999, 'x'), false) + f(0, "xx"), 1009},
      {"an exabyte", std::string("\x82\xFF\x10\0\0\0\0\0\0\0mask", 14), 1009},
      {"too many fragments of no size",
       f(1, "", false) + f(0, "", false) + f(0, "", false) + f(0, "", false) + f(0, "", false) +
           f(0, "", false) + f(0, "", false) + f(0, "", false) + f(0, ""),
       1008},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    for (const std::size_t step : {std::size_t{1}, c.bytes.size()}) {
      CHECK(said(f(1, "before") + c.bytes, step) ==
            std::vector<Said>{{Kind::kText, "before"}, {Kind::kFault, "", c.code}});
    }
  }
}

TEST_CASE("ws reader: a message may come in many fragments if they have something in them") {
  const std::string piece(64, 'x');
  std::string bytes = f(1, piece, false);
  for (int i = 0; i < 1000; ++i) bytes += f(0, piece, false);
  bytes += f(0, "");
  CHECK(said(bytes, bytes.size()) ==
        std::vector<Said>{{Kind::kText, std::string(1001 * piece.size(), 'x')}});
}

TEST_CASE("ws reader: a fault is for good, and nothing behind it is kept") {
  net::WsReader reader{kLimits};
  Bytes bytes = to_bytes(as_bytes(bare(1, "x") + f(1, "y")));
  std::span<std::uint8_t> in{bytes};
  CHECK(reader.next(in).kind == Kind::kFault);
  CHECK(in.empty());
  CHECK(reader.failed());
  CHECK(reader.next(in).code == 1002);
}
