#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/exit_code.h"
#include "bus/client.h"
#include "json/splitter.h"
#include "nmea/lines.h"

namespace so::meta {

/// Pushes JSON values to one stream, in order, and counts what became of each. A value that is
/// broken or that the hub does not take is reported with its place, and costs no other.
class Push {
 public:
  struct Options {
    std::string stream;
    std::optional<Millis> timestamp{};  // of every value
    bus::MetaClock clock = bus::MetaClock::kStream;
    std::string key{};  // values are numbered under it, and each is taken once; empty: they are not
    std::string who{};  // pushes them, for reports: "127.0.0.1:4711, "; empty: we ourselves
    std::size_t reports = SIZE_MAX;  // of broken and refused values; more are only counted
    json::Splitter::Between between = json::Splitter::Between::kNothing;
    bool nmea = false;  // what comes is sentences of NMEA 0183, not JSON
  };
  struct Handlers {
    std::function<void()> drained{};   // full() was true and is not any more
    std::function<void()> read{};      // after end_source(), when nothing of it waits to be sent
    std::function<void(Exit)> done{};  // after end(), when every value has its answer; once
  };

  /// `hub` outlives it, and it all answers, unless its member is gone. `member` is who pushes.
  Push(bus::Client& hub, std::uint64_t member, Options options, Handlers handlers);

  /// From now on values wait until they are allowed; one is.
  void pace() { allowed_ = 1; }
  void allow(double values);

  /// Another text begins. Its values are reported as `place` and the number of their line.
  void begin(std::string place);
  void receive(std::string_view text);
  void end_source();  // nothing more of this text
  void end();         // nor of any other

  /// The hub is back. Numbered values that it may not have got are sent again.
  void again();

  /// So much waits for answers, or for the hub, that more should not be read for now.
  [[nodiscard]] bool full() const {
    return waiting_ >= kWindow || waiting_bytes_ >= kWindowBytes || away_ || !may_send();
  }
  [[nodiscard]] std::size_t accepted() const { return accepted_; }
  [[nodiscard]] std::size_t rejected() const { return rejected_; }

 private:
  static constexpr std::size_t kWindow = 1024;  // values in flight: several loop turns of work
  static constexpr std::size_t kWindowBytes = std::size_t{1} << 20U;  // of them
  using Place = std::shared_ptr<const std::string>;
  struct Value {  // that has no answer
    Place place;
    std::size_t line = 0;
    std::size_t bytes = 0;
    std::string text{};  // if it has a number
  };

  [[nodiscard]] bool may_send() const { return !allowed_ || *allowed_ >= 1; }
  [[nodiscard]] std::variant<json::Splitter, nmea::Lines> new_text() const;
  void push_pieces();
  void send(json::Splitter::Piece piece);
  void ask(std::uint64_t number, std::string_view text, bus::Done done);
  void ask_numbered(std::uint64_t number, const Value& value);
  void answered(const Value& value, const bus::Reply& reply);
  void answered_numbered(std::uint64_t number, const bus::Reply& reply);
  void reject(const std::string& place, std::size_t line, std::string_view why);
  void finish();

  bus::Client& hub_;
  std::uint64_t member_;
  Options options_;
  Handlers handlers_;
  std::variant<json::Splitter, nmea::Lines> text_;
  Place place_;
  std::optional<double> allowed_;  // values; nullopt: all
  bool source_ended_ = false;
  bool told_read_ = false;
  bool ended_ = false;
  bool read_ = false;  // all that was received
  bool away_ = false;  // the hub is, and numbered values wait for it
  std::uint64_t number_ = 0;
  std::map<std::uint64_t, Value> unanswered_;
  std::size_t waiting_ = 0;
  std::size_t waiting_bytes_ = 0;
  std::size_t accepted_ = 0;
  std::size_t rejected_ = 0;
};

}  // namespace so::meta
