// Remote calls over RTMP: NetConnection.call, and what a server calls on its client.
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "amf/common_form.h"
#include "amf/json.h"
#include "json/write.h"
#include "rtmp_door.h"

namespace so::ctl {
namespace {

Result<amf::Values> values_of(std::string_view args) {
  json::Parser parser;
  const auto list = parser.parse(args);
  if (!list) return fail(list.error());
  amf::Values values;
  if (!list->is_array()) return fail(Code::kUsage, "the arguments are not a list");
  const json::Array items = list->get_array().value_unsafe();
  for (const json::Element item : items) {
    auto value = amf::from_json(item);
    if (!value) return fail(value.error());
    values.push_back(std::move(*value));
  }
  return values;
}

std::string text_of(const amf::Value& information, std::string_view key) {
  const amf::Value* value = information.find(key);
  return std::string{value != nullptr ? value->as_string().value_or("") : ""};
}

}  // namespace

void RtmpDoor::call(const Calling& call, Done done) {
  if (!call.to.empty()) {
    return done({.code = "unsupported", .message = "RTMP calls no other member"});
  }
  const auto values = values_of(call.args);
  if (!values) return done({.code = "unsupported", .message = values.error().text});
  replied_ = std::move(done);
  transaction_ = session_->call(call.method, *values);
  if (call.timeout) call_timeout_.start(*call.timeout);
  turn();
}

void RtmpDoor::reply(const Reply& reply) {
  call_timeout_.stop();
  transaction_.reset();
  if (const Done replied = std::exchange(replied_, nullptr)) replied(reply);
}

// Our server's errors have the bus's code and data in them; another's are just failures.
void RtmpDoor::on(const rtmp::Reply& answer) {
  if (answer.transaction != transaction_) return;
  const amf::Value value = answer.values.empty() ? amf::Value::null() : answer.values.front();
  if (!answer.failed) {
    const std::string body =
        fmt::format(R"({{"result":{}}})", amf::to_json(amf::common_form(value)));
    return reply({.body = body});
  }
  const std::string code = text_of(value, "error");
  const std::string words = text_of(value, "description");
  const amf::Value* more = value.find("application");
  const std::string data = more != nullptr ? amf::to_json(amf::common_form(*more)) : std::string{};
  reply({.code = code.empty() ? "failed" : code, .message = words, .data = data});
}

void RtmpDoor::serve(std::string_view method, bool, Line called, Done done) {
  method_ = method;
  called_ = std::move(called);
  done({.body = member_});
}

// The call's id is its transaction: RTMP tells neither the caller nor how long it waits.
void RtmpDoor::on(const rtmp::Call& call) {
  const std::string id = fmt::format("{}", call.transaction);
  if (!called_ || call.name != method_) return result(id, {.code = "no_method"});
  json::Writer event;
  event.object().key("event").string("call").key("call").string(id);
  event.key("scope").string(scope_).key("method").string(call.name).key("args").array();
  for (const amf::Value& value : call.arguments) event.raw(amf::to_json(amf::common_form(value)));
  called_(event.end().end().take());
}

void RtmpDoor::result(std::string_view call, const bus::CallResult& result) {
  double transaction = 0;
  std::from_chars(call.data(), call.data() + call.size(), transaction);
  std::string words{result.message};
  if (result.code.empty()) {
    const auto value = amf::from_json(result.value.empty() ? "null" : result.value);
    if (value) {
      session_->result(transaction, *value);
      return turn();
    }
    words = "the result cannot be said in AMF: " + value.error().text;
  }
  amf::Members extra{{"error", amf::Value::string(result.code.empty() ? "failed" : result.code)}};
  const auto data = amf::from_json(result.value.empty() ? "null" : result.value);
  if (data && !result.value.empty()) extra.push_back({"application", *data});
  session_->error(transaction, "NetConnection.Call.Failed", words, extra);
  turn();
}

}  // namespace so::ctl
