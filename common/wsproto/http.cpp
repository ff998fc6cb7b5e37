#include "wsproto/http.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "json/fault.h"
#include "json/members.h"
#include "json/write.h"
#include "wsproto/chat.h"

namespace so::wsproto {
namespace {

using Query = std::span<const std::pair<std::string, std::string>>;

std::optional<std::string_view> parameter(Query query, std::string_view name) {
  const auto found = std::find_if(query.begin(), query.end(),
                                  [&](const auto& each) { return each.first == name; });
  if (found == query.end()) return std::nullopt;
  return found->second;
}

Refusal refuse(std::string_view code, std::string message) {
  return {{}, std::string{code}, std::move(message)};
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 19 && std::all_of(text.begin(), text.end(), is_digit);
}

std::string plain_number(std::string_view digits) {
  return std::to_string(std::stoull(std::string{digits}));
}

// EPOCH-NUMBER, as the id of an event has it.
bool add_position(json::Writer& to, std::string_view text, std::string_view number) {
  const std::size_t hyphen = text.find('-');
  if (hyphen == std::string_view::npos || !is_number(text.substr(hyphen + 1))) return false;
  to.key("epoch")
      .string(text.substr(0, hyphen))
      .key(number)
      .raw(plain_number(text.substr(hyphen + 1)));
  return true;
}

/// Makes the text of a request from the address and the body.
class Maker {
 public:
  Maker(const HttpCall& call, std::string value) : call_(call), value_(std::move(value)) {}

  std::variant<std::string, Refusal> make() {
    if (call_.method == "GET") {
      read();
    } else {
      write();
    }
    if (refusal_) return *refusal_;
    return out_.end().take();
  }

 private:
  [[nodiscard]] std::optional<std::string_view> given(std::string_view name) const {
    return parameter(call_.query, name);
  }

  void begin(std::string_view op) { out_.object().key("op").string(op); }
  void wrong(std::string text) {
    if (!refusal_) refusal_ = refuse("bad_request", std::move(text));
  }
  void add_text(std::string_view name) {
    if (const auto text = given(name)) out_.key(name).string(*text);
  }
  void add_number(std::string_view name) {
    const auto text = given(name);
    if (!text) return;
    if (!is_number(*text)) return wrong(fmt::format("{} is not a whole number", name));
    out_.key(name).raw(plain_number(*text));
  }

  /// `?force` and `?force=true`.
  bool flag(std::string_view name) {
    const auto text = given(name);
    if (!text || *text == "false" || *text == "0") return false;
    if (!text->empty() && *text != "true" && *text != "1")
      wrong(fmt::format("{} is not true or false", name));
    return true;
  }

  void read() {
    if (given("object")) {
      begin("get");
      add_text("object");
      add_text("key");
      add_number("last");
      const auto since = given("since");
      if (since && !add_position(out_, *since, "version")) wrong("since is not EPOCH-VERSION");
      return;
    }
    begin(given("members") ? "members" : given("stat") ? "stat" : "list");
    if (const auto stat = given("stat")) out_.key("list").boolean(*stat == "list");
  }

  // POST puts a note into it, DELETE takes out what was dealt with.
  void mailbox() {
    const bool acknowledged = call_.method == "DELETE";
    begin(acknowledged ? "ack" : "notify");
    const std::string_view identity = *given("mailbox");
    if (!identity.empty()) out_.key("identity").string(identity);
    if (acknowledged) {
      if (!add_position(out_, given("upto").value_or(""), "seq")) wrong("upto is not EPOCH-NUMBER");
      return;
    }
    if (value_.empty()) return wrong("the body is empty");
    out_.key("message").raw(value_);
    add_text("producer");
    add_number("seq");
  }

  void write() {
    if (given("mailbox")) return mailbox();
    if (call_.method == "DELETE") {
      begin("delete");
      if (!given("object") || !given("key")) wrong("object and key say what is deleted");
      add_text("object");
      add_text("key");
      return add_order();
    }
    if (given("event")) {
      begin("emit");
      out_.key("name").string(*given("event"));
      add_text("to");
      add_text("route");
      if (!value_.empty()) out_.key("data").raw(value_);
      return;
    }
    if (value_.empty()) return wrong("the body is empty");
    if (given("handler")) {
      begin("send");
      add_text("object");
      add_text("handler");
      out_.key("args").raw(value_);
      return add_order();
    }
    const bool line = !given("object") && !given("key");
    begin("set");
    if (!line && (!given("object") || !given("key"))) wrong("object and key say what is set");
    out_.key("object").string(line ? kChatObject : given("object").value_or(""));
    out_.key("key").string(line ? "message" : given("key").value_or(""));
    out_.key("value").raw(value_).key("force").boolean(line || flag("force"));
    add_order();
  }

  void add_order() {
    add_number("expect");
    add_text("producer");
    add_number("seq");
  }

