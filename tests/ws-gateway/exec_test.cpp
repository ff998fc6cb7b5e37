#include "exec.h"

#include <algorithm>
#include <csignal>
#include <string>

#include <doctest/doctest.h>

#include "support/fake_ws_server.h"
#include "support/wait.h"
#include "token/sign.h"

using namespace so;
using test::Lines;

namespace {

struct Programs {
  explicit Programs(std::vector<std::string> command, std::size_t most = 10)
      : exec({.command = std::move(command), .max_children = most, .files = nullptr}, loop, server,
             {net::WsListener{}}) {}

  net::Loop loop;
  test::FakeWsServer server;
  gateway::Exec exec;

  Lines lines(net::ConnId id, std::size_t count) {
    Lines all;
    CHECK(wait_until(loop, [&] {
      for (std::string& line : server.heard(id)) all.push_back(std::move(line));
      return all.size() >= count;
    }));
    return all;
  }
};

}  // namespace

TEST_CASE("exec: a line in, a line out, one program for each connection") {
  Programs programs{{"sed", "-u", "s/^/said: /"}};
  const auto ann = programs.server.open("/");
  const auto bob = programs.server.open("/");
  CHECK(programs.exec.running() == 2);
  programs.server.say(ann, "hello");
  programs.server.say(bob, "hi");
  CHECK(programs.lines(ann, 1) == Lines{"said: hello"});
  CHECK(programs.lines(bob, 1) == Lines{"said: hi"});
  programs.server.say_binary(bob, "x");
  CHECK(programs.lines(bob, 1) == Lines{"closed 1003: the program reads lines"});
  programs.server.hang_up(ann);
  CHECK(wait_until(programs.loop, [&] { return programs.exec.running() == 1; }));
}

TEST_CASE("exec: a message of several lines counts as many") {
  Programs programs{{"cat"}};
  const auto id = programs.server.open("/");
  programs.server.say(id, "one");
  CHECK(programs.server.charged[id] == 0);
  programs.server.say(id, "two\nthree\nfour");
  CHECK(programs.server.charged[id] == 2);
  CHECK(programs.lines(id, 4) == Lines{"one", "two", "three", "four"});
}

TEST_CASE("exec: how the program ends is how the connection does") {
  Programs well{{"true"}};
  CHECK(well.lines(well.server.open("/"), 1) == Lines{"closed 1000: "});
  Programs badly{{"sh", "-c", "exit 3"}};
  CHECK(badly.lines(badly.server.open("/"), 1) == Lines{"closed 1011: exit code 3"});
  Programs none{{"/no/such/program"}};
  CHECK(none.lines(none.server.open("/"), 1) == Lines{"closed 1011: the program cannot be run"});
}

TEST_CASE("exec: a line that cannot be sent ends the connection, which says so") {
  Programs large{{"sh", "-c", "echo one; head -c 300000 /dev/zero | tr '\\0' x; echo; echo two"}};
  CHECK(large.lines(large.server.open("/"), 2) ==
        Lines{"one", "closed 1011: the program wrote a line that is too long"});
  Programs binary{{"sh", "-c", R"(printf 'one\n\377two\nthree\n')"}};
  CHECK(binary.lines(binary.server.open("/"), 2) ==
        Lines{"one", "closed 1011: the program wrote a line that is not UTF-8"});
  Programs endless{{"sh", "-c", "tr '\\0' x </dev/zero"}};
  CHECK(endless.lines(endless.server.open("/"), 1) ==
        Lines{"closed 1011: the program wrote a line that is too long"});
}

TEST_CASE("exec: one too many is refused") {
  Programs programs{{"cat"}, 1};
  const auto id = programs.server.open("/");
  CHECK(programs.server.ask("/") == "503: as many programs as may run do");
  programs.server.hang_up(id);
  CHECK(wait_until(programs.loop, [&] { return programs.server.ask("/") == "101"; }));
}

TEST_CASE("exec: a program counts as long as it lives, with its connection or without") {
  Programs programs{{"sh", "-c", "trap '' TERM; echo $$; exec sleep 60"}, 1};
  const auto id = programs.server.open("/");
  const pid_t pid = std::stoi(programs.lines(id, 1).at(0));
  programs.server.hang_up(id);
  CHECK(programs.server.ask("/") == "503: as many programs as may run do");
  CHECK(wait_until(programs.loop, [&] { return programs.server.ask("/") == "101"; }));
  CHECK(kill(pid, 0) == -1);
}

