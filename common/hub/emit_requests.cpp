#include "hub/emit_requests.h"

#include <utility>

#include <fmt/format.h>

#include "hub/events.h"
#include "hub/fields.h"
#include "hub/state.h"
#include "wire/path.h"

namespace so::hub {
namespace {

constexpr std::size_t kMaxRoute = 64;

}  // namespace

Outcome<Emit> Emit::read(json::Element body, const Options& options) {
  Fields in{body};
  Emit emit;
  emit.to = in.text("to");
  emit.route = in.text("route").value_or("");
  if (emit.to && !emit.route.empty()) in.wrong(Why::kBadRequest, "route", "comes beside to");
  if (emit.route.size() > kMaxRoute) in.wrong(Why::kLimit, "route", "is over the limit of 64");
  const auto data = in.value("data");
  if (in.refusal()) return fail(*in.refusal());
  if (data) emit.data = json::compact(*data);
  if (emit.data.size() <= options.value_bytes) return emit;
  return refuse(Why::kLimit, fmt::format("data of {} bytes is over the limit of {}",
                                         emit.data.size(), options.value_bytes));
}

// Members speak where they are, tools anywhere.
Outcome<void> Hub::State::may_emit(const Call& call) const {
  const std::string_view scope = call.frame.scope;
  auto name = wire::check_name("event name", call.frame.name, wire::kMaxObjectName);
  if (!name) return refuse(Why::kBadPath, name.error().text);
  if (call.frame.header.member != 0) {
    if (scope == "/") return refuse(Why::kNotJoined, "only a server reaches everybody");
    if (auto good = check_presence(call); !good) return good;
  } else if (scope != "/") {
    if (auto good = scopes_.check(scope); !good) return good;
  }
  return access_.check(policy::Action::kEmit, {.scope = scope, .name = call.frame.name},
                       who_asks(call));
}

Outcome<Hub::State::Reply> Hub::State::emit(const Call& call) {
  const auto request = Emit::read(call.body, options_);
  if (!request) return fail(request.error());
  if (auto good = may_emit(call); !good) return fail(good.error());
  const std::uint64_t number = call.frame.header.member;
  const std::string from =
      number == 0 ? "" : wire::to_text(wire::MemberId{call.tool.incarnation, number});
  const policy::Credentials* who = number == 0 ? nullptr : who_asks(call);
  std::string body = emit_event({.scope = call.frame.scope,
                                 .name = call.frame.name,
                                 .data = request->data,
                                 .from = from,
                                 .user = who == nullptr ? "" : who->first("sub")});
  if (request->to) return emit_to(call, *request->to, std::move(body));
  emit_to_all(call, request->route, std::move(body));
  return Reply{};
}

// As a call that its tool answers: whatever becomes of the connection, the sender is told.
Outcome<Hub::State::Reply> Hub::State::emit_to(const Call& call, std::string_view to,
                                               std::string body) {
  const auto member = find_member(to);
  if (!member) return fail(member.error());
  const std::string_view scope = call.frame.scope;
  const Scope* room = scopes_.find(scope);
  if (scope != "/" && (room == nullptr || !room->members.contains((*member)->id))) {
    return refuse(Why::kNotFound, fmt::format("no member {} in {}", to, scope));
  }
  if (calls_.size() >= options_.calls || calls_.count(call.tool.id) >= options_.calls_per_tool) {
    return refuse(Why::kLimit, "too many calls and messages are under way");
  }
  const Callee callee{(*member)->tool, (*member)->id.number};
  OpenCall open;
  open.callee = callee;
  open.caller = call.tool.id;
  open.member = call.frame.header.member;
  open.request = call.frame.header.request;
  const std::uint64_t number = calls_.add(open, call.now + options_.unicast_timeout);
  wire::Frame event{{.kind = wire::Kind::kMessage,
                     .member = callee.member,
                     .epoch = sources_.incarnation,
                     .version = number},
                    std::string{scope},
                    {},
                    std::move(body)};
  tell({callee.tool}, std::move(event), callee.tool, call.out);
  return Reply{.body = {}, .later = true};
}

void Hub::State::emit_to_all(const Call& call, std::string_view route, std::string body) {
  const std::string_view scope = call.frame.scope;
  std::vector<ToolId> tools;
  if (scope == "/") {
    for (const auto& [id, tool] : tools_) {
      if (!tool.members.empty()) tools.push_back(id);
    }
  } else if (const Scope* room = scopes_.find(scope)) {
    tools = room->present.tools();
  }
  wire::Frame event{{.kind = wire::Kind::kBroadcast, .member = call.frame.header.member},
                    std::string{scope},
                    std::string{route},
                    std::move(body)};
  tell(std::move(tools), std::move(event), call.tool.id, call.out);
}

}  // namespace so::hub
