#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hub/claims.h"
#include "hub/options.h"
#include "hub/refusal.h"
#include "hub/streams.h"
#include "json/read.h"
#include "policy/action.h"

namespace so::hub {

// The bodies of the requests that have one, but for change, which is in batch.h. Views borrow from
// the parser of the body.

struct Hello {
  std::uint64_t incarnation = 0;
  Claims claims;  // nullptr: not mentioned
  static Outcome<Hello> read(json::Element body, const Options& options);
};

struct Join {
  std::optional<std::string> info;  // compact JSON; nullopt: not mentioned
  std::optional<bool> presence;     // nullopt: not mentioned
  Claims claims;                    // nullptr: not mentioned
  static Outcome<Join> read(json::Element body, const Options& options);
};

/// On whose behalf somebody asks who is no member.
struct Visitor {
  Claims claims;        // nullptr: not mentioned
  bool visits = false;  // as if it joined the scope before and left it after that, unseen
  static Outcome<Visitor> read(json::Element body, const Options& options);
};

struct Use {
  std::optional<bool> persistent;  // nullopt: either
  bool quiet = false;
  static Outcome<Use> read(json::Element body);
};

struct Get {
  std::optional<std::string_view> key;  // nullopt: the whole object
  std::optional<std::uint64_t> last;    // so many of its newest batches; nullopt: what it is
  static Outcome<Get> read(json::Element body);
};

struct Drop {
  bool pattern = false;  // the name of the request is one
  static Outcome<Drop> read(json::Element body);
};

struct Stat {
  bool list = false;  // what is in the scope as well
  static Outcome<Stat> read(json::Element body);
};

struct Publish {
  Media media;
  static Outcome<Publish> read(json::Element body);
};

/// By which clock metadata is stamped that brings no time of its own.
enum class Clock { kStream, kWall, kNone };

struct Meta {
  std::string data;  // compact JSON
  std::optional<std::uint64_t> timestamp;
  Clock clock = Clock::kStream;
  std::string_view producer;  // empty: none, and no seq. Borrowed, like the rest
  std::uint64_t seq = 0;
  Claims claims;  // nullptr: not mentioned
  static Outcome<Meta> read(json::Element body, const Options& options);
};

/// What was said of a stream.
struct History {
  std::optional<std::uint64_t> last;  // so many of its newest values; nullopt: all that are kept
  static Outcome<History> read(json::Element body);
};

/// What time it is in a stream, now.
struct Time {
  std::uint64_t timestamp = 0;
  static Outcome<Time> read(json::Element body);
};

/// How much a stream carries, of late.
struct Rates {
  StreamRates rates;
  static Outcome<Rates> read(json::Element body);
};

/// Whether something would be allowed.
struct Ask {
  policy::Action action{};
  std::optional<std::string_view> object;
  std::optional<std::string_view> key;
  std::optional<std::string_view> name;
  Claims claims;  // nullptr: not mentioned
  static Outcome<Ask> read(json::Element body, const Options& options);
};

struct Follow {
  bool meta = true;
  bool streams = true;
  bool latest = true;
  static Outcome<Follow> read(json::Element body);
};

struct Serve {
  bool share = false;
  static Outcome<Serve> read(json::Element body);
};

struct Invoke {             // call
  std::string args = "[]";  // compact JSON
  Millis timeout{};
  std::optional<std::string_view> to;  // nullopt: whoever serves the method
  static Outcome<Invoke> read(json::Element body, const Options& options);
};

struct Answered {  // result
  std::string_view call;
  std::string value = "null";      // compact JSON
  std::optional<Refusal> refusal;  // nullopt: there is a result
  static Outcome<Answered> read(json::Element body, const Options& options);
};

struct Kick {
  std::string_view member;
  std::string_view reason;
  static Outcome<Kick> read(json::Element body);
};

}  // namespace so::hub
