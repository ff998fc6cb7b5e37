#include "hub/mailboxes.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace so;
using hub::Mailboxes;
using hub::Reader;
using hub::Record;
using hub::Why;

namespace {

constexpr Millis kWeek{7 * 24 * 3'600'000};

/// Mailboxes, a clock, and what a store would have of them.
struct MailTest {
  hub::Options options;
  TimePoint now;
  std::uint64_t epochs = 100;
  hub::StoreId ids = 0;
  Mailboxes all{
      options,
      {.random = [this] { return ++epochs; },
       .wall = [this] { return std::chrono::duration_cast<WallMillis>(now.time_since_epoch()); },
       .number = [this] { return ++ids; }}};

  MailTest() = default;
  explicit MailTest(hub::Options with) : options(std::move(with)) {}

  static Reader reader(std::uint64_t number) { return {hub::ToolId{1}, {7, number}}; }
  Mailboxes::Registered add(std::string_view identity, std::uint64_t number,
                            std::size_t connections = 1, Millis lifetime = kWeek) {
    auto added = all.add(identity, reader(number), {lifetime, connections}, now);
    REQUIRE(added);
    return *added;
  }
  /// Its number, or why not.
  std::string put(std::string_view identity, std::string members, std::string producer = "",
                  std::uint64_t seq = 0, std::string author = "") {
    const auto stored =
        all.put(identity, {std::move(members), std::move(producer), seq, std::move(author)}, now);
    if (!stored) return stored.error().text;
    if (stored->status == Mailboxes::Status::kDuplicate) return "dup";
    if (stored->status == Mailboxes::Status::kGap) return "gap";
    return std::to_string(stored->mailbox->last);
  }
  std::string ack(std::string_view identity, std::uint64_t number, std::uint64_t upto,
                  std::uint64_t epoch = 101) {
    const auto box = all.acknowledge(identity, {7, number}, epoch, upto, now);
    return box ? std::to_string(box->mailbox->messages.size()) : box.error().text;
  }
  std::vector<std::string> waiting(std::string_view identity) {
    const hub::Mailbox* box = all.find(identity);
    if (box == nullptr) return {"none"};
    return {box->messages.begin(), box->messages.end()};
  }
  std::vector<std::uint64_t> readers(std::string_view identity) {
    std::vector<std::uint64_t> numbers;
    for (const Reader& each : all.find(identity)->readers) numbers.push_back(each.id.number);
    return numbers;
  }
  /// What the store has after all that happened, as a hub would be given it.
  hub::StoredObject stored() {
    hub::StoredObject object;
    for (Record& record : all.take_records()) {
      object.id = record.id;
      object.epoch = record.epoch;
      object.version = record.version;
      if (record.kind == Record::Kind::kCreate)
        object.scope = record.scope, object.name = record.name;
      for (hub::Edit& edit : record.edits) {
        std::erase_if(object.attributes, [&](const auto& each) { return each.key == edit.key; });
        if (edit.kind == hub::Edit::Kind::kSet) object.attributes.push_back({edit.key, edit.value});
      }
      if (!record.producer.empty()) object.producers = {{record.producer, record.sequence}};
    }
    return object;
  }
};

using Texts = std::vector<std::string>;
using Numbers = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("a mailbox is there from the first registration on, read or not") {
  MailTest test;
  CHECK(test.put("ann", "a") == "no mailbox ann");
  test.add("ann", 1);
  CHECK(test.put("ann", "a") == "1");
  test.all.remove_all({7, 1}, test.now);
  CHECK(test.put("ann", "b") == "2");
  CHECK(test.waiting("ann") == Texts{"a", "b"});
  CHECK(test.all.find("ann")->first() == 1);
}

TEST_CASE("what is acknowledged is gone, in order, by whoever reads") {
  MailTest test;
  test.add("ann", 1, 2);
  test.add("ann", 2, 2);
  for (const char* each : {"a", "b", "c"}) test.put("ann", each);
  CHECK(test.ack("ann", 2, 2) == "1");
  CHECK(test.waiting("ann") == Texts{"c"});
  CHECK(test.ack("ann", 1, 1) == "1");  // again
  CHECK(test.ack("ann", 3, 3) == "not registered as ann");
  CHECK(test.ack("ann", 1, 4) == "mailbox ann is not the one that had this");
  CHECK(test.ack("ann", 1, 3, 7) == "mailbox ann is not the one that had this");
  CHECK(test.ack("bob", 1, 3) == "no mailbox bob");
  CHECK(test.ack("ann", 1, 3) == "0");
  CHECK(test.all.bytes() == 0);
  CHECK(test.put("ann", "d") == "4");
}

TEST_CASE("the longest registered makes room; who registers again is the newest") {
  MailTest test;
  CHECK(test.add("ann", 1, 2).replaced.empty());
  CHECK(test.add("ann", 2, 2).replaced.empty());
  CHECK(test.add("ann", 1, 2).replaced.empty());
  const auto third = test.add("ann", 3, 2);
  REQUIRE(third.replaced.size() == 1);
  CHECK(third.replaced.front().id.number == 2);
  CHECK(test.readers("ann") == Numbers{1, 3});
  CHECK(test.add("ann", 4, 1).replaced.size() == 2);
  CHECK(test.readers("ann") == Numbers{4});
  CHECK(test.all.count({7, 1}) == 0);
  CHECK(test.all.count({7, 4}) == 1);
}

TEST_CASE("who leaves is removed from all that it reads, at once") {
  MailTest test;
  test.add("ann", 1);
  test.add("bob", 1);
  test.add("bob", 2, 2);
  CHECK(test.all.count({7, 1}) == 2);
  test.all.remove_all({7, 1}, test.now);
  CHECK(test.readers("ann").empty());
  CHECK(test.readers("bob") == Numbers{2});
  test.all.remove("bob", {7, 9}, test.now);  // never read it
  test.all.remove("eve", {7, 2}, test.now);
  CHECK(test.readers("bob") == Numbers{2});
}

TEST_CASE("a full mailbox refuses by name, and takes more when something was read") {
  MailTest test{{.messages = 2, .mailbox_bytes = 10, .all_mail_bytes = 12}};
  test.add("ann", 1);
  test.add("bob", 2);
  CHECK(test.put("ann", "aaa") == "1");
  CHECK(test.put("ann", "bbbbbbbb") == "bytes of mailbox ann: 10 is the limit");
  CHECK(test.put("ann", "bbb") == "2");
  CHECK(test.put("ann", "c") == "messages of mailbox ann: 2 is the limit");
  CHECK(test.put("bob", "ddddddd") == "bytes of all mailboxes: 12 is the limit");
  CHECK(test.ack("ann", 1, 1) == "1");
  CHECK(test.put("ann", "c") == "3");
  CHECK(test.put("bob", "ddddddd") == "1");
}

TEST_CASE("the window begins with the first and grows with what is acknowledged") {
  MailTest test{{.window_messages = 3, .window_bytes = 1000}};
  test.add("ann", 1);
  const hub::Mailbox& box = *test.all.find("ann");
  for (int i = 0; i < 5; ++i) test.put("ann", "x");
  CHECK(box.told == 3);
  CHECK(test.ack("ann", 1, 1) == "4");
  CHECK(box.told == 4);
  CHECK(test.ack("ann", 1, 5) == "0");  // beyond it
  CHECK(box.told == 5);
  CHECK(box.window_bytes == 0);

  test.put("ann", std::string(2000, 'b'));  // alone it is told, however big
  CHECK(box.told == 6);
  test.put("ann", "x");
  CHECK(box.told == 6);
  test.put("ann", std::string(900, 'c'));
  test.put("ann", "x");
  CHECK(test.ack("ann", 1, 6) == "3");
  CHECK(box.told == 7);  // the small one behind the big one waits
  CHECK(test.ack("ann", 1, 7) == "2");
  CHECK(box.told == 8);
}

TEST_CASE("what was told stays told when the store could not take what made it so") {
  MailTest test{{.window_messages = 2}};
  test.add("ann", 1);
  for (int i = 0; i < 4; ++i) test.put("ann", R"("message":1)");
  hub::Mailbox& box = *test.all.find("ann");
  const hub::StoredObject stored = test.stored();
  CHECK(test.ack("ann", 1, 1) == "3");
  CHECK(test.put("ann", R"("message":1)") == "5");
  CHECK(box.told == 3);
  test.all.revert(box, stored, test.now);
  CHECK(box.messages.size() == 4);
  CHECK(box.told == 3);
  CHECK(test.ack("ann", 1, 1) == "3");
  CHECK(box.told == 3);
  CHECK(test.ack("ann", 1, 2) == "2");
  CHECK(box.told == 4);
  CHECK(test.ack("ann", 1, 4) == "0");
  CHECK(box.window_bytes == 0);
}

TEST_CASE("mailboxes are counted") {
  MailTest test{{.mailboxes = 1}};
  test.add("ann", 1);
  const auto more = test.all.add("bob", MailTest::reader(1), {kWeek, 1}, test.now);
  REQUIRE_FALSE(more);
  CHECK(more.error().text == "mailboxes: 1 is the limit");
}

TEST_CASE("what is sent again after a lost answer is stored once") {
  MailTest test;
  test.add("ann", 1);
  CHECK(test.put("ann", "a", "P", 1) == "1");
  CHECK(test.put("ann", "a", "P", 1) == "dup");
  CHECK(test.put("ann", "c", "P", 3) == "gap");
  CHECK(test.put("ann", "b", "P", 2) == "2");
  CHECK(test.waiting("ann") == Texts{"a", "b"});
}

TEST_CASE("a mailbox expires when it was neither read nor registered for its lifetime") {
  MailTest test;
  const Millis hour{3'600'000};
  test.add("ann", 1, 1, hour);
  test.put("ann", "a");
  test.now += 2 * hour;  // it is read
  test.all.tick(test.now);
  CHECK(test.waiting("ann") == Texts{"a"});
  test.now += hour / 2;
  test.all.remove_all({7, 1}, test.now);
  test.now += hour - Millis{1};
  test.put("ann", "b");  // is no reason to live longer
  test.all.tick(test.now);
  CHECK(test.waiting("ann") == Texts{"a", "b"});
  test.now += Millis{1};
  CHECK(test.all.deadline() == test.now);
  test.all.tick(test.now);
  CHECK(test.waiting("ann") == Texts{"none"});
  CHECK(test.all.bytes() == 0);
  CHECK(test.all.take_records().back().kind == Record::Kind::kDestroy);

  test.add("ann", 1);  // another one
  CHECK(test.all.find("ann")->epoch == 102);
  CHECK(test.ack("ann", 1, 1, 101) == "mailbox ann is not the one that had this");
}

TEST_CASE("another hub has what the store has, and the time that is left") {
  MailTest before;
  const Millis hour{3'600'000};
  before.add("ann", 1, 1, hour);
  for (const char* each : {R"("message":1)", R"("message":2)", R"("message":3)"}) {
    before.put("ann", each, "P", before.all.find("ann")->last + 1);
  }
  before.ack("ann", 1, 1);
  before.all.remove_all({7, 1}, before.now);
  MailTest after;
  after.now = before.now + hour / 2;
  const hub::StoredObject stored = before.stored();
  CHECK(stored.scope == "$mail");
  REQUIRE(after.all.restore(stored, after.now));
  CHECK(after.waiting("ann") == Texts{R"("message":2)", R"("message":3)"});
  CHECK(after.all.find("ann")->epoch == 101);
  CHECK(after.all.find("ann")->last == 3);
  CHECK(after.all.deadline() == before.now + hour);
  CHECK(after.put("ann", "x", "P", 3) == "dup");
  CHECK(after.put("ann", "x", "P", 4) == "4");
  CHECK(after.all.take_records().size() == 1);

  // It is over when that time has passed without a hub.
  MailTest late;
  late.now = before.now + 3 * hour;
  REQUIRE(late.all.restore(stored, late.now));
  late.all.tick(late.now);
  CHECK(late.waiting("ann") == Texts{"none"});
}

TEST_CASE("a mailbox that was read when its hub ended has its lifetime anew, once") {
  const Millis hour{3'600'000};
  MailTest before;
  before.add("ann", 1, 1, hour);
  before.put("ann", R"("message":1)");
  hub::StoredObject stored = before.stored();
  MailTest next;
  next.now = before.now + 5 * hour;  // a long outage
  REQUIRE(next.all.restore(stored, next.now));
  next.all.tick(next.now);
  CHECK(next.waiting("ann") == Texts{R"("message":1)"});
  CHECK(next.all.find("ann")->epoch == 101);
  CHECK(next.all.deadline() == next.now + hour);

  // Nobody comes back, and hubs come and go.
  const auto records = next.all.take_records();
  REQUIRE(records.size() == 1);
  std::erase_if(stored.attributes, [](const auto& each) { return each.key == "$"; });
  stored.attributes.push_back({"$", records[0].edits.at(0).value});
  MailTest last;
  last.now = next.now + hour / 2;
  REQUIRE(last.all.restore(stored, last.now));
  CHECK(last.all.take_records().empty());
  CHECK(last.all.deadline() == next.now + hour);

  // An earlier release did not say whether it was read.
  std::erase_if(stored.attributes, [](const auto& each) { return each.key == "$"; });
  stored.attributes.push_back({"$", R"({"lifetime":3600000,"expires":1})"});
  MailTest upgraded;
  REQUIRE(upgraded.all.restore(stored, upgraded.now));
  CHECK(upgraded.all.deadline() == upgraded.now + hour);
}

TEST_CASE("what no hub of ours has written costs nothing but itself") {
  MailTest test;
  hub::StoredObject odd{.id = 1, .scope = "$mail", .name = "ann", .epoch = 5, .version = 9};
  odd.attributes = {{"9", R"({"message":9})"},
                    {"7", R"({"message":7})"},
                    {"x", "1"},
                    {"0", "{}"},
                    {"99", R"({"message":99})"}};
  REQUIRE(test.all.restore(odd, test.now));
  CHECK(test.all.find("ann")->last == 9);
  CHECK(test.waiting("ann").size() <= 1);
  odd.attributes = {{"$", "[["}};
  odd.id = 2;
  odd.name = "bob";
  CHECK_FALSE(test.all.restore(odd, test.now));
}

TEST_CASE("mailboxes: many producers of one author displace its own alone, in the store too") {
  MailTest test{{.producers = 3}};
  test.add("ann", 1);
  CHECK(test.put("ann", "1", "honest", 1, "bob") == "1");
  for (int i = 0; i < 9; ++i) {
    const auto producer = "p" + std::to_string(i);
    CHECK(test.put("ann", "2", producer, 1, "mallory") == std::to_string(i + 2));
  }
  CHECK(test.put("ann", "1", "honest", 1, "bob") == "dup");
  CHECK(test.put("ann", "3", "newcomer", 1, "carl") == "11");
  CHECK(test.put("ann", "1", "honest", 2, "bob") == "12");
  CHECK(test.put("ann", "2", "p0", 2, "mallory") == "gap");
  std::vector<std::string> forgotten;
  for (const Record& record : test.all.take_records()) {
    forgotten.insert(forgotten.end(), record.forgotten.begin(), record.forgotten.end());
  }
  CHECK(forgotten == std::vector<std::string>{"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"});
}
