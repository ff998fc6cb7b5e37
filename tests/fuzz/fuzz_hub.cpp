// Three tools send a hub what the input says, half of it well formed. Whatever it is: each request
// is answered once, and first unless it calls; what leaves is JSON in frames that can be sent; each
// tool's copies of the shared objects, made from replies and events alone, see versions rise by one
// and end as the hub's own; and when all tools are gone, nothing is left but what is persistent.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "../support/replica.h"
#include "hub/hub.h"
#include "wire/member.h"

using namespace so;

namespace {

void require(bool good) {
  if (!good) std::abort();
}

constexpr std::array<std::string_view, 8> kScopes{"/",    "/a", "/a/b", "/a/b/c",
                                                  "/a/o", "/z", "bad/", ""};
constexpr std::array<std::string_view, 4> kObjects{"o", "p", "q", ""};
constexpr std::array<std::string_view, 8> kValues{"null",
                                                  "1",
                                                  "1.0",
                                                  R"("x")",
                                                  R"([1,{"a":null}])",
                                                  R"("0123456789012345678901234567890123456")",
                                                  R"({"a":1,"b":2})",
                                                  "nonsense"};
constexpr std::array<std::string_view, 20> kBodies{
    "",
    R"({"presence":true,"info":{"n":1}})",
    R"({"presence":false,"quiet":true,"streams":false})",
    R"({"persistent":true})",
    R"({"persistent":false,"key":"k1"})",
    R"({"endpoint":"ipc://x","video":"h264"})",
    R"({"data":{"t":1},"timestamp":5})",
    R"({"data":"d","meta":false,"latest":true})",
    R"({"info":{"too":"long, this is too long for these options"}})",
    R"({"tool":"t","incarnation":"00000000000000ff"})",
    R"({"share":true,"args":[1,{"a":2}],"timeout":1000})",
    R"({"to":"0000000000000002-1","member":"0000000000000001-2","timeout":9000})",
    R"({"call":"0000000000000001-1","result":[1]})",
    R"({"call":"0000000000000001-2","error":{"message":"no","data":1}})",
    "[]",
    "{",
    R"({"claims":{"role":"host"},"presence":true})",
    R"({"claims":{"role":["guest",1]},"data":1})",
    R"({"action":"write","object":"o","key":"k3"})",
    R"({"action":"connect"})"};

// Of the requests about identities and events between clients, kinds 0x20 to 0x24.
constexpr std::array<std::string_view, 8> kPeople{
    "",
    R"({"lifetime":3000,"max_connections":2})",
    R"({"message":1})",
    R"({"message":"too long, this is too long for these options"})",
    R"({"message":{"a":[]},"producer":"P","seq":1})",
    R"({"message":2,"producer":"P","seq":2})",
    R"({"to":"0000000000000002-1","data":[1]})",
    R"({"data":"d","route":"chat"})"};

constexpr std::string_view kDenied = "k3";  // no guest writes it while there are rules

policy::Policy::Tables rules_and_objects() {
  policy::Policy::Tables tables;
  policy::Rule rule;
  rule.actions = policy::Actions{policy::Action::kWrite, policy::Action::kDelete};
  rule.key = policy::Glob{std::string{kDenied}};
  rule.claims = {{"role", {R"("guest")"}}};
  tables.rules.push_back(rule);
  rule = {};
  rule.actions = policy::Actions{policy::Action::kCreate};
  rule.scope = policy::ScopeGlob::parse("/a/b/*").value();
  tables.rules.push_back(rule);
  tables.limits.push_back({policy::ScopeGlob{}, policy::Glob{"o"}, {.attributes = 2}, 0});
  tables.objects.push_back(
      {policy::ScopeGlob::parse("/*/b").value(), "o", false, {{"k3", "7"}}, 0});
  return tables;
}

hub::Options tight() {
  hub::Options options;
  options.tools = 3;
  options.keep = Seconds{1};
  options.members_per_tool = 3;
  options.scopes_per_member = 4;
  options.uses_per_member = 3;
  options.info_bytes = 30;
  options.scopes = 6;
  options.objects = 5;
  options.objects_per_scope = 2;
  options.attributes = 3;
  options.value_bytes = 50;
  options.object_bytes = 100;
  options.data_bytes = 200;
  options.changes = 5;
  options.log_batches = 4;
  options.log_bytes = 400;
  options.all_log_bytes = 700;
  options.producers = 2;
  options.streams = 3;
  options.follows_per_tool = 2;
  options.metadata = 2;
  options.metadata_bytes = 60;
  options.methods_per_tool = 2;
  options.calls = 5;
  options.calls_per_tool = 3;
  options.calls_per_member = 2;
  options.call_bytes = 60;
  options.mailboxes = 2;
  options.messages = 3;
  options.mailbox_bytes = 150;
  options.all_mail_bytes = 200;
  options.identities_per_member = 2;
  options.readers = 2;
  options.mail_lifetime = Seconds{5};
  options.shortest_mail = Seconds{1};
  options.longest_mail = Seconds{10};
  return options;
}

class Game {
 public:
  explicit Game(ByteView input) : in_(input) {}

