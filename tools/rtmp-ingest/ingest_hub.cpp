// What the hub tells.
#include <utility>

#include "amf/amf0.h"
#include "amf/json.h"
#include "base/log.h"
#include "ingest.h"

namespace so::ingest {
namespace {

// The name under which players hear of metadata that was pushed to their stream.
constexpr std::string_view kMetadataHandler = "onJsonMeta";

}  // namespace

void Ingest::event(const wire::FrameView& event) {
  if (event.header.kind == wire::Kind::kChanged) return objects_.event(event);
  const auto body = parser_.parse(event.body);
  if (!body) return log::error("unable to read an event of the hub: {}", body.error().text);
  const std::string name{event.scope};
  const std::uint64_t member = event.header.member;
  if (event.header.kind == wire::Kind::kStream) return stream_event(name, member, *body);
  if (event.header.kind == wire::Kind::kMetadata) return metadata(name, member, *body);
}

void Ingest::stream_event(const std::string& name, std::uint64_t publisher, json::Element event) {
  const auto entry = streams_.find(name);
  if (entry != streams_.end() && entry->second.is_here()) return;  // our own
  if (json::text(event, "state") != "up") {
    if (elsewhere_.erase(name) > 0 && entry != streams_.end()) end_publish(name, Ending::kSaid);
    return;
  }
  const std::string endpoint{json::text(event, "endpoint").value_or("")};
  if (endpoint.empty()) return;
  const Elsewhere there{endpoint, publisher,
                        std::string{json::text(event, "publisher").value_or("")}};
  const bool moved = std::exchange(elsewhere_[name], there).endpoint != endpoint;
  if (!moved || entry == streams_.end()) return;
  if (const auto fetched = entry->second.fetch(endpoint); !fetched)
    return log::error("{}: {}", name, fetched.error().text);
  source_begins(name);
}

// What AMF has no words for arrives as the JSON text. What was said to "/" is for all.
void Ingest::metadata(const std::string& name, std::uint64_t from, json::Element event) {
  const auto data = json::member(event, "data");
  if (!data || (name != "/" && !streams_.contains(name))) return;
  auto value = amf::from_json(*data);
  if (!value) value = amf::Value::string(json::compact(*data));
  const Bytes message = amf::encode({amf::Value::string(kMetadataHandler), *value});
  if (name != "/") return metadata_for(name, from, message);
  for (const auto& [each, stream] : streams_) metadata_for(each, from, message);
}

// What the publisher itself has said, players hear in its own words.
void Ingest::metadata_for(const std::string& name, std::uint64_t from, ByteView message) {
  Stream& stream = streams_.at(name);
  const auto elsewhere = elsewhere_.find(name);
  const std::uint64_t publisher = stream.is_here()                ? member_of(publisher_of(name))
                                  : elsewhere != elsewhere_.end() ? elsewhere->second.publisher
                                                                  : 0;
  if (publisher == 0 || from != publisher) stream.data(message);
}

void Ingest::kicked(const wire::FrameView& kick) {
  const auto id = static_cast<net::ConnId>(kick.header.member);
  Client* client = find(id);
  const auto body = parser_.parse(kick.body);
  if (client == nullptr || !body) return;
  const std::string reason{json::text(*body, "reason").value_or("")};
  client->session.status(0, "status", "NetConnection.Connect.Closed",
                         reason.empty() ? "Kicked." : reason);
  send_owed(id, *client);
  connections_.close(id, reason.empty() ? "kicked" : "kicked: " + reason);
}

// A restarted hub did not let us have again what the one before had granted.
void Ingest::refused(const wire::FrameView& claim, const bus::Reply& why) {
  const auto id = static_cast<net::ConnId>(claim.header.member);
  if (find(id) == nullptr || claim.header.kind == wire::Kind::kUse) return;
  connections_.close(id, why.message);
}

}  // namespace so::ingest
