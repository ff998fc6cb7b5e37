#include "hub/hub.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "hub/state.h"

namespace so::hub {

Hub::Hub(Options options, Sources sources)
    : state_(std::make_unique<State>(std::move(options), std::move(sources))) {}
Hub::~Hub() = default;

void Hub::apply(ToolId from, const wire::FrameView& request, TimePoint now, Effects& out,
                Wording wording) {
  state_->apply(from, request, now, out, wording);
}
Intent Hub::examine(ToolId from, const wire::FrameView& request) {
  return state_->examine(from, request);
}
bool Hub::is_inside(ToolId from, const wire::FrameView& request) const {
  return state_->is_inside(from, request);
}
bool Hub::has(ToolId from, const wire::FrameView& undo) const {
  return state_->has(from, undo);
}
void Hub::turn_down(ToolId from, const wire::FrameView& request, const Denial& why, TimePoint now,
                    Effects& out) {
  state_->turn_down(from, request, why, now, out);
}
void Hub::watch(policy::Topics topics) {
  state_->watch(topics);
}
std::optional<TimePoint> Hub::deadline() const {
  return state_->deadline();
}
void Hub::tick(TimePoint now, Effects& out) {
  state_->tick(now, out);
}

void Hub::set_policy(std::shared_ptr<const policy::Policy> policy, TimePoint now, Effects& out) {
  state_->set_policy(std::move(policy), now, out);
}

Totals Hub::totals() const {
  return state_->totals();
}

Outcome<void> Hub::restore(const StoredObject& stored, TimePoint now) {
  return state_->restore(stored, now);
}
void Hub::revert(StoreId id, const std::optional<StoredObject>& stored, bool shown, TimePoint now,
                 Effects& out) {
  state_->revert(id, stored, shown, now, out);
}

wire::Frame not_stored(const wire::Frame& reply, std::string_view why) {
  wire::Frame frame;
  frame.header = {
      .kind = wire::Kind::kError, .request = reply.header.request, .member = reply.header.member};
  frame.body = error_body({Why::kStorage, std::string{why}});
  return frame;
}

wire::Frame malformed(const Error& error) {
  const Why why = error.code == Code::kRefused ? Why::kVersion : Why::kBadRequest;
  wire::Frame frame;
  frame.header.kind = wire::Kind::kError;
  frame.body = error_body({why, error.text});
  return frame;
}

Hub::State::State(Options options, Sources sources)
    : options_(std::move(options)),
      sources_(std::move(sources)),
      parser_({.bytes = wire::kMaxBody, .depth = options_.depth}),
      scopes_(options_, sources_.wall, seen_),
      objects_(options_, sources_.random, sources_.wall, seen_),
      metadata_({.streams = options_.metadata,
                 .values = options_.metadata_values,
                 .bytes = options_.metadata_bytes}),
      mailboxes_(options_, {.random = sources_.random, .wall = sources_.wall, .number = [this] {
                              return objects_.take_number();
                            }}) {
  totals_.started = sources_.wall();
  assert(options_.object_bytes <= Options{}.object_bytes);  // a snapshot is one frame
}

// The reply has its place before the events that the request causes. A tool that is not known has
// caused none, and is told so even if it wants no reply: it must announce itself again.
void Hub::State::apply(ToolId from, const wire::FrameView& request, TimePoint now, Effects& out,
                       Wording wording) {
  const std::size_t place = reserve_reply(request, out);
  respond(from, request, answer(from, request, now, out, wording), place, out);
}

std::size_t Hub::State::reserve_reply(const wire::FrameView& request, Effects& out) {
  const std::size_t place = out.sends.size();
  if (request.header.request != 0) out.sends.emplace_back();
  return place;
}

void Hub::State::respond(ToolId from, const wire::FrameView& request, Outcome<Reply> reply,
                         std::size_t place, Effects& out) {
  record(out);
  count(request.header.kind, reply);
  const bool unknown = !reply && reply.error().why == Why::kUnknownTool;
  if (unknown) out.gone.push_back(from);
  if (request.header.request == 0) {
    if (!unknown) return;
    out.sends.emplace_back();
  }
  if (reply && reply->later) {
    out.sends.erase(out.sends.begin() + static_cast<std::ptrdiff_t>(place));
    return;
  }
  Send& send = out.sends[place];
  send.to = {from};
  if (reply) send.about = reply->about;
  send.frame.header = {.kind = reply ? wire::Kind::kDone : wire::Kind::kError,
                       .request = request.header.request,
                       .member = request.header.member,
                       .epoch = reply ? reply->epoch : 0,
                       .version = reply ? reply->version : 0};
  send.frame.body = reply ? std::move(reply->body) : error_body(reply.error());
}

Outcome<Hub::State::Reply> Hub::State::answer(ToolId from, const wire::FrameView& request,
                                              TimePoint now, Effects& out, Wording wording) {
  const auto tool = tools_.find(from);
  if (tool != tools_.end()) {
    tool->second.expires = now + options_.lease;
  } else if (request.header.kind != wire::Kind::kHello) {
    return refuse(Why::kUnknownTool, "no hello yet, or the lease ran out");
  }
  const auto body = read_body(request.body);
  if (!body) return fail(body.error());
  if (request.header.kind == wire::Kind::kHello) return hello(from, *body, now, out);
  auto visitor = visitor_of(request.header.kind, *body);
  if (!visitor) return fail(visitor.error());
  return dispatch({tool->second, request, *body, now, out, wording, *std::move(visitor)});
}

// The others are of members, or have claims of their own.
Outcome<Visitor> Hub::State::visitor_of(wire::Kind request, json::Element body) const {
  using wire::Kind;
  constexpr std::array kOfVisitors{Kind::kChange, Kind::kGet,     Kind::kList,       Kind::kDrop,
                                   Kind::kStat,   Kind::kCall,    Kind::kMembers,    Kind::kEmit,
                                   Kind::kNotify, Kind::kHistory, Kind::kAcknowledge};
  const bool may = std::find(kOfVisitors.begin(), kOfVisitors.end(), request) != kOfVisitors.end();
  if (!may) return Visitor{};
  return Visitor::read(body, options_);
}

Outcome<json::Element> Hub::State::read_body(std::string_view body) {
  const auto value = parser_.parse(body.empty() ? "{}" : body);
  if (!value) return refuse(Why::kBadRequest, "body: " + value.error().text);
  if (!value->is_object()) return refuse(Why::kBadRequest, "body is not an object");
  return *value;
}

// NOLINTNEXTLINE(readability-function-size): a table
Outcome<Hub::State::Reply> Hub::State::dispatch(const Call& call) {
  using wire::Kind;
  switch (call.frame.header.kind) {
    case Kind::kBeat:
      return Reply{};
    case Kind::kBye:
      return bye(call);
    case Kind::kJoin:
      return join(call);
    case Kind::kLeave:
      return leave(call);
    case Kind::kUse:
      return use(call);
    case Kind::kRelease:
      return release(call);
    case Kind::kChange:
      return change(call);
    case Kind::kGet:
      return get(call);
    case Kind::kList:
      return list(call);
    case Kind::kMembers:
      return roll_call(call);
    case Kind::kPublish:
      return publish(call);
    case Kind::kUnpublish:
      return unpublish(call);
    case Kind::kMeta:
      return meta(call);
    case Kind::kHistory:
      return history(call);
    case Kind::kFollow:
      return follow(call);
    case Kind::kUnfollow:
      return unfollow(call);
    case Kind::kDrop:
      return drop(call);
    case Kind::kServe:
      return serve(call);
    case Kind::kUnserve:
      return unserve(call);
    case Kind::kCall:
      return begin_call(call);
    case Kind::kResult:
      return result(call);
    case Kind::kKick:
      return kick(call);
    case Kind::kAsk:
      return ask(call);
    case Kind::kStat:
      return stat(call);
    case Kind::kTime:
      return time(call);
    case Kind::kRates:
      return rates(call);
    case Kind::kRegister:
      return register_reader(call);
    case Kind::kUnregister:
      return unregister_reader(call);
    case Kind::kNotify:
      return notify(call);
    case Kind::kAcknowledge:
      return acknowledge(call);
    case Kind::kEmit:
      return emit(call);
    case Kind::kHello:
    case Kind::kDone:
    case Kind::kError:
    case Kind::kChanged:
    case Kind::kMember:
    case Kind::kStream:
    case Kind::kMetadata:
    case Kind::kGap:
    case Kind::kCalled:
    case Kind::kKicked:
    case Kind::kMail:
    case Kind::kReplaced:
    case Kind::kMessage:
    case Kind::kBroadcast:
      break;
  }
  return refuse(Why::kBadRequest, fmt::format("kind 0x{:02x} is not a request",
                                              static_cast<unsigned>(call.frame.header.kind)));
}

std::optional<TimePoint> Hub::State::deadline() const {
  std::optional<TimePoint> first = objects_.deadline();
  const auto sooner = [&](std::optional<TimePoint> due) {
    if (due && (!first || *due < *first)) first = due;
  };
  sooner(empty_rooms_.next());
  sooner(calls_.deadline());
  sooner(mailboxes_.deadline());
  for (const auto& [id, tool] : tools_) sooner(tool.expires);
  return first;
}

void Hub::State::tick(TimePoint now, Effects& out) {
  const auto expired = [&](const auto& each) { return each.second.expires <= now; };
  for (auto at = std::find_if(tools_.begin(), tools_.end(), expired); at != tools_.end();
       at = std::find_if(tools_.begin(), tools_.end(), expired)) {
    out.gone.push_back(at->first);
    end(at->second, now, out);
  }
  end_late_calls(now, out);
  mailboxes_.tick(now);
  while (Scope* home = objects_.tick(now)) prune(home);
  while (Scope* room = empty_rooms_.take(now)) prune(room);
  record(out);
}

void Hub::State::record(Effects& out) {
  for (Record& record : objects_.take_records()) out.records.push_back(std::move(record));
  for (Record& record : mailboxes_.take_records()) out.records.push_back(std::move(record));
  if (seen_.empty()) return;
  for (Observation& each : seen_.take()) out.seen.push_back(std::move(each));
}

}  // namespace so::hub
