#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/cursor.h"
#include "net/ws_server.h"
#include "support/frame_bytes.h"
#include "support/lines.h"

namespace so::test {

/// A WebSocket server without a socket: the test is all of its peers. What a peer was sent is told
/// in lines: a text as it is, "<12 bytes>" for a binary message, "closed 4003: why".
class FakeWsServer : public net::WsServer {
 public:
  /// "101", or "404: the path names no application".
  std::string ask(std::string_view url, std::size_t listener = 0,
                  std::string_view subprotocol = "") {
    const auto& handler = listeners_[listener].on_request;
    net::HttpRequest asked = request(url);
    if (!subprotocol.empty()) asked.subprotocols.emplace_back(subprotocol);
    const net::WsVerdict verdict = handler ? handler(asked) : net::WsVerdict::accept();
    if (verdict.status == 101) return "101";
    return fmt::format("{}: {}", verdict.status, verdict.reason);
  }
  net::ConnId open(std::string_view url, std::string_view subprotocol = "",
                   std::size_t listener = 0) {
    REQUIRE(ask(url, listener, subprotocol) == "101");
    const net::ConnId id{++last_id_};
    peers_[id].listener = listener;
    if (const auto& opened = listeners_[listener].on_open) opened(id, request(url), subprotocol);
    return id;
  }
  void say(net::ConnId id, std::string_view text) { say(id, {true, as_bytes(text)}); }
  void say_binary(net::ConnId id, std::string_view bytes) { say(id, {false, as_bytes(bytes)}); }
  void say(net::ConnId id, const net::WsMessage& message) {
    REQUIRE(wants_messages(id));
    listeners_[peers_.at(id).listener].on_message(id, message);
  }
  /// Said, but more than the rate allows.
  void flood(net::ConnId id, std::string_view text) {
    listeners_[peers_.at(id).listener].on_flood(id, {true, as_bytes(text)});
  }
  /// The connection's end, whoever wanted it.
  void hang_up(net::ConnId id, std::uint16_t code = net::close_code::kGoingAway) {
    const std::size_t listener = peers_.at(id).listener;
    peers_.erase(id);
    if (const auto& closed = listeners_[listener].on_close) closed(id, code);
  }
  std::optional<net::HttpReply> get(std::string_view url, std::size_t listener = 0) {
    return listeners_[listener].on_get(request(url));
  }
  /// A GET that is answered later; nullopt: nobody wants it. What is answered is heard as "404:
  /// text" or "200 chunked", and the chunks as the payloads of binary messages are.
  std::optional<net::ConnId> get_later(std::string_view url, std::size_t listener = 0) {
    const net::ConnId id{++last_id_};
    peers_[id].listener = listener;
    peers_[id].http = true;
    if (listeners_[listener].on_get_later(id, request(url))) return id;
    peers_.erase(id);
    return std::nullopt;
  }

  /// The same of a reader of server-sent events, which are heard one by one, without the empty line
  /// behind each.
  std::optional<net::ConnId> read_events(std::string_view url, std::string_view last_event_id = "",
                                         std::string_view token = "") {
    net::HttpRequest asked = request(url);
    asked.accept = "text/event-stream";
    asked.last_event_id = last_event_id;
    if (!token.empty()) asked.authorization = "Bearer " + std::string{token};
    const net::ConnId id{++last_id_};
    peers_[id].http = true;
    if (listeners_[0].on_get_later(id, asked)) return id;
    peers_.erase(id);
    return std::nullopt;
  }
  /// A request with a body; it is answered as one of get_later() is.
  net::ConnId request(net::HttpRequest asked, std::string_view body) {
    const net::ConnId id{++last_id_};
    peers_[id].http = true;
    if (auto at_once = listeners_[0].on_method(asked)) {
      reply(id, *std::move(at_once));
    } else {
      listeners_[0].on_body(id, asked, body);
    }
    return id;
  }

  /// The peer is one whom a reply is owed.
  void owe_reply(net::ConnId id) { peers_.at(id).http = true; }

  /// The peer, whose queue was full, has taken everything.
  void drained(net::ConnId id) {
    full.erase(id);
    listeners_[peers_.at(id).listener].on_drained(id);
  }

  /// What the peer was sent since the last time.
  Lines heard(net::ConnId id) { return std::exchange(peers_.at(id).heard, {}); }
  /// The payloads of its binary messages since the last time, one behind the other.
  Bytes heard_bytes(net::ConnId id) { return std::exchange(peers_.at(id).binary, {}); }
  [[nodiscard]] bool wants_messages(net::ConnId id) const { return peers_.at(id).wanted; }
  /// How many were told to go.
  [[nodiscard]] std::size_t closing() const { return closing_; }
  [[nodiscard]] bool listens() const { return listens_; }

  std::set<net::ConnId> full;  // their queues take nothing more, until they are discarded

