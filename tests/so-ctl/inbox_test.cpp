#include "inbox.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/fake_bus.h"
#include "support/lines.h"

using namespace so;
using test::Lines;

namespace {

/// A door behind which the test is the mailbox.
class FakeDoor : public ctl::Door {
 public:
  void open(ctl::Done opened, ctl::Done lost_when) override {
    lost = std::move(lost_when);
    opened({});
  }
  void get(std::string_view, std::string_view, ctl::Done) override {}
  void change(std::string_view, std::string_view, ctl::Done) override {}
  void watch(std::string_view, ctl::Line, ctl::Done) override {}
  void drop(std::string_view, ctl::Done) override {}
  void list(std::string_view, ctl::Done) override {}
  void call(const ctl::Calling&, ctl::Done) override {}
  void serve(std::string_view, bool, ctl::Line, ctl::Done) override {}
  void result(std::string_view, const bus::CallResult&) override {}
  void inbox(std::string_view identity, const Mailbox& options, const ctl::Line& line,
             const ctl::Done& done) override {
    said.push_back(fmt::format("{} {}", identity, options.connections));
    mail = line;
    done({});
  }
  void acknowledge(std::string_view identity, std::string_view epoch, std::uint64_t number,
                   const ctl::Done& done) override {
    said.push_back(fmt::format("ack {} {} {}", identity, epoch, number));
    done({.code = answer});
  }

  ctl::Done lost;
  ctl::Line mail;
  Lines said;
  std::string_view answer;
};

struct InboxTest {
  net::Loop loop;
  FakeDoor door;
  Lines printed;
  bool read = true;  // somebody reads what is printed
  ctl::Inbox inbox;

  explicit InboxTest(std::optional<std::size_t> count = {})
      : inbox(loop, door, command(count), "here", [this](std::string_view line) {
          printed.emplace_back(line);
          return read;
        }) {
    inbox.start();
    CHECK(take() == Lines{"ann 1"});
  }
  static ctl::Command command(std::optional<std::size_t> count) {
    ctl::Command command;
    command.verb = ctl::Verb::kInbox;
    command.identity = "ann";
    command.count = count;
    return command;
  }
  std::string mail(std::string_view epoch, int number) const {
    auto event = fmt::format(R"({{"event":"mail","epoch":"{}","seq":{}}})", epoch, number);
    door.mail(event);
    return event;
  }
  Lines take() { return std::exchange(door.said, {}); }
};

}  // namespace

TEST_CASE("what is printed is acknowledged, and printed once") {
  InboxTest test;
  const std::string one = test.mail("aa", 1);
  CHECK(test.take() == Lines{"ack ann aa 1"});
  const std::string two = test.mail("aa", 2);
  test.take();
  test.mail("aa", 1);  // the hub was restarted
  CHECK(test.take() == Lines{"ack ann aa 2"});
  const std::string other = test.mail("bb", 1);  // another mailbox of this name
  CHECK(test.printed == Lines{one, two, other});
}

TEST_CASE("it ends when the last line is acknowledged, and not before") {
  InboxTest test{1};
  test.door.answer = "hub_lost";
  test.mail("aa", 1);
  test.mail("aa", 2);  // for the next one
  CHECK(test.printed.size() == 1);
  CHECK(test.take() == Lines{"ack ann aa 1"});
  test.door.answer = "";
  test.mail("aa", 1);
  CHECK(test.take() == Lines{"ack ann aa 1"});
  CHECK(test.loop.run() == Exit::kOk);
}

TEST_CASE("what nobody has read is not acknowledged") {
  InboxTest test;
  test.read = false;
  test.mail("aa", 1);
  CHECK(test.take().empty());
  CHECK(test.loop.run() == Exit::kOk);
}

TEST_CASE("who is replaced ends") {
  InboxTest test;
  test.door.lost(ctl::kReplaced);
  CHECK(test.loop.run() == Exit::kRefused);
}
