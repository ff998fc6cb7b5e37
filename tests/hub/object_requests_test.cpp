// What one request does to a shared object and who hears of it. The names begin with the rows of
// the table in scopewire(7).
#include <doctest/doctest.h>

#include "support/hub_test.h"

using namespace so;
using namespace so::test;
using Names = std::vector<std::string>;

namespace {

constexpr auto kRoom = "/chat/room1";

// Two tools, each with member 1 in the room and using `chat`.
struct Pair {
  explicit Pair(hub::Options options = {}) : hub{std::move(options)} {
    for (TestTool* tool : {&a, &b}) {
      CHECK(tool->join(1, kRoom).ok);
      CHECK(tool->use(1, kRoom, "chat").ok);
    }
  }
  Answer batch(std::string_view changes) { return a.batch(1, kRoom, "chat", changes); }
  Answer change(std::string_view body) { return a.change(1, kRoom, "chat", body); }

  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
};

constexpr std::string_view kOk = R"({"status":"ok"})";
constexpr std::string_view kNoop = R"({"status":"noop"})";

}  // namespace

TEST_CASE("O1: use, change and get say what the manual page shows") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  CHECK(a.join(1, kRoom).ok);
  CHECK(b.join(1, kRoom).ok);
  const Answer used = a.use(1, kRoom, "chat");
  CHECK(used == R"({"event":"sync","scope":"/chat/room1","object":"chat",)"
                R"("epoch":"0000000000000001","version":1,"persistent":false,"data":{}})");
  CHECK(used.header.epoch == 1);
  CHECK(used.header.version == 1);
  CHECK(b.use(1, kRoom, "chat", R"({"quiet":true})") == "ok");

  const Answer set = a.set(1, kRoom, "chat", "message", R"("hello")");
  CHECK(set == kOk);
  CHECK(set.header.epoch == 1);
  CHECK(set.header.version == 2);
  const auto own = a.frames();
  const auto other = b.frames();
  REQUIRE(own.size() == 1);
  REQUIRE(other.size() == 1);
  CHECK(own[0].header == wire::Header{wire::Kind::kChanged, 0, 1, 1, 2});
  CHECK(other[0].header == wire::Header{wire::Kind::kChanged, 0, 0, 1, 2});
  CHECK(other[0].scope == kRoom);
  CHECK(other[0].name == "chat");
  CHECK(other[0].body ==
        fmt::format(R"({{"event":"change","scope":"/chat/room1","object":"chat",)"
                    R"("epoch":"0000000000000001","version":2,"from":"{}",)"
                    R"("changes":[{{"op":"set","key":"message","value":"hello"}}]}})",
                    a.member(1)));
  CHECK(own[0].body == other[0].body);

  CHECK(b.get(kRoom, "chat", R"({"key":"message"})") == R"({"value":"hello"})");
  const Answer snapshot = b.get(kRoom, "chat");
  CHECK(snapshot == R"({"event":"sync","scope":"/chat/room1","object":"chat",)"
                    R"("epoch":"0000000000000001","version":2,"persistent":false,)"
                    R"("data":{"message":"hello"}})");
  CHECK(snapshot.header.version == 2);
}

TEST_CASE("O9: a set is told, the same again is not") {
  Pair pair;
  CHECK(pair.batch(R"({"op":"set","key":"message","value":"hello"})") == kOk);
  CHECK(pair.b.events() == Lines{R"(chat@2 message="hello")"});
  const Answer again = pair.batch(R"({"op":"set","key":"message","value":"hello"})");
  CHECK(again == kNoop);
  CHECK(again.header.version == 2);
  CHECK(pair.b.events() == Lines{});
  CHECK(pair.change(R"({"changes":[{"op":"set","key":"message","value":"hello"}],"force":true})") ==
        kOk);
  CHECK(pair.b.events() == Lines{R"(chat@3 message="hello")"});
}