  // WsServer
  [[nodiscard]] std::vector<net::Address> addresses() const override { return {}; }
  void set_handlers(std::size_t listener, net::WsHandlers handlers) override {
    listeners_[listener] = std::move(handlers);
  }
  net::Sent send(net::ConnId id, const net::Frame& frame) override {
    const auto peer = peers_.find(id);
    if (peer == peers_.end()) {
      ++misdirected;
      return net::Sent::kGone;
    }
    if (full.contains(id)) return net::Sent::kFull;
    note(peer->second, frame);
    return net::Sent::kQueued;
  }
  void broadcast(std::span<const net::ConnId> ids, const net::Frame& frame) override {
    for (const net::ConnId id : ids) send(id, frame);
  }
  void reply(net::ConnId id, net::HttpReply reply) override {
    const auto peer = peers_.find(id);
    if (peer == peers_.end() || !std::exchange(peer->second.http, false)) return;
    peer->second.body = reply.chunked;
    peer->second.events = reply.until_close;
    if (reply.until_close) {
      peer->second.heard.push_back(fmt::format("{} {}", reply.status, reply.content_type));
      return;
    }
    const bool text = reply.content_type.starts_with("text/");
    peer->second.heard.push_back(fmt::format("{}{}", reply.status,
                                             reply.chunked ? " chunked"
                                             : text        ? ": " + reply.body
                                                           : " " + reply.content_type));
    if (!text) peer->second.binary = to_bytes(as_bytes(reply.body));
  }
  void close(net::ConnId id, std::uint16_t code, std::string_view reason) override {
    const auto peer = peers_.find(id);
    if (peer == peers_.end() || std::exchange(peer->second.closing, true)) return;
    ++closing_;
    peer->second.heard.push_back(fmt::format("closed {}: {}", code, reason));
  }
  [[nodiscard]] std::size_t queued_bytes(net::ConnId) const override { return 0; }
  std::size_t discard_unsent(net::ConnId id) override {
    discarded.push_back(id);
    return 0;
  }
  void want_messages(net::ConnId id, bool wanted) override { peers_.at(id).wanted = wanted; }
  void charge(net::ConnId id, std::uint32_t more) override { charged[id] += more; }
  void stop_listening() override { listens_ = false; }
  Status reload_tls() override { return {}; }
  [[nodiscard]] std::size_t connections() const override { return peers_.size(); }
  [[nodiscard]] std::size_t replies() const override { return replying; }
  [[nodiscard]] net::Histogram queues() const override {
    net::Histogram all{net::Histogram::kBytes};
    for (std::size_t i = 0; i < peers_.size(); ++i) all.observe(0);
    return all;
  }
  [[nodiscard]] const net::WsCounters& counters() const override { return counted; }

  net::WsCounters counted;                       // the test's word
  std::size_t replying = 0;                      // likewise
  std::vector<net::ConnId> discarded;            // each time that a queue was given up
  std::map<net::ConnId, std::uint32_t> charged;  // besides each message
  std::size_t misdirected = 0;  // sent to peers that are gone: somebody remembers them

  /// "/path?name=value&name=value", nothing encoded.
  static net::HttpRequest request(std::string_view url) {
    net::HttpRequest request;
    request.path = url.substr(0, url.find('?'));
    url.remove_prefix(std::min(url.size(), request.path.size() + 1));
    while (!url.empty()) {
      const std::string_view pair = url.substr(0, url.find('&'));
      const std::size_t equals = std::min(pair.find('='), pair.size());
      request.query.emplace_back(pair.substr(0, equals),
                                 pair.substr(std::min(equals + 1, pair.size())));
      url.remove_prefix(std::min(url.size(), pair.size() + 1));
    }
    return request;
  }

 private:
  struct Peer {
    std::size_t listener = 0;
    bool wanted = true;
    bool closing = false;
    bool http = false;  // a reply is owed
    bool body = false;  // chunks come
    bool events = false;
    Lines heard;
    Bytes binary;
  };

  static void note_events(Peer& peer, std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find("\n\n");
      REQUIRE(end != std::string_view::npos);
      peer.heard.emplace_back(text.substr(0, end));
      text.remove_prefix(end + 2);
    }
  }
  static void note(Peer& peer, const net::Frame& frame) {
    const Bytes bytes = frame_bytes(frame);
    if (peer.body) return note_chunk(peer, as_text(bytes));
    if (peer.events) return note_events(peer, as_text(bytes));
    Cursor in{bytes};
    const unsigned opcode = in.u8() & 0x0FU;
    std::uint64_t size = in.u8();
    if (size == 126) size = in.u16();
    if (size == 127) size = in.u64();
    const ByteView payload = in.bytes(size);
    if (opcode == 1) return peer.heard.emplace_back(as_text(payload)), void();
    peer.heard.push_back(fmt::format("<{} bytes>", size));
    peer.binary.insert(peer.binary.end(), payload.begin(), payload.end());
  }

  // [CRLF] hexadecimal size CRLF bytes
  static void note_chunk(Peer& peer, std::string_view text) {
    if (text.starts_with("\r\n")) text.remove_prefix(2);
    const std::size_t line = text.find("\r\n");
    REQUIRE(line != std::string_view::npos);
    const std::string size{text.substr(0, line)};
    text.remove_prefix(line + 2);
    REQUIRE(std::stoul(size, nullptr, 16) == text.size());
    peer.heard.push_back(fmt::format("<{} bytes>", text.size()));
    peer.binary.insert(peer.binary.end(), as_bytes(text).begin(), as_bytes(text).end());
  }

  std::map<std::size_t, net::WsHandlers> listeners_;
  std::map<net::ConnId, Peer> peers_;
  std::uint64_t last_id_ = 0;
  std::size_t closing_ = 0;
  bool listens_ = true;
};

}  // namespace so::test
