#include "wsproto/ems.h"

#include "json/write.h"

namespace so::wsproto {

// A wrapped message is kept whole as the data, so that what leaves is what came in; only its time
// is read.
Result<std::string> meta_request(json::Parser& parser, std::string_view message) {
  const auto value = parser.parse(message);
  if (!value) return fail(value.error());
  json::Writer body;
  body.object().key("data").raw(json::compact(*value));
  if (const auto wrapper = json::member(*value, "EMS")) {
    if (const auto timestamp = json::number(*wrapper, "timestamp"))
      body.key("timestamp").number(*timestamp);
  }
  return body.end().take();
}

Result<std::string> ems_message(json::Parser& parser, std::string_view event) {
  const auto value = parser.parse(event);
  if (!value) return fail(value.error());
  const auto data = json::member(*value, "data");
  if (!data) return fail(Code::kPeer, "metadata event without data");
  if (json::member(*data, "EMS")) return json::compact(*data);
  json::Writer text;
  text.object().key("EMS").object().key("type").string("json");
  text.key("timestamp").number(json::number(*value, "timestamp").value_or(0)).end();
  return text.key("data").raw(json::compact(*data)).end().take();
}

}  // namespace so::wsproto
