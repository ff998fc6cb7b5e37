#pragma once

#include <deque>
#include <list>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "net/deadlines.h"
#include "net/fanout.h"
#include "net/listener.h"
#include "net/read_set.h"
#include "net/reply_room.h"
#include "net/send_ring.h"
#include "net/turn_end.h"
#include "net/ws_certificate.h"
#include "net/ws_connection.h"
#include "net/ws_context.h"
#include "net/ws_io.h"
#include "net/ws_server.h"

struct lws_protocols;
struct ssl_ctx_st;

namespace so::net {

/// A listener with what it does and how libwebsockets knows it.
struct WsRole {
  WsListener listener;
  WsHandlers handlers;
  std::unique_ptr<Listener> socket;
  std::vector<lws_protocols> protocols;  // the first without a name: for clients that offer none
  // Of its own: in a common one the client's Host header would choose among the virtual hosts.
  std::unique_ptr<WsContext> context;
  std::unique_ptr<WsCertificate> tls;  // null: none
};

/// WsServer on libwebsockets. The library reads HTTP heads, shakes hands, and says when a socket
/// takes more. We accept, and frames are ours in both directions, straight from and to the
/// descriptor: one write for each connection and turn (measured: as cheap as an own server; one
/// write callback for each message costs twice as much), those of many connections in one call of
/// the kernel where it has io_uring, and a reader that sees the mask bit and every ping, which the
/// library shows to nobody.
///
/// ws_engine.cpp: accepting, the public side   ws_events.cpp: what the library calls
/// ws_http.cpp: requests                       ws_send.cpp: sending, closing
/// ws_content.cpp: the bodies of requests      ws_receive.cpp: what clients say
/// ws_reply.cpp: the replies to them           ws_deadlines.cpp: pings, who takes too long
class WsEngine final : public WsServer {
 public:
  WsEngine(Loop& loop, const WsOptions& options);
  ~WsEngine() override;
  WsEngine(const WsEngine&) = delete;
  WsEngine& operator=(const WsEngine&) = delete;

  Status listen(WsListener listener);

  [[nodiscard]] std::vector<Address> addresses() const override;
  void set_handlers(std::size_t listener, WsHandlers handlers) override;
  Sent send(ConnId id, const Frame& frame) override;
  void broadcast(std::span<const ConnId> ids, const Frame& frame) override;
  void reply(ConnId id, HttpReply reply) override;
  void close(ConnId id, std::uint16_t code, std::string_view reason) override;
  [[nodiscard]] std::size_t queued_bytes(ConnId id) const override;
  std::size_t discard_unsent(ConnId id) override;
  void want_messages(ConnId id, bool wanted) override;
  void charge(ConnId id, std::uint32_t more) override;
  void stop_listening() override;
  Status reload_tls() override;
  [[nodiscard]] std::size_t connections() const override { return open_; }
  [[nodiscard]] std::size_t replies() const override;
  [[nodiscard]] Histogram queues() const override;
  [[nodiscard]] const WsCounters& counters() const override { return counters_; }

  /// Once, before anything else.
  Status prepare();

  /// What the library has to say, whatever it is about; not 0: close the connection. ws_events.cpp
  int on_event(lws* wsi, int reason, std::string_view in);
  /// The library has made the TLS of the listener that is being opened.
  void on_tls(ssl_ctx_st* context) { roles_.back().tls->serve(context); }

 private:
  using Phase = WsConnection::Phase;

  [[nodiscard]] WsConnection* find(ConnId id) const;
  [[nodiscard]] WsConnection* find(lws* wsi) const;
  void mark(WsConnection& c);
  void end_turn();
  void flush_waiting();
  Sent queue(ConnId id, const Parcel& parcel, std::size_t frames);
  void send_fanout();

  // ws_engine.cpp
  int refusal_for(const SocketAddress& peer, Admission::Seat& seat);
  bool may_be_told(const WsRole& role, const SocketAddress& peer, Admission::Seat& seat);
  void on_accept(WsRole& role, UniqueFd socket, const SocketAddress& peer);
  void forget(ConnId id);

  // ws_events.cpp
  void on_open(WsConnection& c);
  void on_close_begins(WsConnection& c);
  void on_closed(WsConnection& c);