  void play() {
    for (std::uint8_t tool = 0; tool < 3; ++tool) hello(tool);
    while (in_.ok() && in_.left() > 0) step();
    for (const auto& [where, copy] : copies_) check(where, copy);
    end();
  }

 private:
  using Where = std::tuple<std::uint8_t, std::string, std::string>;  // tool, scope, object
  struct Copy {
    test::Replica replica;
    bool current = false;  // it has had every event since it was last synchronised
  };

  // flags: 0-1 tool, 2 raw frame, 3 no reply wanted, 4-7 time that passes
  void step() {
    const std::uint8_t flags = in_.u8();
    pass(Millis{(flags >> 4U) * 700});
    const auto tool = static_cast<std::uint8_t>(flags & 3U);
    if (tool == 3 && (flags & 4U) != 0) return set_policy((flags & 8U) != 0);
    if (tool == 3) return hello(flags >> 4U & 1U);
    if ((flags & 4U) != 0) {
      const auto raw = wire::read_frame(in_);
      if (raw && *raw) send(tool, **raw);
      return;
    }
    wire::Frame frame;
    const std::uint8_t kind = in_.u8();
    const bool people = kind >= 0xE0;
    frame.header.kind = static_cast<wire::Kind>(people ? 0x20 + kind % 5 : kind % 0x1C);
    frame.header.request = (flags & 8U) != 0 ? 0 : ++requests_;
    const std::uint8_t names = in_.u8();
    frame.header.member = names & 3U;
    frame.scope = kScopes.at(names >> 2U & 7U);
    frame.name = kObjects.at(names >> 5U & 3U);
    if (people) {
      frame.body = kPeople.at(in_.u8() % 8);
      frame.header.epoch = in_.u8() % 16;
      frame.header.version = in_.u8() % 8;
    } else {
      frame.body = frame.header.kind == wire::Kind::kChange ? batch() : kBodies.at(in_.u8() % 20);
    }
    send(tool, frame.view());
  }

  std::string batch() {
    const std::uint8_t shape = in_.u8();
    std::string body = R"({"changes":[)";
    for (unsigned i = 0; i < (shape & 7U); ++i) {
      if (i > 0) body += ',';
      body += change();
    }
    body += ']';
    if ((shape & 8U) != 0) body += R"(,"force":true)";
    if ((shape & 16U) != 0) body += fmt::format(R"(,"expect":{})", in_.u8() % 8);
    if ((shape & 32U) != 0) {
      const std::uint8_t producer = in_.u8();
      body += fmt::format(R"(,"producer":"P{}","seq":{})", producer & 3U, producer >> 2U & 7U);
    }
    return body + '}';
  }

  std::string change() {
    const std::uint8_t what = in_.u8();
    const unsigned key = what >> 2U & 3U;
    const std::string_view value = kValues.at(what >> 4U & 7U);
    if ((what & 3U) == 1) return fmt::format(R"({{"op":"delete","key":"k{}"}})", key);
    if ((what & 3U) == 2) return fmt::format(R"({{"op":"send","handler":"h","args":[{}]}})", value);
    if ((what & 3U) == 3) return R"({"op":"clear"})";
    return fmt::format(R"({{"op":"set","key":"k{}","value":{}}})", key, value);
  }

  void set_policy(bool any) {
    hub::Effects effects;
    hub_.set_policy(any ? std::make_shared<const policy::Policy>(rules_and_objects()) : nullptr,
                    now_, effects);
    deliver(effects);
  }

  // The second speaks for guests.
  void hello(std::uint8_t tool) {
    const std::string body =
        fmt::format(R"({{"tool":"t","incarnation":"000000000000000{}"{}}})", tool + 1,
                    tool == 1 ? R"(,"claims":{"role":"guest"})" : "");
    send(tool, {{.kind = wire::Kind::kHello, .request = ++requests_}, {}, {}, body});
  }