TEST_CASE("O8: a batch is one version and one event, in order") {
  Pair pair;
  CHECK(pair.batch(R"({"op":"set","key":"n","value":1},)"
                   R"({"op":"set","key":"o","value":{"x":1,"y":"z"}})") == kOk);
  CHECK(pair.b.events() == Lines{R"(chat@2 n=1 o={"x":1,"y":"z"})"});
  CHECK(pair.batch(R"({"op":"set","key":"a","value":1},{"op":"set","key":"b","value":2},)"
                   R"({"op":"send","handler":"m","args":[1]},{"op":"delete","key":"a"})") == kOk);
  CHECK(pair.b.events() == Lines{"chat@3 a=1 b=2 m[1] -a"});
  CHECK(pair.a.events().size() == 2);  // the maker sees the same
  CHECK(pair.batch(R"({"op":"set","key":"k","value":1},{"op":"set","key":"k","value":2},)"
                   R"({"op":"set","key":"n","value":1})") == kOk);
  CHECK(pair.b.events() == Lines{"chat@4 k=1 k=2"});  // n was 1: left out
}

TEST_CASE("O4: null deletes; what is not there cannot be deleted") {
  Pair pair;
  CHECK(pair.batch(R"({"op":"set","key":"n","value":1})") == kOk);
  CHECK(pair.batch(R"({"op":"set","key":"n","value":null})") == kOk);
  CHECK(pair.batch(R"({"op":"set","key":"n","value":null})") == kNoop);
  CHECK(pair.batch(R"({"op":"delete","key":"zzz"})") == kNoop);
  CHECK(pair.b.events() == Lines{"chat@2 n=1", "chat@3 -n"});
  CHECK(pair.change(R"({"changes":[{"op":"delete","key":"zzz"}],"force":true})") == kOk);
  CHECK(pair.b.events() == Lines{"chat@4 -zzz"});
}

TEST_CASE("O7: what is sent is ordered with the rest and not kept") {
  Pair pair;
  CHECK(pair.batch(R"({"op":"send","handler":"doIt","args":["p1",2,true]})") == kOk);
  CHECK(pair.batch(R"({"op":"send","handler":"doIt"})") == kOk);
  CHECK(pair.b.events() == Lines{R"(chat@2 doIt["p1",2,true])", "chat@3 doIt[]"});
  CHECK(pair.b.get(kRoom, "chat").text.ends_with(R"("version":3,"persistent":false,"data":{}})"));
}

TEST_CASE("O6: clear empties; an empty object has nothing to clear") {
  Pair pair;
  CHECK(pair.batch(R"({"op":"clear"})") == kNoop);
  CHECK(pair.batch(R"({"op":"set","key":"a","value":1})") == kOk);
  CHECK(pair.batch(R"({"op":"clear"},{"op":"set","key":"b","value":2})") == kOk);
  CHECK(pair.b.events() == Lines{"chat@2 a=1", "chat@3 clear b=2"});
  CHECK(pair.b.get(kRoom, "chat").text.ends_with(R"("data":{"b":2}})"));
}

TEST_CASE("O10: every deep change is a change, another spelling is not") {
  struct Case {
    std::string_view from;
    std::string_view to;
    bool differs;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"[1,2,3]", "[1,2]", true},
           {"[1,2]", "[2,1]", true},
           {"[1,1,2]", "[1,2,2]", true},
           {R"({"a":1,"b":2})", R"({"a":1})", true},
           {R"({"a":1})", "{}", true},
           {"[]", "{}", true},
           {"1", R"("1")", true},
           {"false", "0", true},
           {R"({"a":1,"b":2})", R"({"b":2,"a":1})", true},
           {R"({"a":[{"b":[1]}]})", R"({"a":[{"b":[2]}]})", true},
           {"1", "1.0", false},
           {"1000", "1e3", false},
           {R"("é")", R"("\u00e9")", false},
           {R"({"a": [1, 2]})", R"({"a":[1,2]})", false},
       }) {
    Pair pair;
    CHECK(pair.a.set(1, kRoom, "chat", "k", c.from) == kOk);
    CHECK_MESSAGE(pair.a.set(1, kRoom, "chat", "k", c.to) == (c.differs ? kOk : kNoop), c.to);
    CHECK(pair.b.events().size() == (c.differs ? 2 : 1));
  }
}

TEST_CASE("expect: a batch made for another version is not applied") {
  Pair pair;
  CHECK(pair.change(R"({"changes":[{"op":"set","key":"k","value":1}],"expect":1})") == kOk);
  const Answer late = pair.change(R"({"changes":[{"op":"set","key":"k","value":2}],"expect":1})");
  CHECK(late == R"({"status":"cas"})");
  CHECK(late.header.version == 2);
  CHECK(pair.b.events() == Lines{"chat@2 k=1"});
}

