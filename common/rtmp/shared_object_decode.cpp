#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "base/cursor.h"
#include "rtmp/shared_object_message.h"

namespace so::rtmp {
namespace {

template <class Event, std::size_t I = 0>
constexpr std::uint8_t number_of() {
  if constexpr (std::is_same_v<std::variant_alternative_t<I, shared::Event>, Event>) {
    return I + 1;
  } else {
    return number_of<Event, I + 1>();
  }
}
static_assert(number_of<shared::UseSuccess>() == 11);

constexpr std::size_t kPositionBytes = 6;  // of a KeyVersion, without its key: length and version

/// Reads one body. The first error stays, and ends every loop.
class Reader {
 public:
  Reader(Cursor& in, const SharedObjectLimits& limits)
      : in_(in), limits_(limits), decoder_(in, limits.values) {}

  Result<SharedObjectMessage> read() {
    message_.name = text("name", limits_.name_bytes);
    message_.version = in_.u32();
    message_.flags = in_.u32();
    in_.skip(4);
    while (ok() && in_.left() > 0) read_event();
    if (error_) return fail(*error_);
    if (!in_.ok()) return fail(Code::kPeer, "shared object: the body ends too early");
    return std::move(message_);
  }

 private:
  [[nodiscard]] bool ok() const { return !error_ && in_.ok(); }

  void refuse(Code code, std::string_view why) {
    if (!error_) error_ = Error{code, fmt::format("shared object {}: {}", message_.name, why)};
    in_.fail();
  }

  void read_event() {
    const std::uint8_t type = in_.u8();
    const std::uint32_t length = in_.u32();
    if (length > in_.left()) return refuse(Code::kPeer, "an event is longer than the message");
    if (length > limits_.event_bytes) {
      return refuse(Code::kLimit,
                    fmt::format("an event of {} bytes, limit {}", length, limits_.event_bytes));
    }
    end_ = in_.at() + length;
    read_data(type);
    if (!ok()) return;
    if (in_.at() > end_) return refuse(Code::kPeer, "an event is longer than it says");
    in_.skip(end_ - in_.at());
  }

  void read_data(std::uint8_t type) {
    switch (type) {
      case number_of<shared::Use>():
        return add(shared::Use{});
      case number_of<shared::Release>():
        return add(shared::Release{});
      case number_of<shared::RequestChange>():
        return add_pairs<shared::RequestChange>();
      case number_of<shared::Change>():
        return add_pairs<shared::Change>();
      case number_of<shared::Success>():
        return add_keys();
      case number_of<shared::SendMessage>():
        return add_message();
      case number_of<shared::Status>():
        return add_status();
      case number_of<shared::Clear>():
        return add(shared::Clear{});
      case number_of<shared::Remove>():
        return add(shared::Remove{key()});
      case number_of<shared::RequestRemove>():
        return add(shared::RequestRemove{key()});
      case number_of<shared::UseSuccess>():
        return add(shared::UseSuccess{});
      case number_of<shared::KeyVersion>():
        return add_version();
      case number_of<shared::ChangeEcho>():
        return add_pairs<shared::ChangeEcho>();
      case number_of<shared::RequestClear>():
        return add(shared::RequestClear{});
      default:
        message_.skipped += 1;
    }
  }

  void add(shared::Event event) {
    if (!ok()) return;
    if (message_.events.size() == limits_.events) {
      return refuse(Code::kLimit, fmt::format("more than {} events", limits_.events));
    }
    message_.events.push_back(std::move(event));
  }

  template <class Event>
  void add_pairs() {
    do {
      std::string name = key();
      amf::Value written = in_.at() == end_ ? amf::Value::null() : value();
      add(Event{std::move(name), std::move(written)});
    } while (more());
  }
  void add_keys() {
    do add(shared::Success{key()});
    while (more());
  }
  void add_message() {
    shared::SendMessage event;
    const amf::Value handler = value();
    if (const auto name = handler.as_string())
      event.handler = *name;
    else
      refuse(Code::kPeer, "a message without a handler");
    while (more()) event.arguments.push_back(value());
    add(std::move(event));
  }
  void add_status() {
    shared::Status event;
    event.code = text("code", limits_.name_bytes);
    event.level = text("level", limits_.name_bytes);
    add(std::move(event));
  }
  // Nobody but Flash Media Server says it: what is not like its own is some other event.
  void add_version() {
    Cursor ahead = in_;
    if (ahead.u16() + kPositionBytes != end_ - in_.at()) {
      message_.skipped += 1;
      return;
    }
    shared::KeyVersion event{key()};
    event.version = in_.u32();
    add(std::move(event));
  }

  [[nodiscard]] bool more() const { return ok() && in_.at() < end_; }

  std::string key() { return text("key", limits_.key_bytes); }

  std::string text(std::string_view what, std::size_t limit) {
    const std::size_t length = in_.u16();
    if (length > limit) {
      refuse(Code::kLimit, fmt::format("a {} of {} bytes, limit {}", what, length, limit));
    }
    return std::string{in_.text(length)};
  }

  amf::Value value() {
    auto value = decoder_.next();
    if (!value) {
      refuse(value.error().code, value.error().text);
      return {};
    }
    return unwrap(std::move(*value));
  }

  Cursor& in_;
  const SharedObjectLimits& limits_;
  amf::Decoder decoder_;  // one for the body: references count over all of it
  SharedObjectMessage message_;
  std::size_t end_ = 0;  // of the event's data
  std::optional<Error> error_;
};

}  // namespace

Result<SharedObjectMessage> SharedObjectMessage::decode(const RawMessage& message,
                                                        const SharedObjectLimits& limits) {
  Cursor in{message.body};
  if (message.header.type == MessageType::kSharedObjectAmf3) {
    const std::uint8_t lead = in.u8();  // Flash clients were seen to write 0 and 3
    if (lead != 0 && lead != 3) {
      return fail(Code::kPeer, fmt::format("shared object: type 16 begins with {}", lead));
    }
  }
  return Reader{in, limits}.read();
}

}  // namespace so::rtmp