  const HttpCall& call_;
  std::string value_;  // JSON; empty: none
  json::Writer out_;
  std::optional<Refusal> refusal_;
};

bool can_be_asked(wire::Kind kind) {
  using wire::Kind;
  constexpr std::array kKinds{Kind::kChange, Kind::kGet,     Kind::kList,       Kind::kStat,
                              Kind::kDrop,   Kind::kEmit,    Kind::kMembers,    Kind::kCall,
                              Kind::kNotify, Kind::kHistory, Kind::kAcknowledge};
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

// What only who is in a scope may do, or has a mailbox by being there.
bool visits(wire::Kind kind) {
  using wire::Kind;
  return kind == Kind::kChange || kind == Kind::kEmit || kind == Kind::kCall ||
         kind == Kind::kNotify || kind == Kind::kAcknowledge;
}

constexpr std::size_t kMaxKey = 64;

std::string once_member(std::string_view key) {
  json::Writer text;
  text.object().key("once").string(key);
  return std::string{json::members_of(text.end().take())};
}

// What says by itself what makes it another than the one before.
bool counts_itself(json::Parser& parser, std::string_view text) {
  const auto message = parser.parse(text);
  return message && (json::member(*message, "once") || json::member(*message, "producer"));
}

// One that comes without a connection, to be done once under the key.
std::variant<Request, Refusal> read_one(json::Parser& parser, std::string_view text,
                                        const std::string& once) {
  const bool counts = !once.empty() && counts_itself(parser, text);
  auto parsed = parse_request(parser, text);
  auto* const request = std::get_if<Request>(&parsed);
  if (request == nullptr || request->ping) return parsed;
  if (request->refresh || !can_be_asked(request->kind)) {
    return Refusal{request->id, "bad_request", "this needs a connection that stays"};
  }
  if (!once.empty() && (request->kind == wire::Kind::kEmit || request->kind == wire::Kind::kCall ||
                        request->kind == wire::Kind::kNotify)) {
    return Refusal{request->id, "bad_request", "only changes of objects are done once"};
  }
  if (request->kind == wire::Kind::kChange && !once.empty() && !counts) {
    request->body = json::with_members(std::move(request->body), once_member(once));
  }
  if (visits(request->kind))
    request->body = json::with_members(std::move(request->body), R"("visit":true)");
  return parsed;
}

std::variant<HttpRequests, Refusal> read_list(json::Parser& parser, json::Array list,
                                              std::string_view once) {
  HttpRequests requests{.all = {}, .list = true};
  if (list.size() == 0 || list.size() > HttpRequests::kMost) {
    return refuse("bad_request", fmt::format("a list has 1 to {} requests", HttpRequests::kMost));
  }
  std::vector<std::string> texts;
  for (const json::Element each : list) texts.push_back(json::compact(each));
  for (const std::string& text : texts) {
    // A header's value begins with no blank: this is the key of nothing else.
    const std::string key = once.empty() ? "" : fmt::format(" {} {}", requests.all.size(), once);
    requests.all.push_back(read_one(parser, text, key));
  }
  return requests;
}

Refusal broken(std::string_view body, const Error& error) {
  const std::string where = where_broken(body);
  return refuse("bad_json", where.empty() ? error.text : fmt::format("{}: {}", error.text, where));
}

}  // namespace

std::string where_broken(std::string_view text) {
  const auto at = json::fault(text);
  if (!at) return {};
  const std::string_view before = text.substr(0, *at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t begin = before.rfind('\n');
  const std::size_t column = begin == std::string_view::npos ? *at + 1 : *at - begin;
  return fmt::format("line {}, column {} (byte {})", line, column, *at);
}

bool is_of_room(Query query) {
  constexpr std::array<std::string_view, 4> kNames{"object", "members", "list", "stat"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view name) { return parameter(query, name).has_value(); });
}

std::variant<HttpRequests, Refusal> read_http(json::Parser& parser, const HttpCall& call) {
  if (call.once.size() > kMaxKey) return refuse("bad_request", "Idempotency-Key is over 64 bytes");
  std::string value;
  if (call.text && is_utf8(as_bytes(call.body))) {
    json::append_string(value, call.body);
  } else if (call.text) {
    return refuse("bad_request", "the body is not UTF-8");
  } else if (!call.body.empty()) {
    const auto parsed = parser.parse(call.body);
    if (!parsed) return broken(call.body, parsed.error());
    if (parameter(call.query, "request") && parsed->is_array()) {
      return read_list(parser, parsed->get_array().value_unsafe(), call.once);
    }
    value = json::compact(*parsed);
  }
  std::string text = value;
  if (!parameter(call.query, "request") || call.method == "GET") {
    auto made = Maker{call, value}.make();
    if (auto* const refusal = std::get_if<Refusal>(&made)) return std::move(*refusal);
    text = std::get<std::string>(std::move(made));
  }
  HttpRequests requests;
  requests.all.push_back(read_one(parser, text, std::string{call.once}));
  return requests;
}

}  // namespace so::wsproto
