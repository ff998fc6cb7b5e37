#include "bus/method_decider.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "base/random.h"
#include "bus/call_bodies.h"
#include "bus/question.h"
#include "wire/member.h"

namespace so::bus {

using wire::Kind;

namespace {
constexpr Millis kBeat{5000};
}  // namespace

MethodDecider::MethodDecider(net::Loop& loop, Request request, Decider::Tell tell)
    : request_(std::move(request)),
      tell_(std::move(tell)),
      hello_(fmt::format(R"({{"tool":"hooks","incarnation":"{}"}})", wire::hex64(random_u64()))),
      reading_(loop, [this] { read_all(); }),
      beat_(loop, [this] { greet(); }) {}

// The lease may have run out since the last question: the same hello again is a beat.
void MethodDecider::greet() {
  request_({.header = {.kind = Kind::kHello}, .scope = {}, .name = {}, .body = hello_});
  if (open_.empty()) beat_.stop();
}

void MethodDecider::ask(std::uint64_t ticket, const Question& question) {
  if (open_.empty()) beat_.start(kBeat, kBeat);
  if (++last_ == 0) ++last_;
  const std::uint32_t number = last_;
  open_.emplace(number, ticket);
  greet();
  const std::string args = fmt::format("[{}]", question.question);
  const std::string body = call_body({.args = args, .timeout = question.timeout});
  request_({.header = {.kind = Kind::kCall, .request = number},
            .scope = question.scope,
            .name = question.method,
            .body = body});
}

void MethodDecider::forget(std::uint64_t ticket) {
  std::erase_if(open_, [&](const auto& each) { return each.second == ticket; });
}

// The hub may answer within the request: the answer is told later.
void MethodDecider::hear(wire::Frame frame) {
  if (!wire::is_reply(frame.header.kind) || frame.header.request == 0) return;
  heard_.push_back(std::move(frame));
  reading_.request();
}

void MethodDecider::read_all() {
  for (const wire::Frame& reply : std::exchange(heard_, {})) {
    const auto node = open_.extract(reply.header.request);
    if (!node.empty()) tell_(node.mapped(), read(reply));
  }
}

Answer MethodDecider::read(const wire::Frame& reply) {
  const auto wrong = [&](std::string_view why) {
    log::warn("hook: {}: {}", why, reply.body.substr(0, 200));
    return Answer{};
  };
  if (reply.header.kind == Kind::kError) return wrong("a call was not answered");
  const auto body = parser_.parse(reply.body);
  const auto result = body ? json::member(*body, "result") : std::nullopt;
  if (!result) return wrong("a call was answered without a result");
  auto answer = read_answer(*result);
  if (!answer) return wrong("an answer says nothing (" + answer.error().text + ")");
  return *std::move(answer);
}

}  // namespace so::bus
