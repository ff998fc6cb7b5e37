#include "calls.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "amf/json.h"
#include "amf/references.h"
#include "base/utf8.h"
#include "client.h"
#include "json/write.h"
#include "translation.h"

namespace so::ingest {
namespace {

constexpr std::string_view kFailed = "NetConnection.Call.Failed";

// What a server says to a client, and nobody else may in its name.
bool is_ours(std::string_view method) {
  constexpr auto kOurs = std::to_array<std::string_view>(
      {"onStatus", "onBWDone", "onFCPublish", "onFCUnpublish", "onFCSubscribe", "onFCUnsubscribe",
       "onFMLEStart", "close", "connect"});
  return method.starts_with('_') || std::ranges::find(kOurs, method) != kOurs.end();
}

std::string args_of(const amf::Values& values) {
  json::Writer args;
  args.array();
  for (const amf::Value& value : values) args.raw(amf::to_json(common_form(value)));
  return args.end().take();
}

Result<amf::Values> values_of(json::Element event) {
  amf::Values values;
  const auto args = json::member(event, "args");
  if (!args || !args->is_array()) return values;
  const json::Array items = args->get_array().value_unsafe();
  for (const json::Element item : items) {
    auto value = amf::from_json(item);
    if (!value) return fail(value.error());
    values.push_back(std::move(*value));
  }
  return values;
}

// {"result":V}
Result<amf::Value> value_of(std::string_view body) {
  json::Parser parser;
  const auto parsed = parser.parse(body);
  if (!parsed) return fail(parsed.error());
  const auto result = json::member(*parsed, "result");
  if (!result) return amf::Value::null();
  return amf::from_json(*result);
}

// What Flash is told besides: the data of the error where Red5 has them, and the bus's code.
amf::Members details(const bus::Reply& reply) {
  amf::Members members;
  if (!reply.data.empty()) {
    auto data = amf::from_json(reply.data);
    members.push_back({"application", data ? *data : amf::Value::string(reply.data)});
  }
  members.push_back({"error", amf::Value::string(reply.code)});
  return members;
}

// What a client has answered by _error, mostly an object that is also there as JSON. One that knows
// us says with "error" what we say.
bus::CallResult failure_of(const amf::Value& value, std::string_view text) {
  bus::CallResult result{.code = "failed", .value = text};
  const amf::Value* words = value.find("description");
  if (words == nullptr) words = value.find("code");
  const auto message = words != nullptr ? words->as_string() : value.as_string();
  if (message && is_utf8(as_bytes(*message))) result.message = *message;
  const amf::Value* code = value.find("error");
  if (code == nullptr) return result;
  if (code->as_string() == "no_method") result.code = "no_method";
  if (code->as_string() == "limit") result.code = "limit";
  return result;
}

}  // namespace

void Calls::call(net::ConnId id, const std::string& scope, const rtmp::Call& call) {
  if (std::ranges::any_of(call.arguments, amf::has_reference)) {
    return clients_.find(id)->error(call.transaction, kFailed,
                                    "An argument holds itself, or too many copies of another.",
                                    details({.code = "bad_request"}));
  }
  const std::string body = bus::call_body({.args = args_of(call.arguments)});
  if (call.transaction == 0) return hub_.call(member_of(id), scope, call.name, body);
  hub_.call(member_of(id), scope, call.name, body,
            [this, id, transaction = call.transaction](const bus::Reply& reply) {
              answered(id, transaction, reply);
            });
}

void Calls::answered(net::ConnId id, double transaction, const bus::Reply& reply) {
  rtmp::ServerSession* session = clients_.find(id);
  if (session == nullptr) return;
  if (!reply.ok()) {
    session->error(transaction, kFailed, reply.message.empty() ? reply.code : reply.message,
                   details(reply));
  } else if (const auto value = value_of(reply.body)) {
    session->result(transaction, *value);
  } else {
    session->error(transaction, kFailed, "The result cannot be said in AMF: " + value.error().text,
                   details({.code = "failed"}));
  }
  clients_.turn(id);
}

void Calls::called(const wire::FrameView& event, TimePoint now) {
  const auto id = static_cast<net::ConnId>(event.header.member);
  json::Parser parser;
  const auto body = parser.parse(event.body);
  if (!body) return;
  const Open open{std::string{json::text(*body, "call").value_or("")},
                  now + Millis{json::integer(*body, "timeout").value_or(0)}};
  const auto refuse = [&](std::string_view code, std::string_view why) {
    hub_.answer(event.header.member, open.call, {.code = code, .message = why});
  };
  if (clients_.find(id) == nullptr) return refuse("gone", "the client has left");
  if (is_ours(event.name)) return refuse("no_method", "no client may be called that");
  const auto unanswered = open_.find(id);
  if (unanswered != open_.end() && unanswered->second.size() >= kUnanswered) {
    return refuse("limit", "the client does not answer");
  }
  if (const std::string why = ask(id, *body, open); !why.empty()) return refuse("failed", why);
}

// Empty: it was asked. Else why not.
std::string Calls::ask(net::ConnId id, json::Element event, const Open& open) {
  const auto values = values_of(event);
  if (!values) return "the arguments cannot be said in AMF: " + values.error().text;
  const std::string method{json::text(event, "method").value_or("")};
  open_[id].emplace(clients_.find(id)->call(method, *values), open);
  clients_.turn(id);
  return {};
}

void Calls::reply(net::ConnId id, const rtmp::Reply& reply) {
  const auto calls = open_.find(id);
  if (calls == open_.end()) return;
  const auto open = calls->second.extract(reply.transaction);
  if (calls->second.empty()) open_.erase(calls);
  if (open.empty()) return;
  const amf::Value value = reply.values.empty() ? amf::Value::null() : reply.values.front();
  const std::string text = amf::to_json(common_form(value));
  const std::string& call = open.mapped().call;
  if (amf::has_reference(value)) {
    return hub_.answer(member_of(id), call,
                       {.code = "failed", .message = "the result holds itself"});
  }
  reply.failed ? hub_.answer(member_of(id), call, failure_of(value, text))
               : hub_.answer(member_of(id), call, {.value = text});
}

void Calls::tick(TimePoint now) {
  for (auto& [id, calls] : open_) {
    rtmp::ServerSession* session = clients_.find(id);
    std::erase_if(calls, [&](const auto& each) {
      if (each.second.due > now) return false;
      if (session != nullptr) session->forget_call(each.first);
      return true;
    });
  }
  std::erase_if(open_, [](const auto& each) { return each.second.empty(); });
}

}  // namespace so::ingest
