#include "rtmp/shared_object_message.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/hex.h"

using namespace so;
using namespace so::rtmp;
using amf::Value;
using shared::Change;
using shared::ChangeEcho;
using shared::Clear;
using shared::Event;
using shared::KeyVersion;
using shared::Release;
using shared::Remove;
using shared::RequestChange;
using shared::RequestClear;
using shared::RequestRemove;
using shared::SendMessage;
using shared::Success;
using shared::Use;
using shared::UseSuccess;
using test::from_hex;
using test::to_hex;

namespace {

constexpr std::uint32_t kPersistent = SharedObjectMessage::kPersistent;

Result<SharedObjectMessage> decode(std::string_view hex, Encoding encoding = Encoding::kAmf0,
                                   const SharedObjectLimits& limits = {}) {
  const Bytes body = from_hex(hex);
  return SharedObjectMessage::decode({{3, 0, SharedObjectMessage::type(encoding), 0}, body},
                                     limits);
}

std::string error_of(std::string_view hex, const SharedObjectLimits& limits = {}) {
  const auto message = decode(hex, Encoding::kAmf0, limits);
  return message ? "" : message.error().text;
}

// name "o", version 1, no flags, and these events
std::string with(const std::string& events) {
  return "0001 6f 00000001 00000000 00000000" + events;
}

std::string spaceless(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

struct Case {
  SharedObjectMessage message;
  std::string body;
  Encoding encoding = Encoding::kAmf0;
};

std::vector<Case> server_cases() {
  return {
      {{"chat", 2, 0, {UseSuccess{}, Clear{}}},
       "000463686174 00000002 00000000 00000000 0b00000000 0800000000"},
      {{"chat",
        4,
        0,
        {UseSuccess{}, Clear{}, Change{"message", Value::string("hello")},
         Change{"n", Value::number(1)}}},
       "000463686174 00000004 00000000 00000000 0b00000000 0800000000 0400000011 "
       "00076d657373616765 02000568656c6c6f 040000000c 00016e 003ff0000000000000"},
      {{"chat", 3, 0, {Success{"message"}}},
       "000463686174 00000003 00000000 00000000 0500000009 00076d657373616765"},
      {{"chat", 3, 0, {Change{"message", Value::string("hello")}}},
       "000463686174 00000003 00000000 00000000 0400000011 00076d657373616765 02000568656c6c6f"},
      {{"chat", 7, 0, {Remove{"message"}}},
       "000463686174 00000007 00000000 00000000 0900000009 00076d657373616765"},
      {{"chat",
        9,
        0,
        {SendMessage{"doIt", {Value::string("p1"), Value::number(2), Value::boolean(true)}}}},
       "000463686174 00000009 00000000 00000000 0600000017 020004646f4974 0200027031 "
       "004000000000000000 0101"},
      {{"chat", 13, 0, {shared::Status{"SharedObject.NoWriteAccess", "error"}}},
       "000463686174 0000000d 00000000 00000000 0700000023 "
       "001a5368617265644f626a6563742e4e6f577269746541636365737300056572726f72"},
      {{"nocreate1", 0, 0, {shared::Status{"SharedObject.ObjectCreationFailed", "error"}}},
       "00096e6f63726561746531 00000000 00000000 00000000 070000002a "
       "00215368617265644f626a6563742e4f626a6563744372656174696f6e4661696c6564 00056572726f72"},
      {{"pers", 4, kPersistent, {UseSuccess{}, Change{"x", Value::number(5)}}},
       "000470657273 00000004 00000002 00000000 0b00000000 040000000c 000178 004014000000000000"},
      {{"np", 0, kPersistent, {shared::Status{"SharedObject.BadPersistence", "error"}}},
       "00026e70 00000000 00000002 00000000 0700000024 "
       "001b5368617265644f626a6563742e42616450657273697374656e6365 00056572726f72"},
      {{"z", 4, 0, {Change{"s", Value::string("str")}}},
       "00 00017a 00000004 00000000 00000000 0400000009 000173 110607737472",
       Encoding::kAmf3},
      {{"chat",
        12,
        0,
        {Success{"a"}, Success{"b"}, SendMessage{"m", {Value::number(1)}}, Remove{"a"}}},
       "000463686174 0000000c 00000000 00000000 0500000003000161 0500000003000162 "
       "060000000d 0200016d 003ff0000000000000 0900000003000161"},
      {{"o", 1, 0, {KeyVersion{"k", 7}, ChangeEcho{"k", Value::null()}, RequestClear{}}},
       "00016f 00000001 00000000 00000000 0c00000007 00016b00000007 0d00000004 00016b05 "
       "0e00000000"},
  };
}

std::vector<Case> client_cases() {
  const Value object = Value::object({{"x", Value::number(1)}, {"y", Value::string("z")}});
  return {
      {{"chat", 0, 0, {Use{}}}, "000463686174 00000000 00000000 00000000 0100000000"},
      {{"chat", 2, 0, {RequestChange{"message", Value::string("hello")}}},
       "000463686174 00000002 00000000 00000000 0300000011 00076d657373616765 02000568656c6c6f"},
      {{"chat", 4, 0, {RequestChange{"n", Value::number(1)}, RequestChange{"o", object}}},
       "000463686174 00000004 00000000 00000000 030000000c 00016e 003ff0000000000000 030000001a "
       "00016f 03 000178003ff0000000000000 00017902 00017a 000009"},
      {{"chat", 6, 0, {RequestChange{"message", Value::null()}}},
       "000463686174 00000006 00000000 00000000 030000000a 00076d657373616765 05"},
      {{"chat", 9, 0, {RequestRemove{"n"}}},
       "000463686174 00000009 00000000 00000000 0a00000003 00016e"},
      {{"chat", 9, 0, {Release{}}}, "000463686174 00000009 00000000 00000000 0200000000"},
      {{"z", 0, 0, {Use{}}}, "00 00017a 00000000 00000000 00000000 0100000000", Encoding::kAmf3},
      {{"chat", 4, 0, {SendMessage{"onMsg", {Value::string("hi"), Value::number(7)}}}},
       "000463686174 00000004 00000000 00000000 0600000016 0200056f6e4d7367 0200026869 "
       "00401c000000000000"},
  };
}

}  // namespace

TEST_CASE("shared object messages and bytes correspond both ways") {
  std::vector<Case> cases = server_cases();
  for (Case& c : client_cases()) cases.push_back(std::move(c));
  for (const Case& c : cases) {
    CAPTURE(c.body);
    CHECK(to_hex(c.message.encode(c.encoding)) == spaceless(c.body));
    CHECK(decode(c.body, c.encoding) == c.message);
  }
}

TEST_CASE("only the second bit of the flags says persistent") {
  for (const auto& [flags, persistent] :
       {std::pair{0U, false}, {2U, true}, {16U, false}, {48U, false}, {18U, true}}) {
    const auto message = decode(fmt::format("0001 6f 00000000 {:08x} 00000000", flags));
    REQUIRE(message);
    CHECK(message->persistent() == persistent);
    CHECK(message->events.empty());
  }
}

TEST_CASE("several pairs in one event become several events") {
  const auto changes = decode(with("03 00000008 0001 61 05 0001 62 05"));
  REQUIRE(changes);
  CHECK(changes->events ==
        std::vector<Event>{RequestChange{"a", Value::null()}, RequestChange{"b", Value::null()}});
  const auto successes = decode(with("05 00000006 0001 61 0001 62"));
  REQUIRE(successes);
  CHECK(successes->events == std::vector<Event>{Success{"a"}, Success{"b"}});
}

TEST_CASE("a key without a value is a null") {
  const auto message = decode(with("03 00000003 0001 61"));
  REQUIRE(message);
  CHECK(message->events == std::vector<Event>{RequestChange{"a", Value::null()}});
}

TEST_CASE("O27: unknown events are skipped by their length and counted") {
  const auto message = decode(with("c8 00000003 ffffff 00 00000000 01 00000000"));
  REQUIRE(message);
  CHECK(message->skipped == 2);
  CHECK(message->events == std::vector<Event>{Use{}});
  const auto seen_from_fms = decode(with("0c 00000003 000178 0e 00000003 ffffff 01 00000000"));
  REQUIRE(seen_from_fms);
  CHECK(seen_from_fms->skipped == 1);
  CHECK(seen_from_fms->events == std::vector<Event>{RequestClear{}, Use{}});
}

TEST_CASE("type 16 accepts plain AMF0 values, and a lead of 3") {
  const auto message = decode("03 00017a 00000000 00000000 00000000 0300000009 000173 020003737472",
                              Encoding::kAmf3);
  REQUIRE(message);
  CHECK(message->events == std::vector<Event>{RequestChange{"s", Value::string("str")}});
  const auto other = decode("01 00017a 00000000 00000000 00000000", Encoding::kAmf3);
  REQUIRE_FALSE(other);
  CHECK(other.error().text == "shared object: type 16 begins with 1");
}

TEST_CASE("a string reference of Red5 crosses events") {
  const auto message = decode(
      "00 00017a 00000004 00000000 00000000"
      "0400000009 000173 11 0607737472"
      "040000000d 00016e 11 05401c000000000000"
      "040000000d 000164 11 053ff8000000000000"
      "0400000013 00016c 11 090701053ff00000000000000600 01"
      "040000000a 00016f 11 0a0b01000301",
      Encoding::kAmf3);
  REQUIRE(message);
  REQUIRE(message->events.size() == 5);
  CHECK(std::get<Change>(message->events[1]).value == Value::number(7));
  const auto* list = std::get_if<amf::Array3>(&std::get<Change>(message->events[3]).value.is);
  REQUIRE(list != nullptr);
  CHECK(list->dense.at(1) == Value::string("str"));
}

TEST_CASE("a broken message is an error with the name of the object") {
  CHECK(error_of("0004 6368") == "shared object: the body ends too early");
  CHECK(error_of("0001 6f 00000000 00000000 0000") == "shared object: the body ends too early");
  CHECK(error_of(with("01 000000")) == "shared object: the body ends too early");
  CHECK(error_of(with("03 00000009 0001 61 05")) ==
        "shared object o: an event is longer than the message");
  CHECK(error_of(with("03 00000004 0001 61 02 0001 62")) ==
        "shared object o: an event is longer than it says");
  CHECK(error_of(with("09 00000002 0001 61")) ==
        "shared object o: an event is longer than it says");
  CHECK(error_of(with("06 00000001 05")) == "shared object o: a message without a handler");
  CHECK(error_of(with("03 00000004 0001 61 ff")).find("shared object o: ") == 0);
}

TEST_CASE("names, keys, events and values are bounded") {
  SharedObjectLimits limits;
  limits.name_bytes = 2;
  limits.key_bytes = 1;
  limits.event_bytes = 20;
  limits.events = 3;
  limits.values.nodes = 4;
  CHECK(error_of("0003 6f6f6f 00000000 00000000 00000000", limits) ==
        "shared object : a name of 3 bytes, limit 2");
  CHECK(error_of(with("09 00000004 0002 6161"), limits) ==
        "shared object o: a key of 2 bytes, limit 1");
  CHECK(error_of(with("08 00000015" + std::string(42, '0')), limits) ==
        "shared object o: an event of 21 bytes, limit 20");
  const std::string clear = "08 00000000";
  CHECK(error_of(with(clear + clear + clear), limits).empty());
  CHECK(error_of(with(clear + clear + clear + clear), limits) ==
        "shared object o: more than 3 events");
  CHECK(error_of(with("03 0000000c 0001 61 0a 00000004 05 05 05 05"), limits)
            .find("more than 4 values") != std::string::npos);
}
