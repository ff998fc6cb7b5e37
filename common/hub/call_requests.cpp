#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "hub/events.h"
#include "hub/requests.h"
#include "hub/state.h"
#include "wire/path.h"

namespace so::hub {
namespace {

Outcome<void> check_method(std::string_view method) {
  auto good = wire::check_name("method", method, wire::kMaxObjectName);
  if (!good) return refuse(Why::kBadPath, good.error().text);
  return {};
}

// The caller's one reply.
void reply_to(const OpenCall& call, wire::Kind kind, std::string body, Effects& out) {
  if (call.request == 0) return;
  wire::Frame frame;
  frame.header = {.kind = kind, .request = call.request, .member = call.member};
  frame.body = std::move(body);
  out.sends.push_back({{call.caller}, std::move(frame), std::nullopt});
}

}  // namespace

Outcome<Hub::State::Reply> Hub::State::serve(const Call& call) {
  const auto request = Serve::read(call.body);
  if (!request) return fail(request.error());
  if (call.frame.header.member != 0) {
    return refuse(Why::kBadRequest, "member is not 0: only the tool itself serves");
  }
  const auto& [header, scope, method, body] = call.frame;
  if (auto good = scope == "/" ? Outcome<void>{} : scopes_.check(scope); !good) {
    return fail(good.error());
  }
  if (auto good = check_method(method); !good) return fail(good.error());
  const policy::Subject what{.scope = scope, .name = method};
  if (auto good = access_.check(policy::Action::kServe, what, who_asks(call)); !good) {
    return fail(good.error());
  }
  if (!methods_.has(call.tool.id, scope, method) &&
      methods_.count(call.tool.id) >= options_.methods_per_tool) {
    return refuse(Why::kLimit,
                  fmt::format("methods of the tool: {} is the limit", options_.methods_per_tool));
  }
  if (auto served = methods_.serve(call.tool.id, scope, method, request->share); !served) {
    return fail(served.error());
  }
  return Reply{};
}

Outcome<Hub::State::Reply> Hub::State::unserve(const Call& call) {
  if (auto good = check_path(call.frame.scope); !good) return fail(good.error());
  methods_.unserve(call.tool.id, call.frame.scope, call.frame.name);
  return Reply{};
}

// Members call from where they are; tools from anywhere.
Outcome<void> Hub::State::check_caller(const Call& call) const {
  const std::string_view scope = call.frame.scope;
  const std::uint64_t member = call.frame.header.member;
  if (member != 0) {
    if (auto good = check_presence(call); !good) return good;
  } else if (scope != "/") {
    if (auto good = scopes_.check(scope); !good) return good;
  }
  if (auto good = check_method(call.frame.name); !good) return good;
  const policy::Subject what{.scope = scope, .name = call.frame.name};
  if (auto good = access_.check(policy::Action::kCall, what, who_asks(call)); !good) return good;
  if (calls_.size() >= options_.calls) {
    return refuse(Why::kLimit, fmt::format("calls: {} is the limit", options_.calls));
  }
  if (calls_.count(call.tool.id) >= options_.calls_per_tool) {
    return refuse(Why::kLimit,
                  fmt::format("calls of the tool: {} is the limit", options_.calls_per_tool));
  }
  if (member != 0 && calls_.count(call.tool.id, member) >= options_.calls_per_member) {
    return refuse(Why::kLimit,
                  fmt::format("calls of the member: {} is the limit", options_.calls_per_member));
  }
  return {};
}

Outcome<const Member*> Hub::State::find_member(std::string_view id) const {
  const auto wanted = wire::member_id(id);
  if (!wanted) return refuse(Why::kBadRequest, "this is no member's id");
  for (const auto& [tool_id, tool] : tools_) {
    if (tool.incarnation != wanted->incarnation) continue;
    const auto member = tool.members.find(wanted->number);
    if (member != tool.members.end()) return &member->second;
  }
  return refuse(Why::kNotFound, fmt::format("no member {}", id));
}

Outcome<Callee> Hub::State::find_callee(const Call& call, std::string_view to) {
  const std::string_view scope = call.frame.scope;
  if (to.empty()) {
    const auto server = methods_.next(scope, call.frame.name);
    if (server) return Callee{*server};
    return refuse(Why::kNoMethod, fmt::format("no method {} in {}", call.frame.name, scope));
  }
  const auto member = find_member(to);
  if (!member) return fail(member.error());
  const Scope* room = scopes_.find(scope);
  if (scope != "/" && (room == nullptr || !room->members.contains((*member)->id))) {
    return refuse(Why::kNotFound, fmt::format("no member {} in {}", to, scope));
  }
  return Callee{(*member)->tool, (*member)->id.number};
}

Outcome<Hub::State::Reply> Hub::State::begin_call(const Call& call) {
  const auto request = Invoke::read(call.body, options_);
  if (!request) return fail(request.error());
  if (auto good = check_caller(call); !good) return fail(good.error());
  if (request->to && request->to->empty()) return refuse(Why::kBadRequest, "to is empty");
  const auto callee = find_callee(call, request->to.value_or(""));
  if (!callee) return fail(callee.error());

  const wire::Header& header = call.frame.header;
  OpenCall open;
  open.callee = *callee;
  open.caller = call.tool.id;
  open.member = header.member;
  open.request = header.request;
  const std::uint64_t number = calls_.add(open, call.now + request->timeout);
  // With the hub's incarnation, so that nothing said of a call can be about one of another hub.
  const std::string id = wire::to_text(wire::MemberId{sources_.incarnation, number});
  const std::string from = wire::to_text(wire::MemberId{call.tool.incarnation, header.member});
  const Called called{id, call.frame.scope, call.frame.name, request->args, from, request->timeout};
  wire::Frame event{{.kind = wire::Kind::kCalled, .member = callee->member},
                    std::string{call.frame.scope},
                    std::string{call.frame.name},
                    call_event(called)};
  tell({callee->tool}, std::move(event), callee->tool, call.out);
  return Reply{.body = {}, .later = true};
}

Outcome<Hub::State::Reply> Hub::State::result(const Call& call) {
  auto answer = Answered::read(call.body, options_);
  if (!answer) return fail(answer.error());
  const auto id = wire::member_id(answer->call);
  if (!id) return refuse(Why::kBadRequest, "call is no call's id");
  const OpenCall* open =
      id->incarnation == sources_.incarnation ? calls_.find(id->number) : nullptr;
  if (open == nullptr || open->callee.tool != call.tool.id ||
      open->callee.member != call.frame.header.member) {
    return refuse(Why::kGone, "nobody waits for this answer");
  }
  const OpenCall over = calls_.take(id->number);
  if (answer->refusal) {
    reply_to(over, wire::Kind::kError, error_body(*answer->refusal), call.out);
  } else {
    reply_to(over, wire::Kind::kDone, fmt::format(R"({{"result":{}}})", answer->value), call.out);
  }
  return Reply{};
}

void Hub::State::end_call(const OpenCall& over, const Refusal& why, Effects& out) {
  reply_to(over, wire::Kind::kError, error_body(why), out);
}

void Hub::State::end_calls_to(ToolId tool, std::optional<std::uint64_t> member, Effects& out) {
  for (const std::uint64_t number : calls_.to(tool, member)) {
    end_call(calls_.take(number), {Why::kGone, "whoever was called has left"}, out);
  }
}

void Hub::State::end_late_calls(TimePoint now, Effects& out) {
  while (const auto late = calls_.take_due(now)) {
    end_call(*late, {Why::kTimeout, "no answer in time"}, out);
  }
}

Outcome<Hub::State::Reply> Hub::State::kick(const Call& call) {
  const auto request = Kick::read(call.body);
  if (!request) return fail(request.error());
  const auto member = find_member(request->member);
  if (!member) return fail(member.error());
  for (const Scope* scope : (*member)->scopes) {  // as it leaves all of them
    auto good = access_.check(policy::Action::kKick, {.scope = scope->path}, who_asks(call));
    if (!good) return fail(good.error());
  }
  wire::Frame event{{.kind = wire::Kind::kKicked, .member = (*member)->id.number},
                    {},
                    {},
                    kick_event(request->member, request->reason)};
  tell({(*member)->tool}, std::move(event), (*member)->tool, call.out);
  return Reply{};
}

}  // namespace so::hub
