#include "hub/requests.h"

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

Outcome<Use> Use::read(json::Element body) {
  Fields in{body};
  const Use use{in.flag("persistent"), in.flag("quiet").value_or(false)};
  return outcome(in, use);
}

Outcome<Get> Get::read(json::Element body) {
  Fields in{body};
  return outcome(in, Get{in.text("key")});
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
  meta.claims = claims_in(in, options);
  return outcome(in, std::move(meta));
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

}  // namespace so::hub
