#include "bus/http_decider.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "bus/question.h"
#include "net/address.h"

namespace so::bus {

HttpDecider::HttpDecider(net::Loop& loop, std::string url, Tell tell)
    : loop_(&loop), name_(std::move(url)), tell_(std::move(tell)) {
  if (auto good = look_up(); !good) log::error("hook: {}: {}", name_, good.error().text);
}

Status HttpDecider::look_up() {
  auto parsed = net::parse_url(name_);
  if (!parsed) return fail(parsed.error());
  const auto found = net::resolve_all(parsed->address);
  if (!found) return fail(found.error());
  url_ = *std::move(parsed);
  address_ = net::to_address(found->front());
  return {};
}

bool HttpDecider::ask(std::uint64_t ticket, std::string_view, std::string_view question) {
  if (!address_ || waiting_.size() >= kWaiting || !breaker_.may(loop_->now())) return false;
  std::string request = net::json_post(url_, question);
  if (open_.size() < kOpen) {
    start(ticket, std::move(request));
  } else {
    waiting_.emplace_back(ticket, std::move(request));
  }
  return true;
}

void HttpDecider::start(std::uint64_t ticket, std::string request) {
  open_.emplace(ticket, std::make_unique<net::HttpPost>(
                            *loop_, *address_, std::move(request),
                            [this, ticket](const auto& answer) { heard(ticket, answer); }));
}

void HttpDecider::start_next() {
  while (open_.size() < kOpen && !waiting_.empty()) {
    auto [ticket, request] = std::move(waiting_.front());
    waiting_.pop_front();
    start(ticket, std::move(request));
  }
}

void HttpDecider::forget(std::uint64_t ticket, bool late) {
  const bool asked = open_.erase(ticket) > 0;
  std::erase_if(waiting_, [&](const auto& each) { return each.first == ticket; });
  if (late && asked) {
    failed("no answer in time");
  } else {
    breaker_.given_up();
  }
  start_next();
}

void HttpDecider::heard(std::uint64_t ticket, const Result<net::HttpAnswer>& came) {
  auto answer = read(came);
  answer ? breaker_.success() : failed(answer.error().text);
  const auto over = open_.extract(ticket);  // ends with this call: its connection is our caller
  start_next();
  tell_(ticket, answer ? *answer : Answer{});
}

Result<Answer> HttpDecider::read(const Result<net::HttpAnswer>& answer) {
  constexpr int kOk = 200;
  if (!answer) return fail(answer.error());
  if (answer->status() != kOk) {
    return fail(Code::kPeer, fmt::format("its status is {}", answer->status()));
  }
  const auto body = parser_.parse(answer->body());
  if (!body || !body->is_object()) return fail(Code::kPeer, "its answer is no JSON object");
  return read_answer(*body);
}

// While it rests, one in a while is tried: so the log has a bound.
void HttpDecider::failed(std::string_view why) {
  breaker_.failure(loop_->now());
  log::warn("hook: {}: {}{}", name_, why, breaker_.open() ? "; not asked for a while" : "");
}

}  // namespace so::bus
