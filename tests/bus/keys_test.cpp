#include "bus/keys.h"

#include <fstream>
#include <string>

#include <sys/stat.h>

#include <doctest/doctest.h>

#include "bus/zmq_keys.h"
#include "support/temp_dir.h"

using namespace so;

namespace {

// The pair that ZeroMQ's own documentation shows.
const std::string kKnown = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
const std::string kSecret = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs";

std::string wrong(std::string_view text) {
  const auto keys = bus::parse_known_keys(text, "f");
  return keys ? "" : keys.error().text;
}

}  // namespace

TEST_CASE("a secret key knows its public one, and bytes and text are the same") {
  CHECK(bus::known_of(kSecret) == kKnown);
  CHECK(bus::key_text(*bus::key_bytes(kKnown)) == kKnown);
  CHECK(bus::key_bytes(kKnown)->size() == 32);
  for (const std::string& none :
       {std::string{}, kKnown.substr(1), kKnown + "x", std::string(40, ' '), std::string(40, '\0'),
        "%%%%%" + kKnown.substr(5)}) {
    CHECK_FALSE(bus::key_bytes(none));
    CHECK_FALSE(bus::known_of(none));
  }
}

TEST_CASE("keys are saved once, and the secret one is for its owner alone") {
  const TempDir dir;
  const std::string name = dir.path("edge");
  const bus::KeyPair pair = bus::make_key_pair();
  CHECK(pair.known != bus::make_key_pair().known);
  REQUIRE(bus::save_key_pair(name, pair));
  const auto loaded = bus::load_key_pair(name + ".key");
  REQUIRE(loaded);
  CHECK(loaded->known == pair.known);
  CHECK(loaded->secret == pair.secret);
  const auto known = bus::load_known_keys(name + ".pub");
  REQUIRE(known);
  CHECK(known->front().key == pair.known);
  CHECK(known->front().name == "edge");

  CHECK_FALSE(bus::save_key_pair(name, pair));
  chmod((name + ".key").c_str(), 0640);
  CHECK(bus::load_key_pair(name + ".key").error().text.ends_with("chmod 600 " + name + ".key"));
}

TEST_CASE("a pair of which the public half cannot be written leaves no secret one") {
  const TempDir dir;
  const std::string name = dir.path("edge");
  std::ofstream{name + ".pub"} << "taken";
  CHECK_FALSE(bus::save_key_pair(name, bus::make_key_pair()));
  CHECK(bus::load_key_pair(name + ".key").error().code == Code::kSystem);
}

TEST_CASE("a list has a key a line, perhaps a name, and lines for people") {
  const std::string other = bus::make_key_pair().known;
  const auto keys =
      bus::parse_known_keys("# tools\n\n" + kKnown + " edge 1\r\n  " + other + "\n#\n", "f");
  REQUIRE(keys);
  REQUIRE(keys->size() == 2);
  CHECK(keys->at(0).key == kKnown);
  CHECK(keys->at(0).name == "edge 1");
  CHECK(keys->at(1).key == other);
  CHECK(keys->at(1).name.empty());
}

TEST_CASE("what is no list of keys is refused with its line") {
  CHECK(wrong("") == "f holds no public key");
  CHECK(wrong("#" + kKnown) == "f holds no public key");
  CHECK(wrong(kKnown + "\nshort\n") == "f:2: no public key of 40 characters");
  CHECK(wrong(kKnown + "x") == "f:1: no public key of 40 characters");
  CHECK(wrong("\n" + std::string(40, '"')) == "f:2: no public key of 40 characters");
}
