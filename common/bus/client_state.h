#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bus/calls.h"
#include "bus/claims.h"
#include "bus/client.h"
#include "bus/objects.h"
#include "bus/others.h"
#include "json/read.h"
#include "net/turn_end.h"

namespace so::bus {

/// The inside of a Client. Its four tables are cores: Calls (who waits for a reply), Claims (what
/// we joined, used, published and followed), Objects (where each object is), Others (who else is
/// there). Here they meet the link: client_link.cpp has its phases, client_claims.cpp what is
/// announced on it.
class Client::State {
 public:
  State(Bus& bus, net::Loop& loop, std::string tool, std::string claims);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void listen(Handlers handlers) { handlers_ = std::move(handlers); }
  [[nodiscard]] bool connected() const { return phase_ == Phase::kConnected; }
  [[nodiscard]] std::uint64_t incarnation() const { return incarnation_; }
  [[nodiscard]] std::uint64_t new_member() { return ++members_; }
  [[nodiscard]] const Objects& objects() const { return objects_; }

  void ask(const wire::FrameView& frame, Done done);     // refused while there is no hub
  void ask_as(const wire::FrameView& frame, Done done);  // for a member, or for a visitor
  void ask_whether(std::string_view action, std::uint64_t member, std::string_view stream,
                   Done done);  // the member may do that with the stream
  void introduce(std::uint64_t member, std::string claims, Done done);
  void forget(std::uint64_t member) { introduced_.erase(member); }
  [[nodiscard]] std::string_view claims_of(std::uint64_t member) const;
  void join(ClaimKey key, const JoinOptions& options, Done done);
  void claim(ClaimKey key, Terms terms, Done done);
  void undo(wire::Kind kind, const ClaimKey& key, Done done);
  void leave(std::uint64_t member, std::string_view scope, Done done);

 private:
  enum class Phase {
    kAway,        // no link
    kGreeting,    // a link; hello is sent and not answered
    kAnnouncing,  // the hub knows us, and not yet all that we hold
    kConnected,
  };

  // The link.
  void on_link(bool up, std::string_view why);
  void on_frame(const wire::FrameView& frame);
  void on_reply(const wire::FrameView& frame);
  void on_event(const wire::FrameView& event);
  void on_call(const wire::FrameView& event);
  void on_changed(const wire::FrameView& event);
  void on_gap();
  void on_kicked(const wire::FrameView& event);
  void on_replaced(const wire::FrameView& event);
  void on_message(const wire::FrameView& event);
  void greet();
  void on_hello(const Reply& reply);
  void lose(std::string_view why);
  void beat();
  void say_bye();

  // What is announced.
  struct Sent {  // a claim on its way to the hub
    ClaimKey key;
    std::uint64_t ticket;
    Terms before;  // what is held already, if something is
    Claim::Waiting waiting;
  };
  void taken_back(const wire::FrameView& frame, const std::vector<Claims::Entry>& taken, Done done);
  void announce_all();
  void announce();
  void connect();
  void send_claim(Claims::Entry& entry, Terms before);
  void on_claim(Sent& sent, const Reply& reply);
  void granted(Claims::Entry& entry, const Reply& reply, bool told);
  void refused(Claims::Entry& entry, const Reply& reply);
  void drop(const Claims::Entry& taken);
  void ask_where(Objects::Entry& entry);
  void on_where(const ObjectKey& key, const ClaimKey& user, const Reply& reply);

  void send(wire::FrameView frame, Done done, Bus::Room room = Bus::Room::kBounded);
  void later(Done done, const Reply& reply);  // with nothing borrowed but literals

  Bus* bus_;
  net::Loop* loop_;
  std::string tool_;
  std::string claims_text_;
  std::uint64_t incarnation_;
  std::uint64_t members_ = 0;
  Handlers handlers_;

  Phase phase_ = Phase::kAway;
  TimePoint heard_;          // when the hub last said something
  Millis beat_every_{5000};  // until the hub says how often it wants to be told
  Millis lease_{15000};
  std::size_t in_flight_ = 0;  // claims that are sent and not answered
  std::size_t held_back_ = 0;  // claims made while not connected

  Calls calls_;
  Claims claims_;
  std::unordered_map<std::uint64_t, std::string> introduced_;  // members; what is known of them
  Objects objects_;
  Others others_;
  json::Parser parser_;

  struct Question {
    wire::Frame frame;
    Done done;
  };
  std::vector<Question> asked_;  // while announcing; sent when connected
  std::size_t asked_bytes_ = 0;

  struct Answer {
    Done done;
    Reply reply;
  };
  std::vector<Answer> answers_;  // of requests that never reached a hub
  net::TurnEnd answering_;
  net::Timer beating_;
  net::Timer settling_;
};

// Replies of our own.
constexpr Reply kHubLost{.code = "hub_lost", .message = "there is no hub"};
constexpr Reply kTooMany{.code = "limit", .message = "too many requests wait for the hub"};
constexpr Reply kDone{};

}  // namespace so::bus
