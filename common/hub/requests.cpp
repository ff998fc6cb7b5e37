#include "hub/requests.h"

#include <algorithm>

#include <fmt/format.h>

#include "hub/fields.h"
#include "wire/member.h"
#include "wire/path.h"

namespace so::hub {
namespace {

// Names that only travel: long enough for a codec string, an abstract or a file-system socket.
constexpr std::size_t kMaxToolName = 64;
constexpr std::size_t kMaxCodec = 64;
constexpr std::size_t kMaxEndpoint = 1024;
constexpr std::size_t kMaxReason = 1024;
constexpr std::size_t kMaxProducer = 64;

void check_name(Fields& in, std::string_view field, std::string_view name, std::size_t most) {
  if (in.refusal()) return;
  if (auto good = wire::check_name(field, name, most); !good) {
    in.wrong(Why::kBadRequest, field, good.error().text.substr(field.size() + 1));
  }
}

template <class T>
Outcome<T> outcome(const Fields& in, T read) {
  if (in.refusal()) return fail(*in.refusal());
  return read;
}

std::string compact_within(Fields& in, std::string_view name, json::Element value,
                           std::size_t most) {
  std::string text = json::compact(value);
  if (text.size() > most) {
    in.wrong(Why::kLimit, name,
             fmt::format("of {} bytes is over the limit of {}", text.size(), most));
  }
  return text;
}

Claims claims_in(Fields& in, const Options& options) {
  const auto claims = in.object("claims");
  if (!claims) return nullptr;
  (void)compact_within(in, "claims", *claims, options.info_bytes);
  auto read = policy::Credentials::read(*claims);
  if (read) return std::make_shared<const policy::Credentials>(*std::move(read));
  in.wrong(Why::kLimit, "claims", "have too many values");
  return nullptr;
}

Clock read_clock(Fields& in) {
  const std::string_view clock = in.text("clock").value_or("stream");
  if (clock == "wall") return Clock::kWall;
  if (clock == "none") return Clock::kNone;
  if (clock != "stream") in.wrong(Why::kBadRequest, "clock", "is not stream, wall or none");
  return Clock::kStream;
}

// What a callee may say of its failure.
Why read_failure(Fields& error) {
  const std::string_view code = error.text("code").value_or("failed");
  for (const Why why : {Why::kFailed, Why::kNoMethod, Why::kLimit, Why::kGone, Why::kTimeout}) {
    if (code == to_text(why)) return why;
  }
  error.wrong(Why::kBadRequest, "error.code", "is not failed, no_method, limit, gone or timeout");
  return Why::kFailed;
}

}  // namespace

Outcome<Hello> Hello::read(json::Element body, const Options& options) {
  Fields in{body};
  check_name(in, "tool", in.need("tool", in.text("tool")), kMaxToolName);
  const auto text = in.need("incarnation", in.text("incarnation"));
  const auto incarnation = wire::from_hex64(text);
  if (!incarnation) in.wrong(Why::kBadRequest, "incarnation", "is not 16 lower-case hex digits");
  Hello hello{incarnation.value_or(0), claims_in(in, options)};
  return outcome(in, std::move(hello));
}

Outcome<Join> Join::read(json::Element body, const Options& options) {
  Fields in{body};
  Join join;
  if (const auto info = in.object("info")) {
    join.info = compact_within(in, "info", *info, options.info_bytes);
  }
  join.presence = in.flag("presence");
  join.claims = claims_in(in, options);
  return outcome(in, std::move(join));
}

Outcome<Visitor> Visitor::read(json::Element body, const Options& options) {
  Fields in{body};
  Visitor visitor;
  visitor.claims = claims_in(in, options);
  visitor.visits = in.flag("visit").value_or(false);
  return outcome(in, std::move(visitor));
}

Outcome<Use> Use::read(json::Element body) {
  Fields in{body};
  const Use use{in.flag("persistent"), in.flag("quiet").value_or(false)};
  return outcome(in, use);
}

Outcome<Get> Get::read(json::Element body) {
  Fields in{body};
  Get get{in.text("key"), in.natural("last")};
  if (get.key && get.last) in.wrong(Why::kBadRequest, "last", "comes beside a key");
  return outcome(in, get);
}

Outcome<Drop> Drop::read(json::Element body) {
  Fields in{body};
  return outcome(in, Drop{in.flag("pattern").value_or(false)});
}

Outcome<Stat> Stat::read(json::Element body) {
  Fields in{body};
  return outcome(in, Stat{in.flag("list").value_or(false)});
}

Outcome<Publish> Publish::read(json::Element body) {
  Fields in{body};
  const auto name = [&](std::string_view field, std::size_t most) {
    const auto text = in.text(field);
    if (text) check_name(in, field, *text, most);
    return std::string{text.value_or("")};
  };
  return outcome(in, Publish{{name("endpoint", kMaxEndpoint), name("video", kMaxCodec),
                              name("audio", kMaxCodec)}});
}

Outcome<Meta> Meta::read(json::Element body, const Options& options) {
  Fields in{body};
  Meta meta;
  if (const auto data = in.value("data")) {
    meta.data = compact_within(in, "data", *data, options.value_bytes);
  } else {
    in.wrong(Why::kBadRequest, "data", "is missing");
  }
  meta.timestamp = in.natural("timestamp");
  meta.clock = read_clock(in);
  const auto producer = in.text("producer");
  const auto seq = in.natural("seq");
  if (producer || seq) {
    meta.producer = in.need("producer", producer);
    meta.seq = in.need("seq", seq);
    if (!in.refusal() && meta.seq == 0) in.wrong(Why::kBadRequest, "seq", "counts from 1");
    check_name(in, "producer", meta.producer, kMaxProducer);
  }
  meta.claims = claims_in(in, options);
  return outcome(in, std::move(meta));
}

Outcome<History> History::read(json::Element body) {
  Fields in{body};
  const History history{in.natural("last")};
  return outcome(in, history);
}

Outcome<Time> Time::read(json::Element body) {
  Fields in{body};
  const Time time{in.need("timestamp", in.natural("timestamp"))};
  return outcome(in, time);
}

Outcome<Rates> Rates::read(json::Element body) {
  Fields in{body};
  const StreamRates rates{
      .bytes_per_second = in.need("bytes_per_second", in.natural("bytes_per_second")),
      .frames_per_second = in.natural("frames_per_second").value_or(0),
      .gop = in.natural("gop").value_or(0),
      .players = in.natural("players").value_or(0)};
  return outcome(in, Rates{rates});
}

Outcome<Ask> Ask::read(json::Element body, const Options& options) {
  Fields in{body};
  const auto action = policy::action_named(in.need("action", in.text("action")));
  if (!action) in.wrong(Why::kBadRequest, "action", "is none that a rule can be about");
  Ask ask{action.value_or(policy::Action::kConnect), in.text("object"), in.text("key"),
          in.text("name"), claims_in(in, options)};
  return outcome(in, std::move(ask));
}

Outcome<Follow> Follow::read(json::Element body) {
  Fields in{body};
  const Follow follow{in.flag("meta").value_or(true), in.flag("streams").value_or(true),
                      in.flag("latest").value_or(true)};
  return outcome(in, follow);
}

Outcome<Serve> Serve::read(json::Element body) {
  Fields in{body};
  const Serve serve{in.flag("share").value_or(false)};
  return outcome(in, serve);
}

Outcome<Invoke> Invoke::read(json::Element body, const Options& options) {
  Fields in{body};
  Invoke call;
  if (const auto args = in.array("args")) {
    call.args = compact_within(in, "args", *args, options.call_bytes);
  }
  const auto most = static_cast<std::uint64_t>(options.longest_call.count());
  const auto usual = static_cast<std::uint64_t>(options.call_timeout.count());
  const std::uint64_t timeout = in.natural("timeout").value_or(usual);
  if (timeout == 0 || timeout > most) {
    in.wrong(Why::kBadRequest, "timeout", fmt::format("is not 1 to {} milliseconds", most));
  } else {
    call.timeout = Millis{timeout};
  }
  call.to = in.text("to");
  return outcome(in, std::move(call));
}

Outcome<Answered> Answered::read(json::Element body, const Options& options) {
  Fields in{body};
  Answered answer;
  answer.call = in.need("call", in.text("call"));
  const auto error = in.object("error");
  const auto result = in.value("result");
  if (error && result) in.wrong(Why::kBadRequest, "error", "comes beside a result");
  if (result) answer.value = compact_within(in, "result", *result, options.call_bytes);
  if (!error) return outcome(in, std::move(answer));

  Fields from{*error};
  const Why why = read_failure(from);
  const std::string_view message = from.text("message").value_or("");
  answer.refusal = Refusal{why, std::string{message}};
  std::size_t most = options.call_bytes;
  if (message.size() > most) from.wrong(Why::kLimit, "error.message", "is over the limit");
  most -= std::min(most, message.size());
  if (const auto data = from.value("data")) {
    answer.refusal->details =
        fmt::format(R"({{"data":{}}})", compact_within(from, "error.data", *data, most));
  }
  if (from.refusal()) return fail(*from.refusal());
  return outcome(in, std::move(answer));
}

Outcome<Kick> Kick::read(json::Element body) {
  Fields in{body};
  Kick kick;
  kick.member = in.need("member", in.text("member"));
  if (const auto reason = in.text("reason"); reason && !reason->empty()) {
    check_name(in, "reason", *reason, kMaxReason);
    kick.reason = *reason;
  }
  return outcome(in, kick);
}

}  // namespace so::hub