TEST_CASE("exec: a program waits for a client that is behind, and nothing is lost") {
  Programs programs{{"seq", "50000"}};
  const auto id = programs.server.open("/");
  programs.server.full.insert(id);
  net::Timer later{programs.loop, [&] { programs.loop.stop(); }};
  later.start(Millis{100});
  programs.loop.run();
  CHECK(programs.server.heard(id) == Lines{});  // not even its end
  programs.server.drained(id);
  const Lines rest = programs.lines(id, 50'001);
  REQUIRE(rest.size() == 50'001);
  CHECK(rest.front() == "1");
  CHECK(rest[rest.size() - 2] == "50000");
  CHECK(rest.back() == "closed 1000: ");
}

TEST_CASE("exec: what is said to a program that has ended is not held against the client") {
  Programs programs{{"sh", "-c", "echo $$; read -r go; echo last; exit 3"}};
  const auto id = programs.server.open("/");
  const pid_t pid = std::stoi(programs.lines(id, 1).at(0));
  programs.server.full.insert(id);
  programs.server.say(id, "go");
  REQUIRE(wait_until(programs.loop, [&] { return kill(pid, 0) == -1; }));
  programs.server.say(id, "more");
  programs.server.drained(id);
  CHECK(programs.lines(id, 2) == Lines{"last", "closed 1011: exit code 3"});
}

TEST_CASE("exec: who asks and for what is in the variables, encoded") {
  net::HttpRequest request;
  request.path = "/calc/1";
  request.query = {{"a b", "1&2"}, {"flag", ""}};
  request.host = "example.org:8081";
  request.peer = {"10.0.0.1", 4711};
  const auto all =
      gateway::cgi_variables(request, {"127.0.0.1", 8081}, true, net::ConnId{7}, "ann");
  const auto value = [&](std::string_view name) {
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const auto& entry) { return entry.first == name; });
    return found == all.end() ? "(none)" : found->second;
  };
  CHECK(value("PATH_INFO") == "/calc/1");
  CHECK(value("QUERY_STRING") == "a%20b=1%262&flag");
  CHECK(value("REQUEST_URI") == "/calc/1?a%20b=1%262&flag");
  CHECK(value("SERVER_NAME") == "example.org");
  CHECK(value("SERVER_PORT") == "8081");
  CHECK(value("REMOTE_ADDR") == "10.0.0.1");
  CHECK(value("REMOTE_PORT") == "4711");
  CHECK(value("HTTPS") == "on");
  CHECK(value("UNIQUE_ID") == "7");
  CHECK(value("AUTH_TYPE") == "Bearer");
  CHECK(value("REMOTE_USER") == "ann");
}

TEST_CASE("exec: who comes while it drains is told so, and it ends") {
  Programs programs{{"cat"}};
  const auto ann = programs.server.open("/");
  bool done = false;
  programs.exec.drain(Millis{20}, [&] { done = true; });
  CHECK(programs.server.ask("/") == "503: shutting down");
  CHECK(wait_until(programs.loop, [&] { return done; }));  // ann does not go
  CHECK(programs.server.heard(ann) == Lines{"closed 1001: shutting down"});
}

TEST_CASE("exec: a token is asked for, names the user, and is told to nobody") {
  constexpr std::string_view kSecret = "thirty-two bytes of secret, or so";
  const auto token = token::sign(R"({"sub":"ann"})", kSecret).value();
  Programs programs{{"sh", "-c", "echo $AUTH_TYPE $REMOTE_USER $QUERY_STRING; env | grep -c eyJ"}};
  programs.exec.set_verifier(
      std::make_shared<const token::Verifier>(token::read_keys(kSecret).value(), token::Expected{}),
      false);
  CHECK(programs.server.ask("/").starts_with("401: a token is wanted"));
  const auto id = programs.server.open("/?a=1&token=" + token);
  const Lines told = programs.lines(id, 2);
  CHECK(told[0] == "Bearer ann a=1");
  CHECK(told[1] == "0");
}
