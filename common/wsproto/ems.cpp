#include "wsproto/ems.h"

#include "json/write.h"

namespace so::wsproto {

Result<Metadata> read_metadata(json::Parser& parser, std::string_view message) {
  const auto value = parser.parse(message);
  if (!value) return fail(value.error());
  Metadata metadata{json::compact(*value), std::nullopt};
  const auto wrapper = json::member(*value, "EMS");
  if (!wrapper) return metadata;
  constexpr std::uint64_t kExact = std::uint64_t{1} << 53U;  // beyond that no time, and no double
  const auto timestamp = json::integer(*wrapper, "timestamp");
  if (timestamp && *timestamp < kExact) metadata.timestamp = Millis{*timestamp};
  return metadata;
}

Result<std::string> ems_message(json::Parser& parser, std::string_view event) {
  const auto value = parser.parse(event);
  if (!value) return fail(value.error());
  const auto data = json::member(*value, "data");
  if (!data) return fail(Code::kPeer, "metadata event without data");
  if (json::member(*data, "EMS")) return json::compact(*data);
  json::Writer text;
  text.object().key("EMS").object().key("type").string("json");
  if (const auto timestamp = json::number(*value, "timestamp"))
    text.key("timestamp").number(*timestamp);
  text.end();
  return text.key("data").raw(json::compact(*data)).end().take();
}

}  // namespace so::wsproto
