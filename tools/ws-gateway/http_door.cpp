#include "http_door.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "ask_hub.h"
#include "json_reply.h"
#include "user_rates.h"
#include "wire/member.h"
#include "wsproto/reply.h"

namespace so::gateway {

using wsproto::Refusal;
using wsproto::Request;

namespace {

constexpr std::size_t kReads = 8;   // of all lists at a time: 10 ms of a hub inside, if large
constexpr std::size_t kAtOnce = 8;  // of one list: calls may take long
constexpr std::string_view kLimit = "limit";
constexpr std::string_view kTooLong = "the answers of the list are too long together";
constexpr std::string_view kTooManyLists = "the answers of all lists are too long together";
constexpr std::string_view kMethods = "GET, POST, PUT, DELETE";
constexpr std::string_view kHeaders = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID";

bool is_of_method(const net::HttpRequest& request) {
  const std::string& method = request.method;
  return method == "GET" || method == "POST" || method == "PUT" || method == "DELETE";
}

// A change that was not applied is done, in the words of scopewire.v1; HTTP has a word for it.
int status_of_done(const Request& request, std::string_view body) {
  if (request.kind != wire::Kind::kChange && request.kind != wire::Kind::kNotify) return 200;
  const bool conflict =
      body.starts_with(R"({"status":"cas")") || body.starts_with(R"({"status":"gap")");
  return conflict ? 409 : 200;
}

bool asks_much(const std::variant<Request, Refusal>& wanted) {
  const auto* const request = std::get_if<Request>(&wanted);
  return request != nullptr && !request->ping && reads(request->kind);
}

std::string id_of(const std::variant<Request, Refusal>& wanted) {
  return std::visit([](const auto& one) { return one.id; }, wanted);
}

}  // namespace

// An HTML form can be sent anywhere, with the cookies of where it is sent; but not as JSON.
std::optional<net::HttpReply> HttpDoor::refuse(const net::HttpRequest& request, bool by_cookie) {
  if (request.welcome == net::Welcome::kNo) {
    return refusal(403, "denied", "pages from " + request.origin + " may not ask here");
  }
  if (request.method == "OPTIONS") return net::preflight(kMethods, kHeaders);
  if (!is_of_method(request)) {
    net::HttpReply reply = refusal(405, "bad_request", "no such method");
    reply.headers.emplace_back("Allow", kMethods);
    return reply;
  }
  const bool by_page = !request.origin.empty() || by_cookie;
  const bool has_body = request.method == "POST" || request.method == "PUT";
  if (!request.if_none_match.empty() && request.method != "GET" && request.method != "HEAD") {
    return refusal(400, "bad_request", "If-None-Match is for GET");
  }
  if (by_page && has_body && !net::is_type(request.content_type, "application/json")) {
    return refusal(415, "bad_request", "pages, and who has a cookie, send application/json");
  }
  return std::nullopt;
}

void HttpDoor::ask(net::ConnId id, const Visit& visit, const net::HttpRequest& request,
                   std::string_view body) {
  auto read = wsproto::read_http(parser_, {.method = request.method,
                                           .query = request.query,
                                           .text = net::is_type(request.content_type, "text/plain"),
                                           .once = request.idempotency_key,
                                           .body = body});
  if (const auto* refused = std::get_if<Refusal>(&read)) {
    return doorway_.server.reply(
        id, refusal(status_of(refused->code), refused->code, refused->message));
  }
  auto& wanted = std::get<wsproto::HttpRequests>(read);
  const std::size_t count = wanted.all.size();
  waiting_.emplace(id, Waiting{.visit = visit,
                               .wanted = std::move(wanted.all),
                               .answers = std::vector<std::string>(count),
                               .list = wanted.list,
                               .if_none_match = request.if_none_match});
  turns_.push_back(id);
  take_turns();
}

void HttpDoor::take_turns() {
  while (!turns_.empty() && reads_ < kReads) {
    const net::ConnId id = turns_.front();
    turns_.pop_front();
    const auto found = waiting_.find(id);
    if (found != waiting_.end()) go_on(id, found->second);
  }
  tell_asked();
}

// Asks as much of it as it may now. What is behind a read waits for it: it may be the last one.
void HttpDoor::go_on(net::ConnId id, Waiting& waiting) {
  while (waiting.next < waiting.wanted.size()) {
    const bool reading = asks_much(waiting.wanted[waiting.next]);
    if (waiting.open > 0 && reading != waiting.reading) return;
    if (waiting.open >= (reading ? reads_at_once(waiting) : kAtOnce)) return;
    if (reading && reads_ >= kReads) return turns_.push_back(id);
    ask_next(id, waiting);
  }
  if (waiting.complete()) reply(id, waiting);
}

// As many as have room, if they are as large as the largest until now; one to know that.
std::size_t HttpDoor::reads_at_once(const Waiting& waiting) const {
  if (waiting.largest == 0) return 1;
  const std::size_t room = bounds_.list - std::min(bounds_.list, waiting.bytes);
  return std::clamp<std::size_t>(room / waiting.largest, 1, kAtOnce);
}

void HttpDoor::ask_next(net::ConnId id, Waiting& waiting) {
  const std::size_t index = waiting.next++;
  if (const auto refused = refuse_next(waiting)) return put(waiting, index, *refused);
  if (const auto* const refused = std::get_if<Refusal>(&waiting.wanted[index])) {
    return put(waiting, index, *refused);
  }
  auto& one = std::get<Request>(waiting.wanted[index]);
  if (one.scope.empty()) one.scope = waiting.visit.scope;
  name_identity(one, waiting.visit.user);
  const bool reading = asks_much(waiting.wanted[index]);
  const bool asked = !one.ping && ask_hub(doorway_.hub, member_of(id), one,
                                          [this, id, index, reading](const bus::Reply& reply) {
                                            answer(id, index, reading, reply);
                                          });
  if (!asked) return put(waiting, index, 200, wsproto::pong(one.id));
  ++waiting.open;
  waiting.reading = reading;
  if (reading) ++reads_;
}

// The one before `next`, for what it is not to blame for itself.
std::optional<Refusal> HttpDoor::refuse_next(Waiting& waiting) {
  const auto refused = [&](std::string_view code, std::string_view why) {
    return Refusal{id_of(waiting.wanted[waiting.next - 1]), std::string{code}, std::string{why}};
  };
  if (waiting.list && waiting.full.empty() && held_ >= bounds_.lists) {
    waiting.full = kTooManyLists;
    ++counters_.lists;
  }
  if (!waiting.full.empty()) return refused(kLimit, waiting.full);
  if (doorway_.rates.take(waiting.visit.user, Clock::now()) == UserRates::Verdict::kWithin) {
    return std::nullopt;
  }
  return refused(kFlood.code, kFlood.message);
}

void HttpDoor::answer(net::ConnId id, std::size_t index, bool reading, const bus::Reply& reply) {
  if (reading) --reads_;
  const auto found = waiting_.find(id);
  if (found != waiting_.end()) {
    Waiting& waiting = found->second;
    --waiting.open;
    put(waiting, index, reply);
    if (reading) waiting.largest = std::max(waiting.largest, waiting.answers[index].size());
    waiting.complete() ? this->reply(id, waiting) : turns_.push_back(id);
  }
  take_turns();
}

void HttpDoor::give_up(net::ConnId id) {
  if (!forget(id)) return;
  doorway_.server.reply(id, refusal(503, "hub_lost", "shutting down"));
}

void HttpDoor::when_asked(std::function<void()> then) {
  asked_.push_back(std::move(then));
  tell_asked();
}

void HttpDoor::tell_asked() {
  const auto more = [](const auto& each) { return each.second.next < each.second.wanted.size(); };
  if (asked_.empty() || std::any_of(waiting_.begin(), waiting_.end(), more)) return;
  for (const auto& then : std::exchange(asked_, {})) then();
}

void HttpDoor::put(Waiting& waiting, std::size_t index, const bus::Reply& reply) {
  const auto& one = std::get<Request>(waiting.wanted[index]);
  if (!reply.ok()) {
    return put(waiting, index, status_of(reply.code),
               reply.body.empty() ? wsproto::refused(one.id, reply.code, reply.message)
                                  : wsproto::refused(one.id, reply.body));
  }
  if (reply.epoch != 0) {
    waiting.etag = fmt::format("\"{}-{}\"", wire::hex64(reply.epoch), reply.version);
  }
  std::string text = wsproto::done(one.id, one.kind, {reply.epoch, reply.version}, reply.body);
  // Only of what reads it may be said that it was not done.
  if (waiting.list && asks_much(waiting.wanted[index]) && !fits(waiting, text.size())) {
    return put(waiting, index, Refusal{one.id, std::string{kLimit}, std::string{waiting.full}});
  }
  put(waiting, index, status_of_done(one, reply.body), std::move(text));
}

// From the first that does not, none does.
bool HttpDoor::fits(Waiting& waiting, std::size_t bytes) {
  if (!waiting.full.empty()) return false;
  if (waiting.bytes == 0 || waiting.bytes + bytes <= bounds_.list) return true;
  waiting.full = kTooLong;
  ++counters_.list;
  return false;
}

void HttpDoor::put(Waiting& waiting, std::size_t index, const Refusal& refusal) {
  put(waiting, index, status_of(refusal.code),
      wsproto::refused(refusal.id, refusal.code, refusal.message));
}

void HttpDoor::put(Waiting& waiting, std::size_t index, int status, std::string text) {
  waiting.bytes += text.size();
  held_ += text.size();
  waiting.answers[index] = std::move(text);
  waiting.status = status;
}

void HttpDoor::reply(net::ConnId id, Waiting& waiting) {
  net::HttpReply reply = json_reply(waiting.list ? 200 : waiting.status, "");
  if (!waiting.list) {
    reply.body = waiting.answers.front() + "\n";
    if (!waiting.etag.empty()) reply.headers.emplace_back("ETag", waiting.etag);
    const bool known = reply.status == 200 && !waiting.etag.empty() &&
                       net::names_tag(waiting.if_none_match, waiting.etag);
    if (known) reply.status = 304;
    if (known) reply.body.clear();
  } else {
    reply.body = "[";
    for (const std::string& answer : waiting.answers) {
      if (reply.body.size() > 1) reply.body += ",\n";
      reply.body += answer;
    }
    reply.body += "]\n";
  }
  if (reply.status == 429 || reply.status == 503) reply.headers.emplace_back("Retry-After", "1");
  forget(id);
  doorway_.server.reply(id, std::move(reply));
}

bool HttpDoor::forget(net::ConnId id) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return false;
  held_ -= found->second.bytes;
  waiting_.erase(found);
  return true;
}

}  // namespace so::gateway
