#include <algorithm>

#include <fmt/format.h>

#include "hub/events.h"
#include "hub/listing.h"
#include "hub/requests.h"
#include "hub/state.h"
#include "wire/path.h"

namespace so::hub {
namespace {

// In their order; where not all fit, the oldest are left out.
void list_newest(std::string_view stream, const Metadata::Values& values, std::uint64_t last,
                 Listing& reply) {
  std::vector<std::string> events;  // the newest first
  std::size_t bytes = 0;
  for (auto at = values.rbegin(); at != values.rend() && events.size() < last; ++at) {
    events.push_back(meta_event(stream, at->timestamp, *at->data));
    bytes += events.back().size() + 1;
    if (!reply.has_room(bytes)) break;
  }
  if (!reply.has_room(bytes)) events.pop_back();
  std::reverse(events.begin(), events.end());
  for (const std::string& event : events) reply.add(event);
  if (events.size() < std::min<std::uint64_t>(last, values.size())) reply.truncate();
}

}  // namespace

Outcome<Hub::State::Reply> Hub::State::publish(const Call& call) {
  const auto request = Publish::read(call.body);
  if (!request) return fail(request.error());
  const std::string_view path = call.frame.scope;
  if (auto good = scopes_.check(path); !good) return fail(good.error());
  const auto scope = joined_scope(call, wire::parent_path(path));
  if (!scope) return fail(scope.error());
  if (auto good = may_use_stream(policy::Action::kPublish, path, who_asks(call)); !good) {
    return fail(good.error());
  }
  Member& member = call.tool.members.at(call.frame.header.member);
  const Stream* up = streams_.find(path);
  if (up != nullptr && up->publisher != member.id) {
    return refuse(Why::kInUse,
                  fmt::format("stream {} is published by {}", path, wire::to_text(up->publisher)));
  }
  if (up != nullptr && up->media == request->media) return Reply{};
  if (up == nullptr) {
    if (streams_.size() >= options_.streams) {
      return refuse(Why::kLimit, fmt::format("streams: {} is the limit", options_.streams));
    }
    member.streams.emplace_back(path);
    (*scope)->counters.streams.enter();
  }
  Stream stream{std::string{path}, member.id, request->media};
  if (up != nullptr) {
    stream.said = up->said;
    stream.measured = up->measured;
  }
  streams_.put(stream);
  announce(stream, up_event(stream), member.tool, call.out);
  return Reply{};
}

void Hub::State::announce(const Stream& stream, std::string body, ToolId origin, Effects& out) {
  see(policy::Topic::kStream, wire::parent_path(stream.path), body);
  wire::Frame event{{.kind = wire::Kind::kStream, .member = stream.publisher.number},
                    stream.path,
                    {},
                    std::move(body)};
  tell(follows_.of(stream.path, &Follow::streams), std::move(event), origin, out);
}

Outcome<Hub::State::Reply> Hub::State::unpublish(const Call& call) {
  if (auto good = check_path(call.frame.scope); !good) return fail(good.error());
  Member* member = find_member(call);
  if (member == nullptr) return Reply{};
  if (std::erase(member->streams, call.frame.scope) > 0) {
    end_stream(*member, call.frame.scope, call.out);
  }
  return Reply{};
}

void Hub::State::end_stream(const Member& member, std::string_view path, Effects& out) {
  const Stream stream = *streams_.find(path);
  streams_.erase(path);
  scopes_.find(wire::parent_path(path))->counters.streams.leave();
  announce(stream, down_event(stream), member.tool, out);
}

void Hub::State::end_streams_in(Member& member, const Scope& scope, Effects& out) {
  std::erase_if(member.streams, [&](const std::string& path) {
    if (wire::parent_path(path) != scope.path) return false;
    end_stream(member, path, out);
    return true;
  });
}

Outcome<Hub::State::Reply> Hub::State::meta(const Call& call) {
  auto request = Meta::read(call.body, options_);
  if (!request) return fail(request.error());
  if (call.frame.scope != "/") {
    if (auto good = scopes_.check(call.frame.scope); !good) return fail(good.error());
  }
  const auto* who = request->claims ? request->claims.get() : who_asks(call);
  if (auto good = may_use_stream(policy::Action::kMetadata, call.frame.scope, who); !good) {
    return fail(good.error());
  }
  const bool fresh = is_new(call, *request);
  const bool numbered = !request->producer.empty();
  if (fresh) tell_meta(call, *std::move(request));
  if (!numbered) return Reply{};
  return Reply{fresh ? R"({"status":"ok"})" : R"({"status":"dup"})"};
}

// A producer's numbers rise, and may leave some out: values that were broken have numbers too.
bool Hub::State::is_new(const Call& call, const Meta& meta) {
  if (meta.producer.empty()) return true;
  const std::string producer = fmt::format("{}\n{}", call.frame.scope, meta.producer);
  if (meta.seq <= meta_producers_.last(producer)) return false;
  const std::string author = author_of(call);
  std::vector<std::string> forgotten;
  meta_producers_.remember({producer, author, meta.seq},
                           {options_.meta_producers, options_.meta_producers, options_.forget},
                           call.now, forgotten);
  return true;
}

std::optional<std::uint64_t> Hub::State::stamp(const Meta& meta, std::string_view path,
                                               TimePoint now) const {
  if (meta.timestamp || meta.clock == Clock::kNone) return meta.timestamp;
  std::optional<std::uint64_t> time;
  if (meta.clock == Clock::kStream) {
    streams_.each(path, [&](const Stream& stream) {
      time = stream.time(now);
      return !time;  // of all streams at once: the first that has one
    });
  }
  return time ? time : static_cast<std::uint64_t>(sources_.wall().count());
}

// What is said to all is one event for each tool, whatever it follows, and the latest of each
// stream that is up.
void Hub::State::tell_meta(const Call& call, Meta meta) {
  const std::string_view path = call.frame.scope;
  const bool all = path == "/";
  const auto timestamp = stamp(meta, path, call.now);
  const auto data = std::make_shared<const std::string>(std::move(meta.data));
  metadata_.put(path, {data, timestamp});
  if (all) {
    streams_.each("/", [&](const Stream& stream) {
      metadata_.put(stream.path, {data, stamp(meta, stream.path, call.now)});
      return true;
    });
  }
  wire::Frame event{{.kind = wire::Kind::kMetadata, .member = call.frame.header.member},
                    std::string{path},
                    {},
                    meta_event(path, timestamp, *data)};
  auto listeners = all ? follows_.of_any(&Follow::meta) : follows_.of(path, &Follow::meta);
  tell(std::move(listeners), std::move(event), call.tool.id, call.out);
}

// Who may play a stream hears its metadata there, and may read it here.
Outcome<Hub::State::Reply> Hub::State::history(const Call& call) {
  const auto request = History::read(call.body);
  if (!request) return fail(request.error());
  const std::string_view path = call.frame.scope;
  if (path == "/") return refuse(Why::kBadRequest, "a history is of one stream");
  if (auto good = scopes_.check(path); !good) return fail(good.error());
  if (auto good = may_use_stream(policy::Action::kPlay, path, who_asks(call)); !good) {
    return fail(good.error());
  }
  Listing reply{"{"};
  reply.open("metadata");
  metadata_.each(path, [&](std::string_view stream, const Metadata::Values& values) {
    list_newest(stream, values, request->last.value_or(values.size()), reply);
    return true;
  });
  reply.close();
  return Reply{reply.finish()};
}

Outcome<Hub::State::Reply> Hub::State::time(const Call& call) {
  const auto request = Time::read(call.body);
  if (!request) return fail(request.error());
  const auto stream = published_stream(call);
  if (!stream) return fail(stream.error());
  (*stream)->said = Stream::Said{request->timestamp, call.now};
  return Reply{};
}

Outcome<Hub::State::Reply> Hub::State::rates(const Call& call) {
  const auto request = Rates::read(call.body);
  if (!request) return fail(request.error());
  const auto stream = published_stream(call);
  if (!stream) return fail(stream.error());
  (*stream)->measured = Stream::Measured{request->rates, call.now};
  return Reply{};
}

Outcome<Stream*> Hub::State::published_stream(const Call& call) {
  if (auto good = scopes_.check(call.frame.scope); !good) return fail(good.error());
  const Member* member = find_member(call);
  Stream* stream = streams_.find(call.frame.scope);
  if (member == nullptr || stream == nullptr || stream->publisher != member->id) {
    return refuse(Why::kNotFound, fmt::format("stream {} is not published by member {}",
                                              call.frame.scope, call.frame.header.member));
  }
  return stream;
}

Outcome<Hub::State::Reply> Hub::State::follow(const Call& call) {
  const auto request = Follow::read(call.body);
  if (!request) return fail(request.error());
  const std::string_view path = call.frame.scope;
  if (path != "/") {
    if (auto good = scopes_.check(path); !good) return fail(good.error());
  }
  if (!follows_.has(call.tool.id, path) &&
      follows_.count(call.tool.id) >= options_.follows_per_tool) {
    return refuse(Why::kLimit,
                  fmt::format("follows of the tool: {} is the limit", options_.follows_per_tool));
  }
  follows_.put(call.tool.id, path, *request);
  Listing reply{"{"};
  reply.open("streams");
  if (request->streams)
    streams_.each(path, [&](const Stream& s) { return reply.add(up_event(s)); });
  reply.close();
  reply.open("latest");
  if (request->latest) {
    metadata_.each(path, [&](std::string_view stream, const Metadata::Values& values) {
      return reply.add(meta_event(stream, values.back().timestamp, *values.back().data));
    });
  }
  reply.close();
  return Reply{reply.finish()};
}

Outcome<Hub::State::Reply> Hub::State::unfollow(const Call& call) {
  if (auto good = check_path(call.frame.scope); !good) return fail(good.error());
  follows_.remove(call.tool.id, call.frame.scope);
  return Reply{};
}

}  // namespace so::hub