TEST_CASE("attributes are in the order of their keys, however they came") {
  Pair pair;
  CHECK(pair.batch(R"({"op":"set","key":"b","value":1},{"op":"set","key":"é","value":2},)"
                   R"({"op":"set","key":"B","value":3},{"op":"set","key":"a\"b","value":4})") ==
        kOk);
  CHECK(pair.b.get(kRoom, "chat").text.ends_with(R"("data":{"B":3,"a\"b":4,"b":1,"é":2}})"));
}

TEST_CASE("O11: who released or left hears nothing more; twice used is once released") {
  Pair pair;
  CHECK(pair.b.use(1, kRoom, "chat").ok);
  CHECK(pair.b.release(1, kRoom, "chat") == "ok");
  CHECK(pair.b.release(1, kRoom, "chat") == "ok");
  CHECK(pair.a.set(1, kRoom, "chat", "k", "1") == kOk);
  CHECK(pair.b.events() == Lines{});
  CHECK(pair.b.use(1, kRoom, "chat").ok);
  CHECK(pair.b.leave(1, kRoom).ok);
  CHECK(pair.a.set(1, kRoom, "chat", "k", "2") == kOk);
  CHECK(pair.b.events() == Lines{});
}

TEST_CASE("a tool gets each event once, as long as one of its members uses the object") {
  Pair pair;
  CHECK(pair.b.join(2, kRoom).ok);
  CHECK(pair.b.use(2, kRoom, "chat").ok);
  CHECK(pair.a.set(1, kRoom, "chat", "k", "1") == kOk);
  CHECK(pair.b.events() == Lines{"chat@2 k=1"});
  CHECK(pair.b.leave(1, "/").ok);
  CHECK(pair.a.set(1, kRoom, "chat", "k", "2") == kOk);
  CHECK(pair.b.events() == Lines{"chat@3 k=2"});
}

TEST_CASE("creating takes a member of the scope, changing does not") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  TestTool& b = hub.tool("b");
  CHECK(a.set(1, kRoom, "chat", "k", "1") == "not_joined: member 1 has not joined /chat/room1");
  CHECK(a.use(1, kRoom, "chat") == "not_joined: member 1 has not joined /chat/room1");
  CHECK(a.get(kRoom, "chat") == "not_found: no object chat in /chat/room1");
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.join(2, kRoom).ok);
  CHECK(a.set(1, kRoom, "chat", "k", "1") == "not_joined: member 1 has not joined /chat/room1");
  CHECK(a.set(2, kRoom, "chat", "k", "1") == kOk);
  CHECK(b.set(0, kRoom, "chat", "k", "2") == kOk);
  CHECK(a.get(kRoom, "chat", R"({"key":"k"})") == R"({"value":2})");
  CHECK(a.get(kRoom, "chat", R"({"key":"x"})") == "not_found: no key x in chat");
}

TEST_CASE("the same name in two scopes is two objects") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat/x").ok);
  CHECK(a.set(1, "/chat", "o", "k", "1") == kOk);
  CHECK(a.set(1, "/chat/x", "o", "k", "2") == kOk);
  CHECK(a.get("/chat", "o", R"({"key":"k"})") == R"({"value":1})");
  CHECK(a.get("/chat/x", "o", R"({"key":"k"})") == R"({"value":2})");
  CHECK(a.set(1, "/chat", "with/slash", "k", "3") == kOk);
  CHECK(a.get("/chat", "with/slash", R"({"key":"k"})") == R"({"value":3})");
}

TEST_CASE("O12: who is lost has released") {
  Pair pair;
  CHECK(pair.b.bye().ok);
  CHECK(pair.a.set(1, kRoom, "chat", "k", "1") == kOk);
  CHECK(pair.b.events() == Lines{});
  CHECK(pair.a.list(kRoom).text.find(R"("users":1)") != std::string::npos);
}