  // A use says what the tool's copy has, so that its reply brings the copy to the present.
  void send(std::uint8_t tool, wire::FrameView frame) {
    const Where where{tool, std::string{frame.scope}, std::string{frame.name}};
    if (frame.header.kind == wire::Kind::kUse) {
      const test::Replica& replica = copies_[where].replica;
      frame.header.epoch = wire::from_hex64(replica.epoch).value_or(0);
      frame.header.version = replica.version;
    }
    const bool is_bye = frame.header.kind == wire::Kind::kBye;
    hub::Effects effects;
    hub_.apply(hub::ToolId{tool}, frame, now_, effects);

    std::size_t replies = 0;
    for (const hub::Send& each : effects.sends) {
      if (!wire::is_reply(each.frame.header.kind)) continue;
      if (each.to.size() == 1 && calls_.contains({each.to.front(), each.frame.header.request})) {
        continue;  // deliver() looks at it
      }
      ++replies;
      require(&each == &effects.sends.front() && each.to == std::vector{hub::ToolId{tool}});
      require(each.frame.header.request == frame.header.request);
      require(each.frame.header.member == frame.header.member);
      if (frame.header.kind == wire::Kind::kUse) on_used(where, each.frame);
    }
    const bool unknown =
        std::count(effects.gone.begin(), effects.gone.end(), hub::ToolId{tool}) > 0;
    const bool asks =
        frame.header.kind == wire::Kind::kCall || frame.header.kind == wire::Kind::kEmit;
    const bool calls = asks && frame.header.request != 0;
    if (calls && replies == 0) calls_.insert({hub::ToolId{tool}, frame.header.request});
    require(replies == 1 || calls || (frame.header.request == 0 && (!unknown || is_bye)));
    if (frame.header.kind == wire::Kind::kUse && frame.header.request == 0) {
      copies_[where].current = false;  // nobody told it where it starts
    }
    deliver(effects);
    for (const hub::ToolId gone : effects.gone) forget_calls(gone);
  }

  // Nobody answers what a tool has called that is gone.
  void forget_calls(hub::ToolId tool) {
    std::erase_if(calls_, [&](const auto& call) { return call.first == tool; });
  }

  void on_used(const Where& where, const wire::Frame& reply) {
    if (reply.header.kind != wire::Kind::kDone) return;
    Copy& copy = copies_[where];
    if (reply.body.empty()) {  // quiet: the copy is current only if it was there already
      copy.current = copy.replica.epoch == wire::hex64(reply.header.epoch) &&
                     copy.replica.version == reply.header.version;
      return;
    }
    copy.replica.take(reply.body);
    copy.current = true;
    require(copy.replica.broken.empty());
    require(copy.replica.version == reply.header.version);
  }

  void deliver(const hub::Effects& effects) {
    for (const hub::Send& send : effects.sends) {
      Bytes bytes;
      wire::write_frame(send.frame.view(), bytes);
      require(send.frame.body.empty() || parser_.parse(send.frame.body));
      require(!send.to.empty() &&
              std::set(send.to.begin(), send.to.end()).size() == send.to.size());
      require(wire::is_reply(send.frame.header.kind) || send.origin);
      if (wire::is_reply(send.frame.header.kind)) {
        calls_.erase({send.to.front(), send.frame.header.request});
      }
      if (send.frame.header.kind != wire::Kind::kChanged) continue;
      for (const hub::ToolId to : send.to) {
        Copy& copy = copies_[{static_cast<std::uint8_t>(to), send.frame.scope, send.frame.name}];
        if (!copy.current) continue;
        copy.replica.take(send.frame.body);
        require(copy.replica.broken.empty());
      }
    }
  }

  void pass(Millis time) {
    const TimePoint end = now_ + time;
    for (auto due = hub_.deadline(); due && *due <= end; due = hub_.deadline()) {
      now_ = std::max(now_, *due);
      hub::Effects effects;
      hub_.tick(now_, effects);
      deliver(effects);
      for (const hub::ToolId gone : effects.gone) forget_calls(gone);
      require(!hub_.deadline() || *hub_.deadline() > now_);
    }
    now_ = end;
  }

  // A copy at the hub's position has the hub's data.
  void check(const Where& where, const Copy& copy) {
    const auto& [tool, scope, object] = where;
    hello(tool);
    hub::Effects effects;
    hub_.apply(hub::ToolId{tool}, {{.kind = wire::Kind::kGet, .request = 1}, scope, object, {}},
               now_, effects);
    const wire::Frame& reply = effects.sends.front().frame;
    if (reply.header.kind != wire::Kind::kDone || copy.replica.version != reply.header.version ||
        copy.replica.epoch != wire::hex64(reply.header.epoch))
      return;
    test::Replica truth;
    truth.take(reply.body);
    require(truth.data == copy.replica.data);
  }

  void end() {
    pass(Seconds{60});
    require(!hub_.deadline());
    require(calls_.empty());
    hello(0);
    hub::Effects effects;
    hub_.apply(hub::ToolId{0}, {{.kind = wire::Kind::kList, .request = 1}, "/", {}, {}}, now_,
               effects);
    const std::string& list = effects.sends.front().frame.body;
    require(list.starts_with(R"({"scope":"/","members":0,)") &&
            list.ends_with(R"("objects":[],"streams":[]})"));
  }

  Cursor in_;
  std::uint64_t epochs_ = 0;
  hub::Hub hub_{tight(), {1, [this] { return ++epochs_; }, [] { return WallMillis{7}; }}};
  TimePoint now_{Seconds{1}};
  std::uint32_t requests_ = 0;
  json::Parser parser_;
  std::map<Where, Copy> copies_;
  std::set<std::pair<hub::ToolId, std::uint32_t>> calls_;  // that wait for their one reply
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Game{{data, size}}.play();
  return 0;
}