  // ws_receive.cpp
  void read_or_wait(WsConnection& c);
  void stop_reading(WsConnection& c);
  void on_readable(ConnId id);
  void go_on(WsConnection& c);
  int mouthful();
  void hear_busy();
  void rest(WsConnection& c);
  [[nodiscard]] bool must_wait(const WsConnection& c) const;
  void wake_rested();
  void hear_rested();
  void catch_up(WsConnection& c);
  void take_held(WsConnection& c, int most);
  std::span<std::uint8_t> take(WsConnection& c, std::span<std::uint8_t> bytes, int most);
  void on_frame(WsConnection& c, const WsEvent& event);
  void on_pong(WsConnection& c);
  void deliver(WsConnection& c, const WsMessage& message);
  bool within_rate(WsConnection& c);
  void on_peer_close(WsConnection& c, const WsEvent& event);
  void on_fault(WsConnection& c, const WsEvent& event);

  // ws_http.cpp
  int on_upgrade(WsConnection& c);
  int on_http(WsConnection& c);
  bool promise(WsConnection& c);

  // ws_reply.cpp
  int answer(WsConnection& c, HttpReply reply, const Page* page, bool head_only);
  void prepare(WsConnection& c, HttpReply reply, const Page* page, bool head_only);
  int continue_reply(WsConnection& c);
  bool make_room(std::size_t bytes);
  void drop_reply(WsConnection& c);
  [[nodiscard]] bool too_slow(const WsConnection& c) const;
  Transfer send_some(WsConnection& c);
  std::string_view body_from(const WsConnection::Reply& reply, std::size_t at);

  // ws_content.cpp
  int on_other_method(WsConnection& c);
  std::optional<HttpReply> refuse_content(WsConnection& c);
  static int on_content(WsConnection& c, std::string_view piece);
  int on_content_end(WsConnection& c);

  // ws_send.cpp
  void end_body(WsConnection& c, std::uint16_t code);
  void start_close(WsConnection& c, std::uint16_t code, std::string_view reason);
  void flush_all(std::span<const ConnId> ids);
  void ride(std::span<const ConnId> ids, std::vector<ConnId>& left);
  void flush(WsConnection& c);
  bool send_directly(WsConnection& c);
  void took(WsConnection& c, std::size_t bytes);
  void after_flush(WsConnection& c);
  void kill(WsConnection& c, std::uint16_t code);
  void bury();

  // ws_deadlines.cpp
  void schedule(WsConnection& c, Millis after);
  void check_deadlines();
  void check_some();
  void check(WsConnection& c);
  void check_alive(WsConnection& c);
  void check_body(WsConnection& c);

  Loop* loop_;
  WsOptions options_;
  Admission admission_;
  ConnectRate connect_rate_;
  Admission lane_;  // for those over the caps, so that they can be told
  Rate told_;       // of those, how many get an answer
  Rate told_over_tls_;
  std::unordered_map<ConnId, std::unique_ptr<WsConnection>> connections_;
  std::list<WsRole> roles_;  // they stay where they are: the library points at their protocols
  std::uint64_t last_id_ = 0;
  std::size_t open_ = 0;
  Fanout fanout_;
  std::vector<ConnId> marked_;
  std::vector<ConnId> waiting_;
  Timer coalesced_;
  std::vector<iovec> vectors_;  // of one write
  SendRing ring_;
  std::vector<WsConnection*> riders_;  // whose bytes are in it
  std::unique_ptr<ReadSet> readable_;
  Bytes read_buffer_;  // what one connection says in a turn
  std::string piece_;  // of a file that is sent
  ReplyRoom room_;
  TimePoint fed_{};          // the millisecond
  int mouthfuls_ = 0;        // and how many were given in it
  std::deque<ConnId> busy_;  // have said more than a bite
  struct Rest {
    ConnId id;
    TimePoint until;
  };
  std::deque<Rest> resting_;        // have said more than they may; who wakes first comes first
  std::deque<ConnId> catching_up_;  // have rested, and take turns with what was not read
  Timer rested_;
  TurnEnd turn_end_;
  TimePoint said_{};          // when the first of marked_ was marked
  std::deque<ConnId> dying_;  // killed, and not told to the library yet
  Millis every_;              // the deadlines are looked at
  Deadlines deadlines_;
  Timer tick_;
  std::deque<Deadlines::Due> due_;  // and not looked at yet
  std::size_t due_at_once_ = 0;     // of these
  Timer due_soon_;
  WsCounters counters_;
  std::minstd_rand random_{std::random_device{}()};
  bool going_ = false;  // being destroyed: no more calls to the tool
};

}  // namespace so::net