TEST_CASE("O18: what a tool changes from outside is told to all at once") {
  Pair pair;
  TestTool& server = pair.hub.tool("server");
  const auto change = [&](std::string_view changes) {
    return server.batch(0, kRoom, "chat", changes);
  };
  CHECK(change(R"({"op":"set","key":"k","value":1},{"op":"set","key":"l","value":2})") == kOk);
  CHECK(change(R"({"op":"delete","key":"k"})") == kOk);
  CHECK(change(R"({"op":"send","handler":"h","args":[1]})") == kOk);
  CHECK(change(R"({"op":"clear"})") == kOk);
  const Lines told{"chat@2 k=1 l=2", "chat@3 -k", "chat@4 h[1]", "chat@5 clear"};
  CHECK(pair.a.events() == told);
  CHECK(pair.b.events() == told);
  CHECK(server.events() == Lines{});  // it does not use it
}

TEST_CASE("O19: a tool that uses an object hears all that is done to it, and by whom") {
  Pair pair;
  TestTool& rule = pair.hub.tool("rule");
  CHECK(rule.join(1, kRoom, R"({"presence":true})").ok);
  CHECK(rule.use(1, kRoom, "chat").ok);
  CHECK(pair.batch(R"({"op":"set","key":"k","value":1})") == kOk);
  CHECK(pair.batch(R"({"op":"delete","key":"k"})") == kOk);
  CHECK(pair.batch(R"({"op":"send","handler":"h"})") == kOk);
  CHECK(pair.b.leave(1, "/").ok);
  const auto frames = rule.frames();
  REQUIRE(frames.size() == 4);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(frames[i].body.find(fmt::format(R"("from":"{}")", pair.a.member(1))) !=
          std::string::npos);
  }
  CHECK(frames[3].body.find(fmt::format(R"("event":"leave","scope":"{}","member":"{}")", kRoom,
                                        pair.b.member(1))) != std::string::npos);
}

TEST_CASE("O20: a tool that uses an object is told of each message with its handler") {
  Pair pair;
  TestTool& handler = pair.hub.tool("handler");
  CHECK(handler.join(1, kRoom).ok);
  CHECK(handler.use(1, kRoom, "chat").ok);
  CHECK(pair.batch(R"({"op":"send","handler":"games.dice.roll","args":[6]})") == kOk);
  CHECK(handler.events() == Lines{"chat@2 games.dice.roll[6]"});
  CHECK(handler.batch(1, kRoom, "chat", R"({"op":"send","handler":"rolled","args":[4]})") == kOk);
  CHECK(pair.b.events() == Lines{"chat@2 games.dice.roll[6]", "chat@3 rolled[4]"});
}

TEST_CASE("O21: what is forced is told, as it is, though nothing has changed") {
  Pair pair;
  CHECK(pair.batch(R"({"op":"set","key":"k","value":1})") == kOk);
  CHECK(pair.change(R"({"changes":[{"op":"set","key":"k","value":1},{"op":"delete","key":"none"}],)"
                    R"("force":true})") == kOk);
  CHECK(pair.b.events() == Lines{"chat@2 k=1", "chat@3 k=1 -none"});
}

TEST_CASE("O22: versions rise by one for each listener, whatever is refused or has no effect") {
  Pair pair;
  CHECK(pair.batch(R"({"op":"set","key":"k","value":1})").header.version == 2);
  CHECK(pair.batch(R"({"op":"set","key":"k","value":1})").header.version == 2);
  CHECK_FALSE(pair.batch(R"({"op":"set","key":""})").ok);
  CHECK(pair.batch("").header.version == 2);
  CHECK(pair.a.use(1, kRoom, "chat").header.version == 2);
  CHECK(pair.a.release(1, kRoom, "chat").ok);
  CHECK(pair.batch(R"({"op":"send","handler":"h"})").header.version == 3);
  CHECK(pair.b.events() == Lines{"chat@2 k=1", "chat@3 h[]"});
}

TEST_CASE("O28: the objects of a scope are listed by their names") {
  Pair pair;
  for (const char* name : {"b", "a/b", "A"}) CHECK(pair.a.use(1, kRoom, name).ok);
  CHECK(pair.a.join(1, "/chat/room2").ok);
  CHECK(pair.a.use(1, "/chat/room2", "elsewhere").ok);
  CHECK(pair.a.object_names(kRoom) == Names{"A", "a/b", "b", "chat"});
}
