#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "audience.h"
#include "doorway.h"
#include "net/frame.h"
#include "net/http.h"
#include "wsproto/reply.h"

namespace so::gateway {

/// What a GET of server-sent events asks for.
struct SseRequest {
  std::string scope;
  std::vector<std::string> objects;    // each once; none only beside a mailbox
  std::vector<wsproto::Position> has;  // of each, what the reader has; epoch 0: nothing
  bool presence = false;               // it is told who comes and goes
  struct Mailbox {
    std::string identity;  // empty: the user's
    bus::Client::MailboxOptions terms;
  };
  std::optional<Mailbox> mailbox;           // is read, too; its place in `has` is the last
  static constexpr std::size_t kMost = 16;  // objects

  /// `scope` is that of the address. An error is for a 400.
  static Result<SseRequest> read(const net::HttpRequest& request, std::string scope);
};

/// Readers over plain HTTP (scopewire-ws(7), EVENTS OVER HTTP): members of a scope who hear of some
/// of its objects in the words of scopewire.v1, and say nothing. Mail of an identity comes with it
/// if they ask for that, from where they are, without a hole, until somebody has acknowledged it.
///
/// A reply begins when the hub has granted all; until then what the reader is to hear is kept, at
/// most one snapshot for each object and what follows in the meantime.
class SseDoor {
 public:
  explicit SseDoor(Doorway& doorway) : doorway_(doorway) {}

  void open(net::ConnId id, const SseRequest& request);
  void closed(net::ConnId id);

  /// A change or a sync of any object, a join or a leave.
  void event(const wire::FrameView& event);
  /// A note, or that others have registered as the identity.
  void mail(net::ConnId id, const wire::FrameView& mail);
  /// An event for one reader; whether it is on its way, or for these.
  bool tell(net::ConnId id, std::string_view event);
  void tell_all(std::span<const net::ConnId> ids, std::string_view event);

  /// The stream's last event says why it ends, with the close code of a WebSocket.
  void end(net::ConnId id, std::uint16_t code, std::string_view reason);
  /// All are told to come back, each after a time of its own within `spread` of its end.
  void advise(std::string_view reason, Millis spread);
  /// A comment to a part of the readers; to all in kBeats calls.
  void beat();
  static constexpr std::uint64_t kBeats = 20;

 private:
  struct Reader {
    std::string scope;
    std::vector<std::string> objects;
    std::vector<wsproto::Position> has;
    std::optional<SseRequest::Mailbox> mailbox;
    std::size_t granted = 0;  // uses, and the mailbox; with all of them the stream begins
    std::string opening;      // what it begins with
    bool registered = false;
    bool asking = false;  // to register: mail that comes before the reply comes again
  };

  /// A piece of the stream, made once for all who get it.
  struct Words {
    explicit Words(std::string words) : text(std::move(words)), frame(net::Frame::piece(text)) {}
    std::string text;
    net::Frame frame;
  };

  void joined(net::ConnId id, const bus::Reply& reply, bool presence);
  void object_event(const wire::FrameView& event);
  void used(net::ConnId id, std::size_t object, const bus::Reply& reply);
  void start(net::ConnId id, Reader& reader);
  void ask_for_mail(net::ConnId id, Reader& reader);
  void registered(net::ConnId id, const bus::Reply& reply);
  void refuse(net::ConnId id, const bus::Reply& why);
  /// Now, or where the stream begins; whether it is on its way.
  bool say(net::ConnId id, Reader& reader, const Words& words);
  [[nodiscard]] static bool started(const Reader& reader) {
    return reader.granted == reader.has.size();
  }

  Doorway& doorway_;
  std::unordered_map<net::ConnId, Reader> readers_;
  Audience audience_;  // by scope and object, presence by scope
  std::minstd_rand random_{std::random_device{}()};
  std::uint64_t beat_ = 0;
};

}  // namespace so::gateway
